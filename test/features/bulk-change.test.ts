/** Tagging and archiving many; what is told of them before. */
import { beforeAll, describe, expect, test } from "bun:test";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { openProduct, type TestProduct } from "#test/world.ts";

eachEngine("changing many certificates", (open) => {
  let product: TestProduct;
  let ids: readonly string[] = [];
  beforeAll(async () => {
    product = await openProduct(await open());
    for (const id of ["t-one", "t-two"])
      await product.ok("POST", "/api/v1/teams", { id, name: id });
    ids = await Promise.all(
      ["one", "two", "three"].map((name) =>
        ordered(name, { team_id: name === "three" ? "t-two" : "t-one", environment: "many" }),
      ),
    );
  }, 60_000);

  async function ordered(name: string, more: object): Promise<string> {
    const body = { csr_pem: await csr([`${name}.example.test`]), tags: { kept: "yes" }, ...more };
    return (await product.ok("POST", "/api/v1/certificates", body)).id;
  }
  const ask = (what: string, body: object, key = product.adminKey) =>
    product.request("POST", `/api/v1/certificates/bulk-${what}`, { body, key });
  async function done(what: string, body: object) {
    const asked = await ask(what, body);
    expect(asked.status).toBe(202);
    while ((await product.engine.drain()) > 0);
    const job = await product.ok("GET", `/api/v1/jobs/${asked.body.job_id}`);
    const { data } = await product.ok("GET", `/api/v1/jobs/${job.id}/items`);
    return { job, items: data };
  }
  const tagsOf = async (id: string) => (await product.ok("GET", `/api/v1/certificates/${id}`)).tags;

  describe("tagging", () => {
    test("sets and removes by name and keeps the others", async () => {
      const { job, items } = await done("tag", {
        environment: "many",
        set_tags: { tier: "0" },
        remove_tags: ["never there"],
      });
      expect(job.result).toMatchObject({ total_matched: 3, total_tagged: 3, total_failed: 0 });
      expect(items).toHaveLength(3);
      for (const id of ids) expect(await tagsOf(id)).toEqual({ kept: "yes", tier: "0" });
      await done("tag", {
        certificate_ids: [ids[0]],
        set_tags: { tier: "1" },
        remove_tags: ["kept"],
      });
      expect(await tagsOf(ids[0] ?? "")).toEqual({ tier: "1" });
      const { total } = await product.ok("GET", "/api/v1/certificates?q=tier%3D1");
      expect(total).toBe(1);
    });

    test("that changes nothing leaves the revision", async () => {
      const before = await product.ok("GET", `/api/v1/certificates/${ids[1]}`);
      await product.ok("POST", `/api/v1/certificates/${ids[1]}/tags`, { set_tags: { tier: "0" } });
      const after = await product.ok("GET", `/api/v1/certificates/${ids[1]}`);
      expect(after.revision).toBe(before.revision);
    });

    test("needs something that it does, and no contradiction", async () => {
      const nothing = await ask("tag", { environment: "many" });
      expect([nothing.status, nothing.body.errors[0].path]).toEqual([400, "set_tags"]);
      const both = await ask("tag", {
        environment: "many",
        set_tags: { a: "1" },
        remove_tags: ["a"],
      });
      expect([both.status, both.body.errors[0].path]).toEqual([400, "remove_tags"]);
      const unnamed = await ask("tag", { set_tags: { a: "1" } });
      expect([unnamed.status, unnamed.body.errors[0].path]).toEqual([400, "certificate_ids"]);
      const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`t${n}`, "1"]));
      const { items } = await done("tag", { certificate_ids: [ids[2]], set_tags: many });
      expect(items[0]).toMatchObject({ status: "failed", message: expect.stringContaining("50") });
    });
  });

  describe("a preview", () => {
    test("counts what is chosen, in the teams of the caller alone", async () => {
      const all = await ask("preview", { environment: "many" });
      expect(all.body).toMatchObject({
        total: 3,
        counts: { not_found: 0, served: 0, targets: 0, expiring: 0, renewing: 0, teams: 2 },
      });
      expect(all.body.some).toHaveLength(3);
      const named = await ask("preview", { certificate_ids: [ids[0], "gone", "gone"] });
      expect(named.body).toMatchObject({ total: 2, counts: { not_found: 1 } });
      const both = await ask("preview", { certificate_ids: ids, team_id: "t-two" });
      expect(both.body).toMatchObject({ total: 1, counts: { not_found: 0, teams: 1 } });
      const { key } = await product.ok("POST", "/api/v1/api-keys", {
        name: "of two",
        grants: [{ role: "viewer", team_id: "t-two" }],
      });
      const own = await ask("preview", { environment: "many" }, key);
      expect(own.body).toMatchObject({ total: 1, counts: { teams: 1 } });
      const none = await ask("preview", {});
      expect(none.status).toBe(400);
    });
  });

  describe("archiving", () => {
    test("is done with as many as whoever asks has said", async () => {
      const body = { environment: "many", confirm: "archive 2 certificates" };
      const refused = await ask("archive", body);
      expect([refused.status, refused.body.errors[0].path]).toEqual([400, "confirm"]);
      const one = await done("archive", {
        certificate_ids: [ids[2]],
        confirm: "archive 1 certificate",
      });
      expect(one.job.result).toMatchObject({ total_archived: 1 });
      const { status } = await product.ok("GET", `/api/v1/certificates/${ids[2]}`);
      expect(status).toBe("Archived");
    });
  });
});
