/** A certificate that is given another target gets there, or says why it does not. */
import { beforeAll, expect, test } from "bun:test";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { joinAgent, openProduct, type TestProduct } from "#test/world.ts";

interface JobRow {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly agent_id: string;
  readonly target_id: string | null;
}

eachEngine("giving a certificate another target", (open) => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openProduct(await open());
  }, 60_000);

  async function agentOf(id: string) {
    const { credential: key } = await joinAgent(product, { id });
    const target = async (name: string): Promise<string> => {
      const config = { cert_path: "/etc/tls/l.pem", key_path: "/etc/tls/l.key" };
      const body = { name, type: "nginx", agent_id: id, config };
      return (await product.ok("POST", "/api/v1/targets", body)).id;
    };
    const work = async () =>
      (await product.request("GET", `/api/v1/agents/${id}/work`, { key })).body.jobs;
    const sign = async (sans: readonly string[]) => {
      const [item] = await work();
      const body = { job_id: item.id, csr_pem: await csr(sans) };
      const answer = await product.request("POST", `/api/v1/agents/${id}/csr`, { key, body });
      expect(answer.body.status).toBe("csr_signed");
    };
    return { id, target, work, sign };
  }

  /** An active certificate at one target of one agent; another agent has nothing to do with it. */
  async function given(name: string, more: object = {}) {
    const [first, second] = [await agentOf(`${name}-a`), await agentOf(`${name}-b`)];
    const sans = [`${name}.example.test`];
    const target_ids = [await first.target("one")];
    const { id } = await product.ok("POST", "/api/v1/certificates", { sans, target_ids, ...more });
    const path = `/api/v1/certificates/${id}`;
    const jobs = async (): Promise<readonly JobRow[]> =>
      (await product.ok("GET", `/api/v1/jobs?certificate_id=${id}`)).data;
    const add = (target: string) =>
      product.ok("PATCH", path, { target_ids: [...target_ids, target] });
    await first.sign(sans);
    return { first, second, sans, path, jobs, add };
  }

  test("whose renewal is called off is as it was: it has not failed", async () => {
    const { path, jobs } = await given("off");
    const before = await product.ok("GET", path);
    await product.ok("POST", `${path}/renew`);
    expect((await product.ok("GET", path)).status).toBe("RenewalInProgress");
    const [renewal] = (await jobs()).filter((it) => it.status === "AwaitingCSR");
    await product.ok("POST", `/api/v1/jobs/${renewal?.id}/cancel`);
    const after = await product.ok("GET", path);
    expect(after).toMatchObject({ status: "Active", renew_at: before.renew_at });
    expect(after.failure ?? null).toBeNull();
  });

  test("of which no target is left cannot be given an earlier version", async () => {
    const { path } = await given("bare");
    const { data } = await product.ok("GET", `${path}/versions`);
    await product.ok("PATCH", path, { target_ids: [] });
    const { status, body } = await product.request(
      "POST",
      `${path}/versions/${data[0].id}/redeploy`,
      { key: product.adminKey },
    );
    expect([status, body.detail]).toEqual([409, expect.stringContaining("no target")]);
  });

  test("of the same agent deploys the version that it holds there at once", async () => {
    const { first, jobs, add } = await given("same");
    const target = await first.target("two");
    await add(target);
    const found = (await jobs()).filter((it) => it.target_id === target);
    expect(found).toMatchObject([{ type: "Deployment", status: "Pending", agent_id: first.id }]);
    const before = (await jobs()).length;
    await add(target);
    expect(await jobs()).toHaveLength(before);
  });

  test("of another agent has that agent make a key, and deploys what is issued for it", async () => {
    const { second, sans, path, jobs, add } = await given("other");
    const target = await second.target("two");
    const before = (await jobs()).length;
    await add(target);
    const after = await jobs();
    expect(after).toHaveLength(before + 1);
    expect(after.find((it) => it.agent_id === second.id)).toMatchObject({
      type: "Issuance",
      status: "AwaitingCSR",
    });
    await second.sign(sans);
    const [deploy] = await second.work();
    expect(deploy).toMatchObject({ action: "deploy", target_id: target });
    const { data } = await product.ok("GET", `${path}/versions`);
    expect(data.filter((it: { is_current: boolean }) => it.is_current)).toHaveLength(2);
  });

  test("is told by deploying as well: what is left out, and what to do", async () => {
    const { second, path, add } = await given("left-out");
    const target = await second.target("two");
    await add(target);
    const deployed = await product.ok("POST", `${path}/deploy`, {});
    expect(deployed.job_ids).toHaveLength(1);
    expect(deployed.skipped).toMatchObject([{ target_id: target }]);
    expect(deployed.skipped[0].reason).toContain("renew it, or wait for");
    const body = { target_id: target };
    const alone = await product.request("POST", `${path}/deploy`, { key: product.adminKey, body });
    expect([alone.status, alone.body.errors[0].path]).toEqual([409, "target_id"]);
    expect(alone.body.detail).toContain("renew it, or wait for");
  });

  test("waits for approval where the profile demands it", async () => {
    const profile = { id: "placed-strict", name: "Strict" };
    await product.ok("POST", "/api/v1/profiles", profile);
    const { second, jobs, add } = await given("strict", { certificate_profile_id: profile.id });
    await product.ok("PATCH", `/api/v1/profiles/${profile.id}`, { requires_approval: true });
    await add(await second.target("two"));
    const found = (await jobs()).find((it) => it.agent_id === second.id);
    expect(found).toMatchObject({ type: "Issuance", status: "AwaitingApproval" });
    expect(await second.work()).toEqual([]);
  });

  test("does nothing for a certificate that is archived", async () => {
    const { second, path, jobs, add } = await given("archived");
    await product.ok("DELETE", path);
    const before = (await jobs()).length;
    await add(await second.target("two"));
    expect(await jobs()).toHaveLength(before);
  });

  test("that is verified at an endpoint without a port is refused with the path of the key", async () => {
    const agent = await agentOf("verifying");
    const create = (endpoint: string) => {
      const config = {
        ...{ cert_path: "/etc/tls/l.pem", key_path: "/etc/tls/l.key" },
        post_deploy_verify: { endpoint },
      };
      const body = { name: endpoint, type: "nginx", agent_id: agent.id, config };
      return product.request("POST", "/api/v1/targets", { key: product.adminKey, body });
    };
    const refused = await create("bad");
    expect(refused.status).toBe(400);
    expect(refused.body.errors[0].path).toBe("config.post_deploy_verify.endpoint");
    expect((await create("[::1]:8443")).status).toBe(201);
  });
});
