import { describe, expect, test } from "bun:test";
import { instant } from "#base/time.ts";
import { recordingHost } from "../recording-host.ts";
import {
  copyHaproxyConfiguration,
  listConfigurationFiles,
  readWords,
} from "./haproxy-configuration.ts";

const machine = (files: Record<string, string>) =>
  recordingHost({ now: instant(0), files: new Map(Object.entries(files)) });
const staged = new Map([["/etc/haproxy/certs/site.pem", "/etc/haproxy/certs/.new"]]);

async function copyOf(text: string, files: Record<string, string> = {}) {
  const host = machine({ "/h.cfg": text, "/etc/haproxy/certs/site.pem": "", ...files });
  const copy = await copyHaproxyConfiguration(host, ["/h.cfg"], staged, "/layout");
  return { ...copy, text: copy.files.get("0-h.cfg") };
}

describe("the words of a line", () => {
  test.each([
    { line: "  bind :443 ssl crt /a # /b", expected: ["bind", ":443", "ssl", "crt", "/a"] },
    { line: 'a b\\ c \'d e\' "f \\" g" \\#h', expected: ["a", "b c", "d e", 'f " g', "#h"] },
    { line: "", expected: [] },
  ])("$line", ({ line, expected }) => {
    const found: readonly string[] = readWords(line).map((word) => word.value);
    expect(found).toEqual(expected);
  });
});

describe("copying an HAProxy configuration", () => {
  test.each([
    {
      name: "a file",
      from: " bind :443 ssl crt /etc/haproxy/certs/site.pem alpn h2",
      to: " bind :443 ssl crt /etc/haproxy/certs/.new alpn h2",
    },
    {
      name: "a quoted file",
      from: 'bind :443 ssl crt "/etc/haproxy/certs/site.pem"',
      to: "bind :443 ssl crt /etc/haproxy/certs/.new",
    },
    {
      name: "a file below crt-base",
      from: "crt-base /etc/haproxy/certs\nbind :443 ssl crt site.pem",
      to: "crt-base /etc/haproxy/certs\nbind :443 ssl crt /etc/haproxy/certs/.new",
    },
    {
      name: "a directory",
      from: "bind :443 ssl crt /etc/haproxy/certs/",
      to: "bind :443 ssl crt /layout/certificates-0",
    },
    {
      name: "a list",
      from: "bind :443 ssl crt-list /list",
      to: "bind :443 ssl crt-list /layout/list-0-list",
    },
  ])("$name", async ({ from, to }) => {
    const copy = await copyOf(from, {
      "/list": "/etc/haproxy/certs/site.pem [alpn h2] a.test\n# x\n",
    });
    expect(copy.text).toBe(to);
    expect(copy.mentions).toBe(1);
  });

  test("a directory keeps its other certificates, without hidden files", async () => {
    const copy = await copyOf("bind :443 ssl crt /etc/haproxy/certs", {
      "/etc/haproxy/certs/other.pem": "",
      "/etc/haproxy/certs/.new": "",
    });
    expect(Object.fromEntries(copy.links)).toEqual({
      "certificates-0/other.pem": "/etc/haproxy/certs/other.pem",
      "certificates-0/site.pem": "/etc/haproxy/certs/.new",
    });
  });

  test("leaves other certificates and lists alone", async () => {
    const text =
      "bind :443 ssl crt /other.pem\nbind :444 ssl crt-list /list\nbind :445 ssl crt /dir/";
    const copy = await copyOf(text, { "/list": "/other.pem\n", "/dir/a.pem": "" });
    expect(copy).toMatchObject({ text, mentions: 0 });
  });

  test("of a directory of configuration files", async () => {
    const host = machine({ "/h/b.cfg": "", "/h/a.cfg": "", "/h/.x.cfg": "", "/h/readme": "" });
    expect(await listConfigurationFiles(host, ["/x.cfg", "/h"])).toEqual([
      "/x.cfg",
      "/h/a.cfg",
      "/h/b.cfg",
    ]);
  });
});
