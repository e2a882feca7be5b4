/** Bodies that are JSON, and are refused all the same. */
import { beforeAll, expect, test } from "bun:test";
import { eachEngine } from "#test/database/engines.ts";
import { openProduct, type TestProduct } from "#test/world.ts";

eachEngine("the API", (open) => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openProduct(await open());
  }, 60_000);

  test("refuses a body in which a name stands twice, and says which", async () => {
    const post = (raw: string) =>
      product.request("POST", "/api/v1/teams", {
        raw,
        key: product.adminKey,
        headers: { "content-type": "application/json" },
      });
    const cases = [
      ['{"name":"a","description":"x","name":"b"}', "name"],
      ['{"name":"a","n\\u0061me":"b"}', "name"],
      ['{"name":"a","description":{"b":[1,{"c":1,"c":1}]}}', "description.b.1.c"],
    ] as const;
    for (const [raw, path] of cases) {
      const answer = await post(raw);
      expect([raw, answer.status, answer.body.errors]).toEqual([
        raw,
        400,
        [{ path, message: "stands twice in the body" }],
      ]);
    }
    expect((await post('{"name":"name","description":"name"}')).status).toBe(201);
  });
});
