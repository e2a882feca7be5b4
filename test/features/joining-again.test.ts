/** A machine whose agent was retired joins again, as it is told to, under the name of its host. */
import { beforeAll, expect, test } from "bun:test";
import { eachEngine } from "#test/database/engines.ts";
import { agentFacts, joinAgent, openProduct, type TestProduct } from "#test/world.ts";

eachEngine("joining again", (open) => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openProduct(await open());
  }, 60_000);

  async function join(body: object = {}) {
    const { token } = await product.ok("POST", "/api/v1/agents/join-tokens", {});
    const facts = { token, ...agentFacts("again"), ...body };
    return await product.request("POST", "/api/v1/agents/join", { body: facts });
  }

  test("is possible when the first agent is retired, whose id stays taken", async () => {
    const first = await joinAgent(product, { id: "again" });
    const early = await join();
    expect([early.status, early.body.detail]).toEqual([
      409,
      "there is an agent with this name already",
    ]);
    await product.ok("DELETE", `/api/v1/agents/${first.id}`);
    expect((await join({ id: first.id })).body.detail).toBe(
      "there is an agent with this id already",
    );
    const second = await join();
    expect([second.status, second.body.name]).toEqual([201, "again"]);
    const present = await product.ok("GET", "/api/v1/agents?q=again");
    expect(present.data.map((it: { id: string }) => it.id)).toEqual([second.body.id]);
    const names = async () =>
      (await product.ok("GET", "/api/v1/agents/retired?q=again")).data.map(
        (it: { name: string }) => it.name,
      );
    expect(await names()).toEqual(["again"]);
    await product.ok("DELETE", `/api/v1/agents/${second.body.id}`);
    expect(await names()).toEqual(["again", "again"]);
    expect((await product.ok("GET", `/api/v1/agents/${first.id}`)).name).toBe("again");
  });
});
