/** "Try again now" on the page of a job, and the operation behind it: from Failed, and from the wait for the next attempt. */
import { beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import { minutes } from "#base/time.ts";
import { commit } from "#jobs/attempt.ts";
import { JobFailure, serverJob } from "#jobs/job.ts";
import type { Enqueue } from "#jobs/tx.ts";
import { eachEngine } from "#test/database/engines.ts";
import { openSite, type Site, type Visitor } from "./site.ts";

const origin = {
  actor: { type: "system", id: "system", name: "tests" } as const,
  requestId: null,
  address: null,
};

eachEngine("trying a job again", (open) => {
  let site: Site;
  let admin: Visitor;
  /** What the next attempt does. */
  let behave: "succeed" | "fail" | "fail for good" = "succeed";
  const kind = serverJob<Record<string, never>, null>({
    kind: "test.retry",
    type: "Issuance",
    executor: "server",
    input: z.strictObject({}),
    attempts: 3,
    timeout: minutes(1),
    async run() {
      if (behave === "succeed") return null;
      throw new JobFailure("the peer is away", { retryable: behave === "fail" });
    },
    commit: async () => ({}),
  });
  beforeAll(async () => {
    site = await openSite(await open(), { more: [{ name: "test", operations: [], jobs: [kind] }] });
    admin = site.visitor();
    await admin.signIn("root");
  }, 60_000);

  const enqueue = async (options: Enqueue = {}): Promise<string> => {
    const { world } = site.product;
    return (await commit(world, [], origin, (tx) => tx.enqueue(kind, { input: {}, ...options })))
      .id;
  };
  const job = (id: string) => site.product.ok("GET", `/api/v1/jobs/${id}`);
  /** A job after an attempt that went as `how` says. */
  const attempted = async (how: typeof behave, options: Enqueue = {}): Promise<string> => {
    behave = how;
    const id = await enqueue(options);
    await site.product.engine.drain();
    behave = "succeed";
    return id;
  };
  const retry = (id: string, key = site.product.adminKey) =>
    site.product.request("POST", `/api/v1/jobs/${id}/retry`, { key });

  test("a failed job goes on where somebody presses the button", async () => {
    const id = await attempted("fail for good");
    const page = await admin.get(`/jobs/${id}`);
    expect(page.html).toContain("Try again now");
    const answer = await admin.send(page.form("jobs.retry"));
    expect([answer.status, answer.location]).toEqual([303, `/jobs/${id}`]);
    expect(await job(id)).toMatchObject({ status: "Pending", completed_at: null });
    await site.product.engine.drain();
    // A person's word begins the count anew: all attempts are there again.
    expect(await job(id)).toMatchObject({ status: "Completed", attempts: 1 });
  });

  test("a job that waits for its next attempt need not wait", async () => {
    const id = await attempted("fail");
    expect(await job(id)).toMatchObject({ status: "Pending", attempts: 1 });
    expect(await site.product.engine.drain()).toBe(0);
    const page = await admin.get(`/jobs/${id}`);
    expect(page.html).toContain("The next attempt is due ");
    expect((await admin.send(page.form("jobs.retry"))).status).toBe(303);
    await site.product.engine.drain();
    expect(await job(id)).toMatchObject({ status: "Completed", attempts: 2 });
  });

  test("by the operation it is the same, from both states", async () => {
    const ids = [await attempted("fail for good"), await attempted("fail")];
    for (const id of ids) {
      expect(await retry(id)).toMatchObject({ status: 200, body: { id, status: "Pending" } });
    }
    await site.product.engine.drain();
    const [failed = "", waiting = ""] = ids;
    expect(await job(failed)).toMatchObject({ status: "Completed", attempts: 1 });
    expect(await job(waiting)).toMatchObject({ status: "Completed", attempts: 2 });
  });

  test("a job that is done or was cancelled has no button, and the operation refuses", async () => {
    const done = await attempted("succeed");
    const cancelled = await enqueue();
    await site.product.ok("POST", `/api/v1/jobs/${cancelled}/cancel`);
    for (const [id, state] of [
      [done, "Completed"],
      [cancelled, "Cancelled"],
    ] as const) {
      expect((await admin.get(`/jobs/${id}`)).html).not.toContain("/ui/jobs.retry");
      const answer = await retry(id);
      expect([answer.status, answer.body.detail]).toEqual([
        409,
        `a job that is ${state} cannot be retried`,
      ]);
      expect((await job(id)).status).toBe(state);
    }
  });

  test("a form that has grown old is refused, and says why", async () => {
    const id = await attempted("fail for good");
    const page = await admin.get(`/jobs/${id}`);
    await retry(id);
    await site.product.engine.drain();
    const late = await admin.send(page.form("jobs.retry"));
    expect([late.status, late.html.includes("cannot be retried")]).toEqual([409, true]);
    expect((await job(id)).status).toBe("Completed");
  });

  test("a failed job stays where another for the same thing is active", async () => {
    const id = await attempted("fail for good", { dedupeKey: "same" });
    const other = await enqueue({ dedupeKey: "same" });
    const refused = await retry(id);
    expect(refused.status).toBe(409);
    expect((await job(id)).status).toBe("Failed");
    await site.product.engine.drain();
    expect((await job(other)).status).toBe("Completed");
    expect((await retry(id)).status).toBe(200);
    await site.product.engine.drain();
  });

  test("whoever may only read sees no button and is refused", async () => {
    const id = await attempted("fail for good");
    const viewer = await site.userWith({ role: "viewer" });
    expect((await viewer.get(`/jobs/${id}`)).html).not.toContain("/ui/jobs.retry");
    expect((await retry(id, await site.product.key({ role: "viewer" }))).status).toBe(403);
    expect((await job(id)).status).toBe("Failed");
  });
});
