import { beforeAll, describe, expect, test } from "bun:test";
import { KeptList } from "#features/saved-views/api.ts";
import { csr } from "#test/csr.ts";
import { opener } from "#test/database/engines.ts";
import { openSite, type Site, type Visitor } from "./site.ts";

describe("saved views on pages", () => {
  const open = opener("sqlite");
  let site: Site;
  let admin: Visitor;
  beforeAll(async () => {
    site = await openSite(await open());
    admin = site.visitor();
    await admin.signIn("root");
    const body = { csr_pem: await csr(["one.example.test"]) };
    await site.product.ok("POST", "/api/v1/certificates", body);
  }, 60_000);
  const nav = (html: string) =>
    html.slice(
      html.indexOf('class="views"'),
      html.indexOf("</nav>", html.indexOf('class="views"')),
    );

  test("a filtered list is kept under a name, is a link then, and can be removed", async () => {
    const queries = {
      certificates: "density=compact",
      jobs: "status=Failed",
      agents: "q=one",
      targets: "q=one",
      audit: "density=compact",
    } satisfies Record<KeptList, string>;
    for (const list of KeptList.options) {
      const plain = await admin.get(`/${list}`);
      expect(plain.html).not.toContain("Save this view");
      const path = `/${list}?${queries[list]}`;
      const page = await admin.get(path);
      const sent = await admin.send(page.form("views.create"), { name: "<b>شبكة</b>" });
      expect([sent.status, sent.location]).toEqual([303, path]);
      const kept = await admin.get(path);
      expect(kept.html).not.toContain("Save this view");
      expect(nav(kept.html)).toContain(
        `<a href="/${list}?${queries[list]}" aria-current="page" dir="auto"`,
      );
      expect(nav(kept.html)).toContain("&lt;b&gt;شبكة&lt;/b&gt;");
      expect(nav(kept.html).match(/aria-current/g)).toHaveLength(1);
      const other = await admin.get(`/${list}`);
      expect(nav(other.html)).toContain("شبكة");
      await admin.send(kept.form("views.delete"));
      expect((await admin.get(`/${list}`)).html).not.toContain("شبكة");
    }
  });

  test("a name that is taken is said beside the field, with what was typed", async () => {
    const first = await admin.get("/certificates?status=Active");
    await admin.send(first.form("views.create"), { name: "Mine" });
    const second = await admin.get("/certificates?status=Failed");
    const refused = await admin.send(second.form("views.create"), { name: "Mine" });
    expect(refused.status).toBe(409);
    expect(refused.html).toContain('<details class="pop wide" open');
    expect(refused.form("views.create").fields.get("name")).toBe("Mine");
    const viewer = await site.userWith({ role: "viewer" });
    expect(nav((await viewer.get("/certificates")).html)).not.toContain("Mine");
  });
});
