import { beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import { minutes, seconds, systemClock } from "#base/time.ts";
import { issueJob } from "#features/certificates/jobs.ts";
import { findIssuer } from "#features/issuers/queries.ts";
import { commit } from "#jobs/attempt.ts";
import { engine } from "#jobs/engine.ts";
import { JobFailure, type ServerKind, serverJob } from "#jobs/job.ts";
import type { Enqueue } from "#jobs/tx.ts";
import { eachEngine } from "#test/database/engines.ts";
import { openProduct, type TestProduct } from "#test/world.ts";

const origin = {
  actor: { type: "system", id: "system", name: "tests" } as const,
  requestId: null,
  address: null,
};

eachEngine("jobs", (open) => {
  let product: TestProduct;
  const effects: string[] = [];
  let behave: (n: number) => Promise<string> = async () => "done";
  const kind = serverJob<{ n: number }, string>({
    kind: "test.work",
    type: "Issuance",
    executor: "server",
    input: z.strictObject({ n: z.int() }),
    attempts: 3,
    timeout: minutes(1),
    run: (ctx, _, { n }) => ctx.step("work", () => behave(n)),
    async commit(_, job, prepared, { n }) {
      effects.push(`${job.id}:${n}`);
      return { prepared };
    },
  });
  const limited: ServerKind<{ n: number }, string> = {
    ...kind,
    kind: "test.limited",
    concurrency: { per: "issuer", limit: 2 },
  };
  const asIssuing: ServerKind<{ n: number }, string> = {
    ...kind,
    kind: "test.issuing",
    ...(issueJob.concurrency && { concurrency: issueJob.concurrency }),
  };
  beforeAll(async () => {
    product = await openProduct(await open(), {
      more: [{ name: "test", operations: [], jobs: [kind, limited, asIssuing] }],
    });
  }, 60_000);

  const enqueue = (it: ServerKind<{ n: number }, string>, options: Enqueue = {}) =>
    commit(product.world, [], origin, (tx) => tx.enqueue(it, { input: { n: 1 }, ...options }));
  const job = (id: string) => product.ok("GET", `/api/v1/jobs/${id}`);

  test("runs, records its steps and its result", async () => {
    const { id } = await enqueue(kind);
    await product.engine.drain();
    const it = await job(id);
    expect(it).toMatchObject({ status: "Completed", attempts: 1, result: { prepared: "done" } });
    expect(it.steps).toMatchObject([{ attempt: 1, name: "work", outcome: "success" }]);
  });

  test("is one while it is active, by its dedupe key", async () => {
    const first = await enqueue(kind, { dedupeKey: "same" });
    const second = await enqueue(kind, { dedupeKey: "same" });
    expect(second).toEqual({ pk: first.pk, id: first.id, isNew: false });
    await product.engine.drain();
    expect((await enqueue(kind, { dedupeKey: "same" })).isNew).toBe(true);
    await product.engine.drain();
  });

  test("is tried again after a growing wait, a bounded number of times, and keeps why it failed", async () => {
    behave = async () => {
      throw new JobFailure("the peer is away", { retryable: true });
    };
    const { id } = await enqueue(kind);
    await product.engine.drain();
    expect(await job(id)).toMatchObject({
      status: "Pending",
      attempts: 1,
      last_error: "the peer is away",
    });
    expect(await product.engine.drain()).toBe(0);
    product.clock.move(seconds(13));
    await product.engine.drain();
    expect((await job(id)).attempts).toBe(2);
    product.clock.move(seconds(40));
    await product.engine.drain();
    expect(await job(id)).toMatchObject({ status: "Failed", attempts: 3 });
    product.clock.move(minutes(60));
    expect(await product.engine.drain()).toBe(0);
    behave = async () => "better";
    await product.ok("POST", `/api/v1/jobs/${id}/retry`);
    await product.engine.drain();
    expect(await job(id)).toMatchObject({ status: "Completed" });
  });

  test("is not tried again when it said that trying is of no use", async () => {
    behave = async () => {
      throw new JobFailure("no", { retryable: false });
    };
    const { id } = await enqueue(kind);
    await product.engine.drain();
    expect(await job(id)).toMatchObject({ status: "Failed", attempts: 1, last_error: "no" });
    behave = async () => "done";
  });

  test("that is cancelled before it begins never begins", async () => {
    const { id } = await enqueue(kind, { runAfter: (product.clock.now() + 60_000) as never });
    await product.ok("POST", `/api/v1/jobs/${id}/cancel`);
    product.clock.move(minutes(2));
    expect(await product.engine.drain()).toBe(0);
    expect((await job(id)).status).toBe("Cancelled");
    const again = await product.request("POST", `/api/v1/jobs/${id}/cancel`, {
      key: product.adminKey,
    });
    expect(again.status).toBe(409);
  });

  test("whose worker went silent is taken over, and the late finish of the first counts for nothing", async () => {
    let release: () => void = () => undefined;
    const stuck = new Promise<void>((resolve) => {
      release = resolve;
    });
    let calls = 0;
    behave = async () => {
      calls++;
      if (calls === 1) await stuck;
      return `attempt ${calls}`;
    };
    const { id } = await enqueue(kind);
    const before = effects.length;
    const first = product.engine.drain();
    await Bun.sleep(100);
    product.clock.move(minutes(3));
    await product.ok("POST", "/api/v1/schedules/job-retry/run");
    await product.timetable.runDue();
    product.clock.move(seconds(30));
    const second = engine({
      world: product.world,
      kinds: [kind],
      subscriptions: [],
      concurrency: 4,
      lease: minutes(1),
      poll: 50,
    });
    await second.drain();
    expect(await job(id)).toMatchObject({
      status: "Completed",
      attempts: 2,
      result: { prepared: "attempt 2" },
    });
    release();
    await first;
    expect(await job(id)).toMatchObject({
      status: "Completed",
      attempts: 2,
      result: { prepared: "attempt 2" },
    });
    expect(effects.slice(before)).toHaveLength(1);
    behave = async () => "done";
  });

  test("runs at most so many at once for one issuer", async () => {
    let now = 0;
    let most = 0;
    behave = async () => {
      now++;
      most = Math.max(most, now);
      await Bun.sleep(20);
      now--;
      return "done";
    };
    for (let n = 0; n < 7; n++) await enqueue(limited, { issuerPk: 1 });
    while ((await product.engine.drain()) > 0);
    expect(most).toBe(2);
    behave = async () => "done";
  });

  test("runs as many at once for one issuer as its connector allows", async () => {
    const { reader } = product.world.database;
    const acme = await product.ok("POST", "/api/v1/issuers", {
      name: "five at a time",
      type: "ACME",
      config: { directory_url: "https://acme.example.test/directory" },
    });
    const [theirs, ours] = await Promise.all(
      [acme.id, "iss-local"].map(async (id) => (await findIssuer(reader, id))?.pk ?? 0),
    );
    const now = new Map<number, number>();
    const most = new Map<number, number>();
    behave = async (pk) => {
      now.set(pk, (now.get(pk) ?? 0) + 1);
      most.set(pk, Math.max(most.get(pk) ?? 0, now.get(pk) ?? 0));
      await Bun.sleep(20);
      now.set(pk, (now.get(pk) ?? 0) - 1);
      return "done";
    };
    const busy = engine({
      world: product.world,
      kinds: [asIssuing],
      subscriptions: [],
      concurrency: 30,
      lease: minutes(1),
      poll: 50,
    });
    for (let i = 0; i < 12; i++) {
      for (const n of [theirs ?? 0, ours ?? 0]) {
        await enqueue(asIssuing, { issuerPk: n, input: { n } });
      }
    }
    while ((await busy.drain()) > 0);
    expect([...most.entries()]).toEqual(
      expect.arrayContaining([
        [theirs, 5],
        [ours, 8],
      ]),
    );
    behave = async () => "done";
  });

  test("of a full issuer do not hide the others behind them, however many they are", async () => {
    let release: () => void = () => undefined;
    const stuck = new Promise<void>((resolve) => {
      release = resolve;
    });
    const order: number[] = [];
    behave = async (n) => {
      order.push(n);
      if (n === 1) await stuck;
      return "done";
    };
    for (let n = 0; n < 60; n++) await enqueue(limited, { issuerPk: 1, priority: 10 });
    await enqueue(kind, { input: { n: 2 } });
    const first = product.engine.drain();
    while (!order.includes(2)) await Bun.sleep(5);
    expect(order.filter((n) => n === 1)).toHaveLength(2);
    release();
    await first;
    while ((await product.engine.drain()) > 0);
    expect(order).toHaveLength(61);
    behave = async () => "done";
  });

  test("that agents have to do, or nobody here knows, do not keep the workers turning", async () => {
    const { id: theirs } = await commit(product.world, [], origin, (tx) =>
      tx.enqueue({ ...kind, kind: "test.agent", executor: "agent" }, { input: { n: 1 } }),
    );
    const { id: unknown } = await enqueue({ ...kind, kind: "test.unknown" });
    let looks = 0;
    const database = new Proxy(product.world.database, {
      get(target, name) {
        if (name === "reader") looks++;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const idle = engine({
      world: { ...product.world, clock: systemClock, database },
      kinds: [kind],
      subscriptions: [],
      concurrency: 4,
      lease: minutes(1),
      poll: 10_000,
    });
    idle.start();
    await Bun.sleep(500);
    await idle.stop(seconds(1));
    // One look, and then a sleep of ten seconds.
    expect(looks).toBeLessThan(6);
    for (const each of [theirs, unknown]) await product.ok("POST", `/api/v1/jobs/${each}/cancel`);
  });

  test("goes before others when a person waits for it", async () => {
    const order: number[] = [];
    behave = async (n) => {
      order.push(n);
      return "done";
    };
    for (const [n, priority] of [
      [1, 0],
      [2, 10],
      [3, 5],
    ] as const) {
      await enqueue(kind, { input: { n }, priority });
    }
    const one = engine({
      world: product.world,
      kinds: [kind],
      subscriptions: [],
      concurrency: 1,
      lease: minutes(1),
      poll: 50,
    });
    while ((await one.drain()) > 0);
    expect(order).toEqual([2, 3, 1]);
    behave = async () => "done";
  });

  test("everything that recurs has a row with its last run and can be run now", async () => {
    await product.timetable.start();
    const { data } = await product.ok("GET", "/api/v1/schedules");
    const names = data.map((it: { name: string }) => it.name);
    for (const name of [
      "renewal-check",
      "job-processor",
      "job-retry",
      "job-timeout",
      "agent-health",
      "short-lived-expiry",
    ]) {
      expect(names).toContain(name);
    }
    await Bun.sleep(300);
    await product.timetable.stop();
    const after = await product.ok("GET", "/api/v1/schedules");
    for (const it of after.data) expect([it.name, it.last_outcome]).toEqual([it.name, "success"]);
  });
});
