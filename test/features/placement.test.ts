/** Whose a certificate may be: an owner that the caller does not see is not there to be assigned. */
import { beforeAll, expect, test } from "bun:test";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { openProduct, type TestProduct } from "#test/world.ts";

eachEngine("an operator of one team", (open) => {
  let product: TestProduct;
  let key: string;
  let id: string;
  beforeAll(async () => {
    product = await openProduct(await open());
    for (const team of ["t-a", "t-b"]) {
      await product.ok("POST", "/api/v1/teams", { id: team, name: team });
      await owner(`o-${team}`, team);
    }
    await owner("o-none", undefined);
    key = await product.key({ role: "operator", team_id: "t-a" });
    id = (await order({ owner_id: "o-t-a" })).body.id;
  }, 60_000);
  const owner = (owned: string, team_id: string | undefined) =>
    product.ok("POST", "/api/v1/owners", {
      id: owned,
      name: owned,
      email: "x@example.test",
      team_id,
    });
  const order = async (more: object) =>
    await product.request("POST", "/api/v1/certificates", {
      body: { csr_pem: await csr([`${Bun.randomUUIDv7()}.example.test`]), ...more },
      key,
    });
  const patch = (body: object) =>
    product.request("PATCH", `/api/v1/certificates/${id}`, { body, key });

  for (const hidden of ["o-t-b", "o-none", "o-nowhere"]) {
    test(`does not see, order for, or assign to ${hidden}`, async () => {
      const seen = await product.request("GET", `/api/v1/owners/${hidden}`, { key });
      expect(seen.status).toBe(404);
      const bulk = await product.request("POST", "/api/v1/certificates/bulk-reassign", {
        body: { certificate_ids: [id], owner_id: hidden },
        key,
      });
      for (const answer of [
        await order({ owner_id: hidden, team_id: "t-a" }),
        await patch({ owner_id: hidden }),
        bulk,
      ]) {
        expect(answer).toMatchObject({
          status: 400,
          body: { detail: `owner_id: there is no owner ${hidden}` },
        });
      }
    });
  }

  test("assigns owners of the team, and nothing to another team", async () => {
    expect((await order({ owner_id: "o-t-a" })).status).toBe(201);
    expect((await patch({ owner_id: "o-t-a" })).status).toBe(200);
    expect((await order({ owner_id: "o-t-a", team_id: "t-b" })).status).toBe(403);
    expect((await patch({ team_id: "t-b" })).status).toBe(403);
    const bulk = await product.request("POST", "/api/v1/certificates/bulk-reassign", {
      body: { certificate_ids: [id], owner_id: "o-t-a", team_id: "t-b" },
      key,
    });
    expect(bulk.status).toBe(403);
  });

  test("goes on with a certificate whose owner an administrator took from elsewhere", async () => {
    await product.ok("PATCH", `/api/v1/certificates/${id}`, { owner_id: "o-none" });
    const renamed = await patch({ environment: "production" });
    expect(renamed).toMatchObject({ status: 200, body: { owner_id: "o-none", team_id: "t-a" } });
    expect((await patch({ owner_id: "o-t-a" })).status).toBe(200);
    expect((await patch({ owner_id: "o-none" })).status).toBe(400);
  });
});
