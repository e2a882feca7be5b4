import { beforeAll, describe, expect, test } from "bun:test";
import { days, minutes } from "#base/time.ts";
import { engine } from "#jobs/engine.ts";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { type Answer, joinAgent, openProduct, type TestProduct } from "#test/world.ts";

eachEngine("bulk work", (open) => {
  let product: TestProduct;
  let many: readonly string[] = [];
  beforeAll(async () => {
    product = await openProduct(await open());
    for (const id of ["o-old", "o-new", "o-few"]) {
      await product.ok("POST", "/api/v1/owners", { id, name: id, email: `${id}@example.test` });
    }
    const numbers = Array.from({ length: 260 }, (_, n) => n);
    many = await Promise.all(numbers.map((n) => ordered(`many-${n}.example.test`, "o-old")));
  }, 120_000);

  async function ordered(name: string, owner: string, more: object = {}): Promise<string> {
    const body = { csr_pem: await csr([name]), owner_id: owner, ...more };
    return (await product.ok("POST", "/api/v1/certificates", body)).id;
  }
  const ask = (what: "renew" | "reassign", body: object, key = product.adminKey) =>
    product.request("POST", `/api/v1/certificates/bulk-${what}`, { body, key });
  const jobAt = (id: string) => product.ok("GET", `/api/v1/jobs/${id}`);
  const itemsOf = async (id: string, query = ""): Promise<Answer["body"]> =>
    product.ok("GET", `/api/v1/jobs/${id}/items?per_page=500${query}`);
  const drainAll = async () => {
    while ((await product.engine.drain()) > 0);
  };
  async function audited(action: string, jobId: string): Promise<readonly string[]> {
    const rows = await product.world.database.reader
      .selectFrom("audit_events")
      .select("resource_id")
      .where("action", "=", action)
      .where("request_id", "=", jobId)
      .execute();
    return rows.map((it) => it.resource_id);
  }

  describe("renewing", () => {
    test("answers with a job, and each certificate has its own result", async () => {
      const fine = await ordered("fine.example.test", "o-few");
      const gone = await ordered("gone.example.test", "o-few");
      await product.ok("DELETE", `/api/v1/certificates/${gone}`);
      const asked = await ask("renew", { owner_id: "o-few" });
      expect(asked.status).toBe(202);
      expect(asked.body).toMatchObject({ status: "accepted", total_matched: 2 });
      await drainAll();
      const job = await jobAt(asked.body.job_id);
      expect(job).toMatchObject({
        type: "Bulk",
        status: "Completed",
        result: { total_matched: 2, total_enqueued: 1, total_skipped: 1, total_failed: 0 },
        items: { total: 2, waiting: 0, succeeded: 1, skipped: 1 },
      });
      const { data } = await itemsOf(job.id);
      expect(data).toMatchObject([
        { subject_id: fine, status: "succeeded", message: null },
        { subject_id: gone, status: "skipped", message: "the certificate is archived" },
      ]);
      expect((await itemsOf(job.id, "&status=skipped")).total).toBe(1);
      const versions = await product.ok("GET", `/api/v1/certificates/${fine}/versions`);
      expect(versions.total).toBe(2);
      expect(await audited("certificates.renew", job.id)).toEqual([fine]);
    });

    test("of an agent's certificates leads to the jobs in which the agent makes its keys", async () => {
      const agent = await joinAgent(product, { id: "ag-bulk" });
      const made = await product.ok("POST", "/api/v1/certificates", {
        sans: ["agent.example.test"],
        agent_id: agent.id,
      });
      const handedIn = await product.request("POST", `/api/v1/agents/${agent.id}/csr`, {
        key: agent.credential,
        body: { job_id: made.job_id, csr_pem: await csr(["agent.example.test"]) },
      });
      expect(handedIn.status).toBe(202);
      await drainAll();
      const asked = await ask("renew", { agent_id: agent.id });
      await drainAll();
      const { data } = await itemsOf(asked.body.job_id);
      expect(data).toMatchObject([{ subject_id: made.id, status: "succeeded" }]);
      const job = await jobAt(data[0].job_id);
      expect(job).toMatchObject({
        type: "Renewal",
        status: "AwaitingCSR",
        agent_id: agent.id,
        certificate_id: made.id,
      });
      const again = await ask("renew", { certificate_ids: [made.id] });
      await drainAll();
      expect((await itemsOf(again.body.job_id)).data).toMatchObject([
        { status: "skipped", message: expect.stringContaining("in progress") },
      ]);
    });

    test("of what its profile wants approved waits for approval, each for itself", async () => {
      await product.ok("POST", "/api/v1/profiles", { id: "later-strict", name: "Later strict" });
      const profiled = { certificate_profile_id: "later-strict" };
      const id = await ordered("approved.example.test", "o-few", profiled);
      await product.ok("PATCH", "/api/v1/profiles/later-strict", { requires_approval: true });
      const asked = await ask("renew", { profile_id: "later-strict" });
      await drainAll();
      const job = await jobAt(asked.body.job_id);
      expect(job.result).toMatchObject({ total_enqueued: 0, total_awaiting_approval: 1 });
      const { data } = await itemsOf(job.id);
      expect(data).toMatchObject([{ subject_id: id, status: "awaiting_approval" }]);
      expect((await jobAt(data[0].job_id)).status).toBe("AwaitingApproval");
    });

    test("of an expired one needs force", async () => {
      const id = await ordered("brief.example.test", "o-few", {
        validity_seconds: 3600,
        environment: "brief",
      });
      product.clock.move(days(1));
      const first = await ask("renew", { certificate_ids: [id] });
      await drainAll();
      expect((await itemsOf(first.body.job_id)).data).toMatchObject([{ status: "skipped" }]);
      const forced = await ask("renew", { environment: "brief", force: true });
      await drainAll();
      expect((await itemsOf(forced.body.job_id)).data).toMatchObject([{ status: "succeeded" }]);
    });
  });

  describe("says what is wrong", () => {
    test("when nothing narrows it: nobody means everything by saying nothing", async () => {
      const answer = await ask("renew", {});
      expect(answer.status).toBe(400);
      expect(answer.body.errors).toMatchObject([{ path: "certificate_ids" }]);
      expect((await ask("renew", { certificate_ids: [] })).status).toBe(400);
      expect((await ask("reassign", { owner_id: "o-new" })).status).toBe(400);
    });

    test("when the new owner is not there, before there is a job", async () => {
      const answer = await ask("reassign", { certificate_ids: many, owner_id: "o-nobody" });
      expect(answer.status).toBe(400);
      expect(answer.body.errors).toMatchObject([{ path: "owner_id" }]);
    });

    test("for each id that is not there", async () => {
      const asked = await ask("renew", { certificate_ids: ["mc-nothing"] });
      expect(asked.body.total_matched).toBe(1);
      await drainAll();
      const { data } = await itemsOf(asked.body.job_id);
      expect(data).toMatchObject([{ subject_id: "mc-nothing", status: "failed" }]);
      expect(data[0].message).toContain("mc-nothing");
    });

    test("when a job that is no bulk work is to be paused", async () => {
      const agent = await joinAgent(product, { id: "ag-pause" });
      const made = await product.ok("POST", "/api/v1/certificates", {
        sans: ["pause.example.test"],
        agent_id: agent.id,
      });
      const answer = await product.request("POST", `/api/v1/jobs/${made.job_id}/pause`, {
        key: product.adminKey,
      });
      expect(answer.status).toBe(409);
    });
  });

  /** Until at least `n` items are done, while a worker is at it. */
  async function until(id: string, n: number): Promise<void> {
    for (let tries = 0; tries < 2_000; tries++) {
      const { items } = await jobAt(id);
      if (items.total - items.waiting >= n) return;
      await Bun.sleep(1);
    }
    throw new Error("it does not get on");
  }

  test("can be paused between two items and goes on behind them; each is done once", async () => {
    const asked = await ask("reassign", { certificate_ids: many, owner_id: "o-new" });
    const id = asked.body.job_id;
    const working = product.engine.drain();
    await until(id, 20);
    expect(await product.ok("POST", `/api/v1/jobs/${id}/pause`)).toMatchObject({
      status: "Paused",
    });
    await working;
    const paused = await jobAt(id);
    expect(paused.status).toBe("Paused");
    expect(paused.items.waiting).toBeGreaterThan(0);
    expect(paused.items.succeeded).toBeGreaterThanOrEqual(20);
    product.clock.move(minutes(10));
    expect(await product.engine.drain()).toBe(0);
    expect((await jobAt(id)).items).toEqual(paused.items);
    await product.ok("POST", `/api/v1/jobs/${id}/resume`);
    await drainAll();
    expect(await jobAt(id)).toMatchObject({
      status: "Completed",
      result: { total_matched: many.length, total_reassigned: many.length },
    });
    expect((await audited("certificates.update", id)).toSorted()).toEqual([...many].toSorted());
    const { total } = await product.ok("GET", "/api/v1/certificates?owner_id=o-new");
    expect(total).toBe(many.length);
  });

  test("that is cancelled stops at once: what was done stays, the rest says so", async () => {
    const asked = await ask("reassign", { from_owner_id: "o-new", owner_id: "o-old" });
    const id = asked.body.job_id;
    const working = product.engine.drain();
    await until(id, 20);
    await product.ok("POST", `/api/v1/jobs/${id}/cancel`);
    const atOnce = await jobAt(id);
    expect(atOnce).toMatchObject({ status: "Cancelled", items: { waiting: 0 } });
    await working;
    const job = await jobAt(id);
    expect(job).toEqual(atOnce);
    expect(job.items.cancelled).toBeGreaterThan(0);
    const { total } = await product.ok("GET", "/api/v1/certificates?owner_id=o-old");
    expect(total).toBe(job.items.succeeded);
    expect(job.items.succeeded + job.items.cancelled).toBe(many.length);
  });

  test("is given back by a process that stops, and counts no attempt for that", async () => {
    const asked = await ask("reassign", { certificate_ids: many, owner_id: "o-new" });
    const id = asked.body.job_id;
    const make = () =>
      engine({
        world: product.world,
        kinds: [...product.product.kinds.values()],
        subscriptions: product.product.subscriptions,
        concurrency: 4,
        lease: minutes(1),
        poll: 50,
      });
    const stopping = make();
    stopping.start();
    await until(id, 10);
    await stopping.stop(minutes(1));
    // The test's clock is short of breath: the worker may still be at its last items.
    while ((await jobAt(id)).status === "Running") await Bun.sleep(1);
    const given = await jobAt(id);
    expect(given).toMatchObject({ status: "Pending", attempts: 0 });
    expect(given.items.waiting).toBeGreaterThan(0);
    await make().drain();
    expect(await jobAt(id)).toMatchObject({ status: "Completed", attempts: 1 });
    expect((await audited("certificates.update", id)).toSorted()).toEqual([...many].toSorted());
  });

  test("whose worker went silent is finished by another one, and no item is done twice", async () => {
    const asked = await ask("reassign", { certificate_ids: many, owner_id: "o-few" });
    const id = asked.body.job_id;
    const first = product.engine.drain();
    await until(id, 10);
    product.clock.move(minutes(3));
    await product.ok("POST", "/api/v1/schedules/job-retry/run");
    await product.timetable.runDue();
    product.clock.move(minutes(3));
    const second = engine({
      world: product.world,
      kinds: [...product.product.kinds.values()],
      subscriptions: product.product.subscriptions,
      concurrency: 4,
      lease: minutes(1),
      poll: 50,
    });
    await Promise.all([first, second.drain()]);
    expect(await jobAt(id)).toMatchObject({ status: "Completed", attempts: 2 });
    expect((await audited("certificates.update", id)).toSorted()).toEqual([...many].toSorted());
  });

  test("runs with the rights that whoever asked still has", async () => {
    const grants = [{ role: "operator" }];
    const made = await product.ok("POST", "/api/v1/api-keys", { name: "leaving", grants });
    const asked = await ask("reassign", { certificate_ids: many, owner_id: "o-new" }, made.key);
    await product.ok("DELETE", `/api/v1/api-keys/${made.id}`);
    await drainAll();
    const job = await jobAt(asked.body.job_id);
    expect(job).toMatchObject({ status: "Failed", items: { waiting: many.length, succeeded: 0 } });
    expect(job.last_error).toContain("may not do this any more");
  });

  test("for one team touches nothing of another, and its job is seen by its team alone", async () => {
    for (const id of ["t-a", "t-b"]) await product.ok("POST", "/api/v1/teams", { id, name: id });
    const a = await ordered("a.example.test", "o-few", { team_id: "t-a" });
    const b = await ordered("b.example.test", "o-few", { team_id: "t-b" });
    const key = await product.key({ role: "operator", team_id: "t-a" });
    const asked = await ask("renew", { certificate_ids: [a, b] }, key);
    await drainAll();
    const path = `/api/v1/jobs/${asked.body.job_id}/items`;
    const own = await product.request("GET", path, { key });
    expect(own.body.data).toMatchObject([
      { subject_id: a, status: "succeeded" },
      { subject_id: b, status: "failed", message: `there is no certificate ${b}` },
    ]);
    const other = await product.key({ role: "operator", team_id: "t-b" });
    expect((await product.request("GET", path, { key: other })).status).toBe(404);
    const both = await product.key(
      { role: "operator", team_id: "t-a" },
      { role: "operator", team_id: "t-b" },
    );
    expect((await ask("renew", { certificate_ids: [a, b] }, both)).status).toBe(403);
  });

  test("a bulk operation needs the permission of the single one", () => {
    const contracts = new Map(product.product.operations.map((it) => [it.contract.name, it]));
    const bulks = [...contracts.values()].filter(({ contract }) => contract.bulk !== undefined);
    expect(bulks.length).toBeGreaterThan(0);
    for (const { contract } of bulks) {
      const single = contracts.get((contract.bulk?.each ?? "") as `${string}.${string}`);
      expect(single?.contract.permission).toBe(contract.permission);
      expect(single?.handler.effect).toBe("write");
    }
  });
});
