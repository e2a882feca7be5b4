import { beforeAll, expect, test } from "bun:test";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { openProduct, type TestProduct } from "#test/world.ts";

eachEngine("operations that need approval", (open) => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openProduct(await open());
  }, 60_000);
  const job = (id: string) => product.ok("GET", `/api/v1/jobs/${id}`);

  test("wait for another person, run with the requester's rights, and do what was seen", async () => {
    await product.ok("POST", "/api/v1/profiles", {
      id: "four-eyes",
      name: "Four eyes",
      requires_approval: true,
    });
    const operator = await product.key({ role: "operator" });
    const approver = await product.key({ role: "approver" });
    const before = await signerCalls(product);
    const asked = await product.request("POST", "/api/v1/certificates", {
      key: operator,
      body: {
        csr_pem: await csr(["approved.example.test"]),
        certificate_profile_id: "four-eyes",
      },
    });
    expect(asked.status).toBe(202);
    const waiting = await job(asked.body.job_id);
    expect(waiting).toMatchObject({
      status: "AwaitingApproval",
      type: "Issuance",
      evidence: { commonName: "approved.example.test" },
    });
    expect(await signerCalls(product)).toBe(before);
    const path = `/api/v1/jobs/${asked.body.job_id}/approve`;
    // Both keys were made by the same administrator: for approval they are one person.
    expect((await product.request("POST", path, { key: approver, body: {} })).status).toBe(403);
    const other = await anotherPerson(product);
    expect(
      (await product.request("POST", path, { key: other, body: { note: "fine" } })).status,
    ).toBe(200);
    await product.engine.drain();
    const done = await job(asked.body.job_id);
    expect(done.status).toBe("Completed");
    const made = await product.ok("GET", `/api/v1/certificates/${done.result.id}`);
    expect(made.status).toBe("Active");
  });

  test("wait once, however often the same is asked for", async () => {
    await product.ok("POST", "/api/v1/profiles", { id: "late", name: "Late" });
    const profiled = await product.ok("POST", "/api/v1/certificates", {
      csr_pem: await csr(["twice-profiled.example.test"]),
      certificate_profile_id: "late",
    });
    await product.ok("PATCH", "/api/v1/profiles/late", { requires_approval: true });
    const renew = () => product.ok("POST", `/api/v1/certificates/${profiled.id}/renew`, {});
    const [first, second] = [await renew(), await renew()];
    expect(first.job_id).toStartWith("job-");
    expect(second.job_id).toBe(first.job_id);
  });

  test("end when they are rejected, and say by whom and why", async () => {
    const operator = await product.key({ role: "operator" });
    const asked = await product.request("POST", "/api/v1/certificates", {
      key: operator,
      body: {
        csr_pem: await csr(["rejected.example.test"]),
        certificate_profile_id: "four-eyes",
      },
    });
    const other = await anotherPerson(product);
    const path = `/api/v1/approvals/${asked.body.job_id}/reject`;
    await product.request("POST", path, { key: other, body: { note: "not this one" } });
    const it = await job(asked.body.job_id);
    expect(it.status).toBe("Cancelled");
    expect(it.last_error).toContain("not this one");
  });

  test("end after a week without a decision", async () => {
    const operator = await product.key({ role: "operator" });
    const asked = await product.request("POST", "/api/v1/certificates", {
      key: operator,
      body: { csr_pem: await csr(["slow.example.test"]), certificate_profile_id: "four-eyes" },
    });
    product.clock.move(8 * 86_400_000);
    await product.timetable.runDue();
    expect(await job(asked.body.job_id)).toMatchObject({ status: "Failed" });
  });
});

async function signerCalls(product: TestProduct): Promise<number> {
  const { counters } = await product.ok("GET", "/api/v1/metrics");
  return counters['certctl_signer_calls_total{purpose="certificate"}'] ?? 0;
}

let people = 0;

/** An approver who is a person of their own, and a key that they made. */
async function anotherPerson(product: TestProduct): Promise<string> {
  const name = `person ${++people}`;
  const password = "correct horse battery";
  await product.ok("POST", "/api/v1/users", { name, password, grants: [{ role: "admin" }] });
  const session = (await product.request("POST", "/api/v1/sessions", { body: { name, password } }))
    .body.token;
  const cookie = `__Host-certctl=${session}`;
  const { csrfTokenOf } = await import("#server/authenticate.ts");
  const made = await product.request("POST", "/api/v1/api-keys", {
    body: { name: "own", grants: [{ role: "approver" }] },
    headers: { cookie, "x-csrf-token": csrfTokenOf(session) },
  });
  return made.body.key;
}
