import { beforeAll, expect, test } from "bun:test";
import { toRfc3339 } from "#base/time.ts";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { joinAgent, openProduct, type TestProduct } from "#test/world.ts";

eachEngine("the steps of a job whose key an agent makes", (open) => {
  let product: TestProduct;
  let agent: { readonly id: string; readonly credential: string };
  beforeAll(async () => {
    product = await openProduct(await open());
    agent = await joinAgent(product);
  }, 60_000);

  async function order(name: string) {
    const body = { sans: [name], agent_id: agent.id };
    const made = await product.ok("POST", "/api/v1/certificates", body);
    const job = () => product.ok("GET", `/api/v1/jobs/${made.job_id}`);
    const steps = async () =>
      (await job()).steps.map((it: Record<string, unknown>) => [
        it["attempt"],
        it["name"],
        it["outcome"],
      ]);
    return { jobId: made.job_id, job, steps };
  }
  const asAgent = (method: string, path: string, body?: unknown) =>
    product.request(method, `/api/v1/agents/${agent.id}${path}`, { key: agent.credential, body });
  const poll = () => asAgent("GET", "/work?wait=0");

  test("are told as they are done, each with its time", async () => {
    const { jobId, job, steps } = await order("steps.example.test");
    expect([await steps(), (await job()).started_at]).toEqual([[], null]);
    await poll();
    const asked = [1, "ask", "success"];
    expect(await steps()).toEqual([asked]);
    const startedAt = (await job()).started_at;
    expect(startedAt).toBe(toRfc3339(product.clock.now()));
    // Reminded, it is not asked anew.
    product.clock.move(180_000);
    await poll();
    expect(await steps()).toEqual([asked]);
    const csr_pem = await csr(["steps.example.test"]);
    expect((await asAgent("POST", "/csr", { job_id: jobId, csr_pem })).body.status).toBe(
      "csr_signed",
    );
    expect(await steps()).toEqual([
      asked,
      [1, "request", "success"],
      [1, "check", "success"],
      [1, "issue", "success"],
    ]);
    const done = await job();
    expect(done).toMatchObject({ status: "Completed", attempts: 1, started_at: startedAt });
    expect(done.steps[1].started_at).toBe(toRfc3339(product.clock.now()));
    // The same request again changes nothing.
    await asAgent("POST", "/csr", { job_id: jobId, csr_pem });
    expect(await steps()).toHaveLength(4);
  });

  test("end with the request that could not be made", async () => {
    const { jobId, job, steps } = await order("refused.example.test");
    await poll();
    await asAgent("POST", `/jobs/${jobId}/status`, {
      lease_token: null,
      status: "Failed",
      error: "no key can be made",
      retryable: false,
      steps: [],
    });
    expect(await steps()).toEqual([
      [1, "ask", "success"],
      [1, "request", "failure"],
    ]);
    expect((await job()).steps[1].detail).toBe("no key can be made");
  });
});
