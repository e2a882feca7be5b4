/** What the pages of agents and targets ask: who used a token, what hangs on an agent, what is at a target. */
import { beforeAll, expect, test } from "bun:test";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { agentFacts, joinAgent, openProduct, type TestProduct } from "#test/world.ts";

eachEngine("agents and targets", (open) => {
  let product: TestProduct;
  let blue: string;
  let target: string;
  beforeAll(async () => {
    product = await openProduct(await open());
    for (const id of ["t-red", "t-blue"]) {
      await product.ok("POST", "/api/v1/teams", { id, name: id });
    }
    blue = await product.key({ role: "operator", team_id: "t-blue" });
    const agent = await joinAgent(product, { id: "edge-1", team_id: "t-red" });
    target = (
      await product.ok("POST", "/api/v1/targets", {
        name: "front",
        type: "NGINX",
        agent_id: "edge-1",
        config: { cert_path: "/a.pem", key_path: "/a.key" },
      })
    ).id;
    const place = async (name: string, team_id: string) => {
      const made = await product.ok("POST", "/api/v1/certificates", {
        name,
        sans: [name],
        team_id,
        target_ids: [target],
      });
      const answered = await product.request("POST", "/api/v1/agents/edge-1/csr", {
        key: agent.credential,
        body: { job_id: made.job_id, csr_pem: await csr([name]) },
      });
      expect([name, answered.status]).toEqual([name, 202]);
      return made.id as string;
    };
    await place("red.example.test", "t-red");
    await place("other.example.test", "t-blue");
  }, 60_000);
  const get = async (path: string, key = product.adminKey) =>
    await product.request("GET", `/api/v1${path}`, { key });

  test("a join token says which agent used it, never the token, and not to other teams", async () => {
    const made = await product.ok("POST", "/api/v1/agents/join-tokens", {
      name: "new",
      team_id: "t-red",
    });
    const path = `/agents/join-tokens/${made.id}`;
    const before = await get(path);
    expect(before.body).toMatchObject({ name: "new", used_at: null, agent: null });
    expect(JSON.stringify(before.body)).not.toContain(made.token);
    const body = { token: made.token, ...agentFacts("host-7") };
    const joined = await product.request("POST", "/api/v1/agents/join", { body });
    const after = (await get(path)).body;
    expect(after.agent).toEqual({ id: joined.body.id, name: "new" });
    expect(after.used_at).not.toBeNull();
    expect((await get(path, blue)).status).toBe(404);
    expect((await get("/agents/join-tokens/none")).status).toBe(404);
  });

  test("what hangs on an agent is counted before it is retired, as the refusal counts it", async () => {
    const { body } = await get("/agents/edge-1/dependencies");
    expect(body).toMatchObject({ active_targets: 1, active_certificates: 2 });
    const refused = await product.request("DELETE", "/api/v1/agents/edge-1", {
      key: product.adminKey,
    });
    expect([refused.status, refused.body.counts]).toEqual([409, body]);
    expect((await get("/agents/edge-1/dependencies", blue)).status).toBe(404);
  });

  test("a target lists what is there, of the certificates that may be seen", async () => {
    const all = await get(`/targets/${target}/deployments`);
    expect(all.body.data.map((it: { target_id: string }) => it.target_id)).toEqual([
      target,
      target,
    ]);
    const red = await product.key({ role: "viewer", team_id: "t-red" });
    const own = await get(`/targets/${target}/deployments`, red);
    expect(own.body.total).toBe(1);
    expect((await get(`/targets/${target}/deployments?in_place=true`)).body.total).toBe(0);
    expect((await get(`/targets/${target}/deployments`, blue)).status).toBe(404);
  });
});
