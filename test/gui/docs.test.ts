import { beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { loadManual } from "#server/docs/manual.ts";
import { searchManual } from "#server/docs/search.ts";
import { sources } from "#server/docs/sources.ts";
import { opener } from "#test/database/engines.ts";
import { conceptAt, concepts } from "#views/docs/concepts.ts";
import { elementsIn, faultsIn } from "./html.ts";
import { openSite, type Site, type Visitor } from "./site.ts";

const root = join(import.meta.dir, "../..");
const addresses = ["/docs", ...sources.map((it) => `/docs/${it.id}`)];

const idsIn = (html: string): ReadonlySet<string> =>
  new Set(elementsIn(html).flatMap((it) => it.attributes.get("id") ?? []));

describe("the manual", () => {
  const open = opener("sqlite");
  let site: Site;
  /** Nobody is signed in. */
  let reader: Visitor;
  const html = new Map<string, string>();

  beforeAll(async () => {
    site = await openSite(await open());
    reader = site.visitor();
    for (const path of addresses) html.set(path, (await reader.get(path)).html);
  }, 60_000);

  test("has every page of the guide and of the reference", () => {
    const pages = ["guide", "reference"].flatMap((folder) =>
      readdirSync(join(root, "docs", folder)).map((name) => `docs/${folder}/${name}`),
    );
    const paths: readonly string[] = sources.map((it) => it.path);
    expect(pages.filter((it) => it.endsWith(".md") && !paths.includes(it))).toEqual([]);
    expect(new Set(sources.map((it) => it.id)).size).toBe(sources.length);
  });

  test("is read without signing in, and without a fault in its markup", async () => {
    for (const path of addresses) {
      const { status } = await reader.get(path);
      expect([path, status, faultsIn(html.get(path) ?? "")]).toEqual([path, 200, []]);
    }
    expect((await reader.get("/docs/no-such-page")).status).toBe(404);
  });

  test("has only links that lead somewhere, to the heading they name", async () => {
    const dead: string[] = [];
    const ids = new Map([...html].map(([path, text]) => [path, idsIn(text)]));
    for (const path of addresses) {
      for (const it of elementsIn(html.get(path) ?? "")) {
        const href = it.attributes.get("href");
        if (it.tag !== "a" || href === undefined || href.startsWith("https://")) continue;
        const { pathname, hash } = new URL(href, `https://here.invalid${path}`);
        if (!pathname.startsWith("/docs")) continue;
        const target = ids.get(pathname);
        const id = decodeURIComponent(hash.slice(1));
        if (target === undefined || (id !== "" && id !== "main" && !target.has(id))) {
          dead.push(`${path}: ${href}`);
        }
      }
    }
    expect(dead).toEqual([]);
  });

  test("keeps no link between files as a text that leads nowhere", () => {
    const lost: string[] = [];
    for (const { path } of sources) {
      const text = readFileSync(join(root, path), "utf8");
      const links = [...text.matchAll(/\]\((?!https:|#)([^)#]+)/g)].map((it) => it[1] ?? "");
      const known: readonly string[] = sources.map((it) => it.path);
      for (const link of links) {
        const file = join(path, "..", link);
        if (!known.includes(file)) lost.push(`${path}: ${link}`);
      }
    }
    expect(lost).toEqual([]);
  });

  test("explains every concept under the id that question marks name", () => {
    const ids = idsIn(html.get("/docs/concepts") ?? "");
    expect(Object.keys(concepts).filter((it) => !ids.has(it))).toEqual([]);
  });

  test("is a question mark away from every list and from fields that name a concept", async () => {
    const admin = site.visitor();
    await admin.signIn("root");
    // Those of `ListPage`; the others place theirs beside a heading of their own.
    const own = ["/agents", "/schedules"];
    for (const [path, concept] of Object.entries(conceptAt)) {
      if (own.includes(path)) continue;
      const page = await admin.get(path);
      expect([path, page.html.includes(`href="/docs/concepts#${concept}"`)]).toEqual([path, true]);
    }
    const form = await admin.get("/certificates/new?step=3");
    expect(form.html).toContain('href="/docs/concepts#renewal-policy" target="_blank"');
  });

  test("tells the keys that lead somewhere as the navigation has them", async () => {
    const admin = site.visitor();
    await admin.signIn("root");
    const links = elementsIn((await admin.get("/")).html).flatMap((it) => {
      const key = it.attributes.get("data-g");
      return key === undefined ? [] : [`| \`g ${key}\` | ${it.text.trim()} |`];
    });
    const guide = readFileSync(join(root, "docs/guide/keyboard.md"), "utf8").split("\n");
    expect(guide.filter((it) => it.startsWith("| `g "))).toEqual(links);
  });

  test("quotes the words that the product says", () => {
    const code = ["src", "agent"]
      .flatMap((zone) =>
        [...new Glob("**/*.ts").scanSync(join(root, zone))].map((it) => [zone, it]),
      )
      .filter(([, name = ""]) => !name.includes(".test."))
      .map((parts) => readFileSync(join(root, ...parts), "utf8"))
      .join("\n");
    const guide = readFileSync(join(root, "docs/guide/troubleshooting.md"), "utf8");
    const cells = [...guide.matchAll(/^\| (`.*?) \|/gm)].flatMap((it) => [
      ...(it[1] ?? "").matchAll(/`([^`]+)`/g),
    ]);
    const pieces = cells
      .flatMap((it) => (it[1] ?? "").split(/…|\b[A-Z]{1,}:?[A-Z]*\b|CERTCTL_[A-Z_]+|\d+/))
      .map((it) => it.trim().replace(/^[:;,] ?| ?[:;,]$/g, ""))
      .filter((it) => it.length >= 12);
    expect(pieces.length).toBeGreaterThan(30);
    expect(pieces.filter((it) => !code.includes(it))).toEqual([]);
  });

  test("shows what stands in it as text", async () => {
    const { html: shown } = await reader.get("/docs?q=%3Cscript%3Ealert(1)%3C/script%3E");
    expect(shown).not.toContain("<script>alert");
    expect(shown).toContain("&lt;script&gt;alert");
  });

  test.each([
    { query: "backup", first: "/docs/operating#backup" },
    { query: "renewal", first: "/docs/renewal" },
    { query: "renewal policy", first: "/docs/concepts#renewal-policy" },
    { query: "api key", first: "/docs/concepts#api-key" },
    { query: "retire agent", first: "/docs/agents#retiring" },
    { query: "certctl certs create", first: "/docs/cli#certctl-certs-create" },
    { query: "CERTCTL_JOB_LEASE", first: "/docs/settings#certctl_job_lease" },
    { query: "troubleshooting acme", first: "/docs/troubleshooting#acme" },
  ])("finds $first for $query", async ({ query, first }) => {
    const { found } = searchManual(await loadManual(), query);
    const at = found
      .slice(0, 3)
      .map(({ page, heading }) =>
        heading.depth === 1 ? `/docs/${page.id}` : `/docs/${page.id}#${heading.id}`,
      );
    expect(at).toContain(first);
  });

  test("is searched in a few milliseconds", async () => {
    const manual = await loadManual();
    for (let i = 0; i < 5; i++) searchManual(manual, "renew certificate agent");
    const began = performance.now();
    for (let i = 0; i < 20; i++) searchManual(manual, "renew certificate agent key");
    // 2 to 4 ms where it was measured; what may be beside it gets a tenfold.
    expect((performance.now() - began) / 20).toBeLessThan(40);
  });

  test("tells what is running, and whose work is inside under which licence", async () => {
    const page = await reader.get("/about");
    expect([page.status, faultsIn(page.html)]).toEqual([200, []]);
    const says = (html: string, text: string) => [text, html.includes(text)];
    const version = await site.product.ok("GET", "/api/v1/version");
    for (const fact of [version.version, version.runtime, version.database]) {
      expect(says(page.html, `<dd>${fact}</dd>`)).toEqual([`<dd>${fact}</dd>`, true]);
    }
    for (const name of [
      "hono",
      "zod",
      "marked",
      "Bun (runtime)",
      "Inter (font)",
      "lucide-static",
    ]) {
      expect(says(page.html, `<b>${name}</b>`)).toEqual([`<b>${name}</b>`, true]);
    }
    expect(says(page.html, "JavaScriptCore")).toEqual(["JavaScriptCore", true]);
    const some = (await reader.get("/about?q=apache")).html;
    expect([some.includes("<b>prom-client</b>"), some.includes("<b>zod</b>")]).toEqual([
      true,
      false,
    ]);
    const none = (await reader.get("/about?q=zzz")).html;
    expect(says(none, "Nothing inside has")).toEqual(["Nothing inside has", true]);
  });
});
