/** The list of agents by what they run on, as the groups of the fleet lead to it. */
import { beforeAll, expect, test } from "bun:test";
import { eachEngine } from "#test/database/engines.ts";
import { agentFacts, joinAgent, openProduct, type TestProduct } from "#test/world.ts";

eachEngine("agents by what they are", (open) => {
  let product: TestProduct;
  let team = "";

  beforeAll(async () => {
    product = await openProduct(await open());
    team = (await product.ok("POST", "/api/v1/teams", { name: "web" })).id;
    const add = async (id: string, facts: object, options: object = {}) => {
      const agent = await joinAgent(product, { id, ...options });
      const { encryption_key_pem: _, ...usual } = agentFacts(id);
      await product.request("POST", `/api/v1/agents/${id}/heartbeat`, {
        key: agent.credential,
        body: { ...usual, ...facts },
      });
    };
    await add("a", { version: "0.2.0" }, { team_id: team });
    await add("b", { architecture: "arm64", version: "0.2.0" });
    await add("c", { os: "free/bsd", version: "0.1.0" });
  }, 60_000);

  test.each([
    { query: "platform=linux/amd64", found: ["a"] },
    { query: "platform=linux/arm64", found: ["b"] },
    { query: "platform=free/bsd/amd64", found: ["c"] },
    { query: "version=0.2.0", found: ["a", "b"] },
    { query: "version=0.2.0&platform=linux/arm64", found: ["b"] },
    { query: "version=9", found: [] },
    { query: "team_id=TEAM", found: ["a"] },
  ])("$query", async ({ query, found }) => {
    const path = `/api/v1/agents?${query.replace("TEAM", team)}`;
    const { data, total } = await product.ok("GET", path);
    expect(data.map((it: { id: string }) => it.id)).toEqual(found);
    expect(total).toBe(found.length);
  });

  test("every group of the fleet is found by its name", async () => {
    for (const by of ["platform", "version"]) {
      const { data } = await product.ok("GET", `/api/v1/stats/agents?by=${by}`);
      for (const { group, total } of data) {
        const found = await product.ok("GET", `/api/v1/agents?${by}=${encodeURIComponent(group)}`);
        expect([by, group, found.total]).toEqual([by, group, total]);
      }
    }
  });
});
