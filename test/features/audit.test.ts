/** The audit trail as it is read: names of the wire in every form, and what a refused call was about. */
import { beforeAll, expect, test } from "bun:test";
import { commit } from "#jobs/attempt.ts";
import { system } from "#jobs/job.ts";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { openProduct, type TestProduct } from "#test/world.ts";

eachEngine("the audit trail", (open) => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openProduct(await open());
  }, 60_000);
  const last = async (query: string) =>
    (await product.ok("GET", `/api/v1/audit?per_page=1&${query}`)).data[0];

  test("names details as the wire does, one level down too, and leaves maps of the caller's alone", async () => {
    const { world } = product;
    const origin = { actor: system, requestId: null, address: null };
    await commit(world, [], origin, (tx) =>
      tx.audit({
        action: "things.change",
        resourceType: "things",
        resourceId: "thing",
        outcome: "success",
        teamPk: null,
        details: {
          jobId: "job-1",
          grants: [{ teamId: null }],
          after: { isRenewal: true },
          tags: { costCenter: "4711" },
        },
      }),
    );
    const expected = {
      job_id: "job-1",
      grants: [{ team_id: null }],
      after: { is_renewal: true },
      tags: { costCenter: "4711" },
    };
    const shown = await last("action=things.change");
    expect(shown.details).toEqual(expected);
    expect((await product.ok("GET", `/api/v1/audit/${shown.id}`)).details).toEqual(expected);
    const exported = async (format: string) =>
      await product.ok("GET", `/api/v1/audit/export?action=things.change&format=${format}`);
    // One line is JSON, and the helper has read it.
    expect((await exported("ndjson")).details).toEqual(expected);
    const cell: string = (await exported("csv")).split("\r\n")[1]?.match(/"(\{.*\})"$/)?.[1] ?? "";
    expect(JSON.parse(cell.replaceAll('""', '"'))).toEqual(expected);
  });

  test("has no capitals in what an order leaves", async () => {
    await product.ok("POST", "/api/v1/certificates", { csr_pem: await csr(["a.example.test"]) });
    await product.engine.drain();
    const { data } = await product.ok("GET", "/api/v1/audit?per_page=100");
    const keys = data.flatMap((it: { details: object }) => Object.keys(it.details));
    expect(keys).toContain("issuer_id");
    expect(keys.filter((it: string) => /[A-Z]/.test(it))).toEqual([]);
  });

  test("says what a refused call was about, when that is an id", async () => {
    const { id } = await product.ok("POST", "/api/v1/teams", { name: "theirs" });
    const key = await product.key({ role: "viewer" });
    const denied = async (method: string, path: string, body?: object) => {
      expect((await product.request(method, path, { key, body })).status).toBe(403);
      return await last("outcome=denied");
    };
    expect(await denied("PATCH", `/api/v1/teams/${id}`, { name: "mine" })).toMatchObject({
      action: "teams.update",
      resource_id: id,
    });
    const garbage = `/api/v1/teams/${encodeURIComponent("<script> of some sort")}`;
    expect(await denied("DELETE", garbage)).toMatchObject({
      action: "teams.delete",
      resource_id: "",
    });
    expect((await denied("POST", "/api/v1/teams", { name: "x" })).resource_id).toBe("");
  });
});
