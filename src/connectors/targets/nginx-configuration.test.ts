import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { instant } from "#base/time.ts";
import { recordingHost } from "../recording-host.ts";
import { copyNginxConfiguration } from "./nginx-configuration.ts";
import { readDirectives } from "./nginx-syntax.ts";
import { expandGlob, globPart } from "./rewrite.ts";

const words = (text: string) =>
  readDirectives(text).map((it) => it.words.map((word) => word.value));
const machine = (files: Record<string, string>) =>
  recordingHost({ now: instant(0), files: new Map(Object.entries(files)) });
const staged = new Map([
  ["/etc/nginx/tls/site.pem", "/etc/nginx/tls/.new.pem"],
  ["/etc/nginx/tls/site.key", "/etc/nginx/tls/.new.key"],
]);

describe("the words of an NGINX configuration", () => {
  test.each([
    { text: "a b; c { d; }", expected: [["a", "b"], ["c"], ["d"]] },
    { text: "# x; y\na 'b c' \"d;{\" e\\ f;", expected: [["a", "b c", "d;{", "e f"]] },
    { text: `set $x $\{y}z;`, expected: [["set", "$x", `$\{y}z`]] },
    { text: 'log \'{"a":"$b"}\'; # }\nc;', expected: [["log", '{"a":"$b"}'], ["c"]] },
    {
      text: 'content_by_lua_block { local s = "}" -- }\n if x then y({}) end } include a;',
      expected: [["content_by_lua_block"], ["include", "a"]],
    },
    { text: "location ~ \\.php$ { }", expected: [["location", "~", ".php$"]] },
    { text: "a#b c;", expected: [["a#b", "c"]] },
  ])("$text", ({ text, expected }) => {
    const found: readonly unknown[] = words(text);
    expect(found).toEqual(expected);
  });

  test("are found at their places, and any text is read to its end", () => {
    const piece = fc.constantFrom(
      "a",
      "include",
      " ",
      "\n",
      ";",
      "{",
      "}",
      "'",
      '"',
      "\\",
      "#",
      "$",
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((it) => it.join("")),
        (text) => {
          for (const { words: found } of readDirectives(text)) {
            for (const word of found) expect(word.end).toBeGreaterThan(word.start);
          }
        },
      ),
    );
  });
});

describe("copying an NGINX configuration", () => {
  const site =
    "server {\n ssl_certificate tls/site.pem;\n ssl_certificate_key /etc/nginx/tls/site.key;\n}\n";

  test("copies what mentions the files, keeps the lines, and leaves the rest where it is", async () => {
    const host = machine({
      "/etc/nginx/nginx.conf":
        "events {}\nhttp { include mime.types; include /etc/nginx/sites-enabled/*; }\n",
      "/etc/nginx/mime.types": "types { text/html html; }",
      "/etc/nginx/sites-enabled/a": "server { listen 80; }",
      "/etc/nginx/sites-enabled/b": site,
      "/etc/nginx/sites-enabled/.hidden": site,
    });
    const copy = await copyNginxConfiguration(host, "/etc/nginx/nginx.conf", staged);
    expect(Object.fromEntries(copy.files)).toEqual({
      "nginx.conf":
        "events {}\nhttp { include mime.types; include /etc/nginx/sites-enabled/a; include certctl-includes/0-b; }\n",
      "certctl-includes/0-b":
        "server {\n ssl_certificate /etc/nginx/tls/.new.pem;\n ssl_certificate_key /etc/nginx/tls/.new.key;\n}\n",
    });
    expect(Object.fromEntries(copy.links)).toEqual({
      "mime.types": "/etc/nginx/mime.types",
      "sites-enabled": "/etc/nginx/sites-enabled",
    });
    expect(copy.mentions).toBe(2);
    expect(copy.originals.get("certctl-includes/0-b")).toBe("/etc/nginx/sites-enabled/b");
  });

  test("follows includes of includes, quoted names, and a snippet included twice", async () => {
    const host = machine({
      "/etc/nginx/nginx.conf": 'include "a.conf"; include b.conf;',
      "/etc/nginx/a.conf": "include snippet;",
      "/etc/nginx/b.conf": "include snippet;",
      "/etc/nginx/snippet": "ssl_certificate '/etc/nginx/tls/site.pem';",
    });
    const copy = await copyNginxConfiguration(host, "/etc/nginx/nginx.conf", staged);
    expect([...copy.files.keys()]).toEqual([
      "certctl-includes/0-snippet",
      "certctl-includes/1-a.conf",
      "certctl-includes/2-b.conf",
      "nginx.conf",
    ]);
    expect(copy.mentions).toBe(1);
  });

  test("says when nothing mentions the files", async () => {
    const host = machine({ "/etc/nginx/nginx.conf": "ssl_certificate $ssl_server_name.pem;" });
    const copy = await copyNginxConfiguration(host, "/etc/nginx/nginx.conf", staged);
    expect(copy.mentions).toBe(0);
  });

  test("ends for a file that includes itself, and refuses a missing main file", async () => {
    const host = machine({ "/etc/nginx/nginx.conf": "include nginx.conf;" });
    await copyNginxConfiguration(host, "/etc/nginx/nginx.conf", staged);
    await expect(copyNginxConfiguration(machine({}), "/x", staged)).rejects.toThrow(
      "there is no configuration file /x",
    );
  });
});

describe("file name patterns", () => {
  test.each([
    { part: "*", yes: ["a", "a.conf"], no: [".a"] },
    { part: "*.conf", yes: ["a.conf"], no: ["a.conf~", ".conf", ".a.conf"] },
    { part: ".*", yes: [".a"], no: ["a"] },
    { part: "?[0-9]", yes: ["a1"], no: ["a", "ab"] },
    { part: "[!a]b", yes: ["cb"], no: ["ab"] },
    { part: "a+(b)", yes: ["a+(b)"], no: ["aab"] },
  ])("$part", ({ part, yes, no }) => {
    for (const name of yes) expect(globPart(part).test(name)).toBe(true);
    for (const name of no) expect(globPart(part).test(name)).toBe(false);
  });

  test("in a directory of the path too", async () => {
    const host = machine({ "/a/x/1.conf": "", "/a/y/2.conf": "", "/b/z/3.conf": "" });
    expect(await expandGlob(host, "/a/*/*.conf")).toEqual(["/a/x/1.conf", "/a/y/2.conf"]);
    expect(await expandGlob(host, "/a/x/none.conf")).toEqual(["/a/x/none.conf"]);
    expect(await expandGlob(host, "/none/*")).toEqual([]);
  });
});
