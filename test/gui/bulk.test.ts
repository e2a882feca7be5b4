import { beforeAll, describe, expect, test } from "bun:test";
import { certificatesApi } from "#features/certificates/api.ts";
import { csr } from "#test/csr.ts";
import { opener } from "#test/database/engines.ts";
import { repeatCertificate } from "#test/features/many-rows.ts";
import { bulkKinds } from "#views/certificates/bulk-kinds.ts";
import { fieldsOf } from "#views/fields.ts";
import { filterNames } from "#views/list-query.ts";
import { openSite, type Site, type Visitor } from "./site.ts";

describe("bulk work on pages", () => {
  const open = opener("sqlite");
  let site: Site;
  let admin: Visitor;
  let ids: readonly string[] = [];
  beforeAll(async () => {
    site = await openSite(await open());
    admin = site.visitor();
    await admin.signIn("root");
    for (const id of ["o-old", "o-new"]) {
      await site.product.ok("POST", "/api/v1/owners", { id, name: id, email: `${id}@a.test` });
    }
    const names = ["one.example.test", "two.example.test", "three.example.test"];
    ids = await Promise.all(names.map(ordered));
  }, 60_000);

  async function ordered(name: string): Promise<string> {
    const body = { csr_pem: await csr([name]), owner_id: "o-old" };
    return (await site.product.ok("POST", "/api/v1/certificates", body)).id;
  }

  test("what is ticked in the list is shown before it is renewed, and then each has its result", async () => {
    const list = await admin.get("/certificates");
    for (const id of ids) expect(list.html).toContain(`name="certificate_ids" value="${id}"`);
    expect(list.html).toContain('action="/certificates/bulk-renew"');
    const [one, two] = ids;
    const path = `/certificates/bulk-renew?certificate_ids=${one}&certificate_ids=${two}`;
    const before = await admin.get(path);
    expect(before.html).toContain('<b class="bidi">2 certificates</b>');
    expect(before.html).toContain("one.example.test");
    expect(before.html).not.toContain("three.example.test");
    const sent = await admin.send(before.form("certificates.bulk-renew"));
    expect(sent.location).toStartWith("/jobs/");
    const waiting = await admin.get(sent.location ?? "");
    expect(waiting.html).toContain("0 of 2 done");
    await site.product.engine.drain();
    const done = await admin.get(sent.location ?? "");
    expect(done.html).toContain("2 of 2 done: 2 succeeded.");
    expect(done.html).toContain(`href="/certificates/${one}"`);
  });

  test("what a filter matches is counted first, and is what is done", async () => {
    const list = await admin.get("/certificates?owner_id=o-old");
    expect(list.html).not.toContain('name="owner_id" value="o-old"/><button');
    const all = await admin.get("/certificates?owner_id=o-old&chosen=all");
    expect(all.html).toContain("All 3 that match are chosen.");
    expect(all.html).toContain("<b>All 3 that match chosen</b>");
    const bar = all.html.slice(all.html.indexOf('id="selected"'));
    expect(bar).toContain('<input type="hidden" name="owner_id" value="o-old"/>');
    expect(bar).toContain('formaction="/certificates/bulk-reassign"');
    const page = await admin.get("/certificates/bulk-reassign?owner_id=o-old");
    expect(page.form("certificates.bulk-reassign").fields.get("from_owner_id")).toBe("o-old");
    expect(page.html).toContain("Reassign 3 certificates");
    const empty = await admin.send(page.form("certificates.bulk-reassign"));
    expect(empty.status).toBe(400);
    const again = empty.form("certificates.bulk-reassign");
    const sent = await admin.send(again, { owner_id: "o-new" });
    await site.product.engine.drain();
    const done = await admin.get(sent.location ?? "");
    expect(done.html).toContain("3 of 3 done: 3 succeeded.");
    expect(done.html).toContain(">Give many certificates to another owner</h1>");
    expect(done.html).toContain("New owner");
    const { total } = await site.product.ok("GET", "/api/v1/certificates?owner_id=o-new");
    expect(total).toBe(3);
  });

  test("can be paused, gone on with and cancelled", async () => {
    const page = await admin.get("/certificates/bulk-renew?owner_id=o-new");
    const { location } = await admin.send(page.form("certificates.bulk-renew"));
    const path = location ?? "";
    await admin.send((await admin.get(path)).form("jobs.pause"));
    expect(await site.product.engine.drain()).toBe(0);
    const paused = await admin.get(path);
    expect(paused.html).toContain("It is paused");
    expect(paused.html).not.toContain("/ui/jobs.pause");
    await admin.send(paused.form("jobs.resume"));
    const waiting = await admin.get(path);
    expect(waiting.html).toContain("/ui/jobs.pause");
    await admin.send(waiting.form("jobs.cancel"));
    expect((await admin.get(path)).html).toContain("3 cancelled");
  });

  test("takes every filter of the list", () => {
    for (const { of, renamed } of [
      ...bulkKinds,
      { of: certificatesApi.bulkPreview, renamed: {} as Readonly<Record<string, string>> },
    ]) {
      const known = fieldsOf(of).map(({ name }) => name);
      for (const name of filterNames(certificatesApi.list)) {
        expect(known).toContain(renamed[name] ?? name);
      }
    }
  });

  test("tags many, and says which are missing before that", async () => {
    const path = "/certificates/bulk-tag?owner_id=o-new";
    const page = await admin.get(path);
    expect(page.html).toContain("Tag 3 certificates");
    const empty = await admin.send(page.form("certificates.bulk-tag"));
    expect([empty.status, empty.html.includes("say which tags")]).toEqual([400, true]);
    const { location } = await admin.send(empty.form("certificates.bulk-tag"), {
      set_tags: "tier=0\ncost centre=4711",
    });
    await site.product.engine.drain();
    expect((await admin.get(location ?? "")).html).toContain("3 of 3 done: 3 succeeded.");
    const { data } = await site.product.ok("GET", "/api/v1/certificates?owner_id=o-new&q=4711");
    expect(data).toHaveLength(3);
    expect(data[0].tags).toEqual({ tier: "0", "cost centre": "4711" });
  });

  test("archives many when the phrase says how many", async () => {
    const page = await admin.get("/certificates/bulk-archive?owner_id=o-new");
    expect(page.html).toContain("<code>archive 3 certificates</code>");
    const form = page.form("certificates.bulk-archive");
    expect(form.fields.getAll("unless_served")).toEqual(["false", "true"]);
    const wrong = await admin.send(form, { confirm: "archive 2 certificates" });
    expect(wrong.status).toBe(400);
    expect(wrong.html).toContain("is not &quot;archive 3 certificates&quot;");
    const again = wrong.form("certificates.bulk-archive");
    const { location } = await admin.send(again, { confirm: " Archive 3  certificates " });
    expect(location).toStartWith("/jobs/");
    await site.product.engine.drain();
    expect((await admin.get(location ?? "")).html).toContain("3 of 3 done: 3 succeeded.");
    const { total } = await site.product.ok("GET", "/api/v1/certificates?status=archived");
    expect(total).toBe(3);
    const kept = await admin.get("/certificates/bulk-archive?status=Archived");
    expect(kept.html).toContain("Archive 3 certificates?");
  });

  test("nothing chosen leads back, a bad filter is named, and a viewer is offered nothing", async () => {
    expect((await admin.get("/certificates/bulk-renew")).html).toContain(
      "No certificate is chosen",
    );
    const bad = await admin.get("/certificates/bulk-renew?status=happy");
    expect([bad.status, bad.html.includes("must be one of")]).toEqual([400, true]);
    for (const { path } of bulkKinds) {
      const odd = await admin.get(`${path}?status=Active&colour=red`);
      expect([odd.status, odd.html.includes("colour")]).toEqual([400, true]);
      expect(odd.html).not.toContain('action="/ui/certificates.bulk');
    }
    const everything = await admin.get("/certificates?chosen=all");
    expect(everything.html).not.toContain("that match are chosen");
    const viewer = await site.userWith({ role: "viewer" });
    const list = await viewer.get("/certificates?owner_id=o-new");
    expect(list.html).not.toContain("data-select-all");
    expect(list.html).not.toContain('type="checkbox" class="checkbox" name="certificate_ids"');
    const page = await viewer.get("/certificates/bulk-renew?owner_id=o-new");
    expect(page.html).not.toContain("/ui/certificates.bulk-renew");
  });
});

describe("more than anybody counts", () => {
  const open = opener("sqlite");
  const many = 10_050;
  let site: Site;
  beforeAll(async () => {
    site = await openSite(await open());
    await site.product.ok("POST", "/api/v1/certificates", { csr_pem: await csr(["one.test"]) });
    await repeatCertificate(site.product.world.database, many);
  }, 60_000);

  test("is said as that in the list, and counted before anything is done", async () => {
    const admin = site.visitor();
    await admin.signIn("root");
    const list = await admin.get("/certificates?q=staging");
    expect(list.html).toContain("<b>More than 10,000 certificates</b>");
    expect(list.html).toContain("50 of more than 10,000");
    expect(list.html).toContain("Choose all that match (more than 10,000)");
    const renew = await admin.get("/certificates/bulk-renew?q=staging");
    expect(renew.html).toContain("Renew 10,050 certificates");
  }, 60_000);
});
