import { expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "#base/time.ts";
import { migrate } from "#db/migrate.ts";
import { json } from "#db/portable.ts";
import { opener } from "#test/database/engines.ts";

const postgres = opener("postgres");
const total = 10_000;

test("10,000 jobs, two processes on one PostgreSQL, one stopped past its lease: each effect once, the late finish refused", async () => {
  const url = await postgres.url();
  const database = await postgres.raw(url);
  await migrate(database, systemClock);
  const now = systemClock.now();
  for (let from = 0; from < total; from += 1_000) {
    await database.transaction(async (db) => {
      await db
        .insertInto("jobs")
        .values(Array.from({ length: 1_000 }, (_, i) => row(from + i, now)))
        .execute();
    });
  }
  const applied = new Map<string, number>();
  let calls = 0;
  const open = new Map([
    ["first", 0],
    ["second", 0],
  ]);
  const peer = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      calls++;
      const worker = request.headers.get("worker") ?? "";
      open.set(worker, (open.get(worker) ?? 0) + 1);
      const key = request.headers.get("idempotency-key") ?? "";
      // What makes an outside effect happen once: the peer knows the order's id.
      const first = !applied.has(key);
      if (first) applied.set(key, 0);
      await Bun.sleep(15);
      if (first) applied.set(key, (applied.get(key) ?? 0) + 1);
      open.set(worker, (open.get(worker) ?? 0) - 1);
      return new Response("done");
    },
  });
  const start = (name: string) =>
    Bun.spawn(
      [process.execPath, join(import.meta.dir, "worker-child.ts"), url, peer.url.toString(), name],
      {
        stdout: "pipe",
        stderr: "pipe",
      },
    );
  const [first, second] = [start("first"), start("second")];
  const heard = new Response(first.stderr).text();
  try {
    const completed = async () => {
      const { n } = await database.reader
        .selectFrom("jobs")
        .select((eb) => eb.fn.countAll<number>().as("n"))
        .where("state", "=", "Completed")
        .executeTakeFirstOrThrow();
      return Number(n);
    };
    while ((await completed()) < 1_000) await Bun.sleep(50);
    first.kill("SIGSTOP");
    // Stopped with jobs in its hands: whose answers it has not read cannot have ended.
    while (open.get("first") === 0) {
      first.kill("SIGCONT");
      await Bun.sleep(5);
      first.kill("SIGSTOP");
    }
    await Bun.sleep(7_000);
    first.kill("SIGCONT");
    const end = performance.now() + 90_000;
    while ((await completed()) < total && performance.now() < end) await Bun.sleep(100);
    expect(await completed()).toBe(total);
    expect(applied.size).toBe(total);
    expect([...applied.values()].every((n) => n === 1)).toBe(true);
    const again = await database.reader
      .selectFrom("jobs")
      .select((eb) => eb.fn.countAll<number>().as("n"))
      .where("attempts", ">", 1)
      .executeTakeFirstOrThrow();
    // Those that the stopped process had in its hands, and no others, were begun twice.
    expect(Number(again.n)).toBeGreaterThan(0);
    expect(Number(again.n)).toBeLessThanOrEqual(64);
    expect(calls).toBeLessThanOrEqual(total + 64);
  } finally {
    first.kill("SIGTERM");
    second.kill("SIGTERM");
    await Promise.race([Promise.all([first.exited, second.exited]), Bun.sleep(10_000)]);
    first.kill("SIGKILL");
    second.kill("SIGKILL");
    await peer.stop(true);
  }
  expect(await heard).toContain("the job was taken away");
}, 180_000);

const row = (n: number, now: ReturnType<typeof systemClock.now>) => ({
  id: `job-${String(n).padStart(6, "0")}`,
  kind: "test.effect",
  type: "Issuance",
  state: "Pending",
  executor: "server",
  certificate_pk: null,
  target_pk: null,
  agent_pk: null,
  issuer_pk: null,
  team_pk: null,
  parent_pk: null,
  input: json({}),
  sealed_input: null,
  digest: null,
  result: null,
  attempts: 0,
  max_attempts: 10,
  retry_seconds: null,
  priority: 0,
  run_after: now,
  deadline: null,
  lease_token: null,
  lease_until: null,
  dedupe_key: null,
  cancel_requested: 0 as const,
  last_error: null,
  retried: 0 as const,
  is_final: 0 as const,
  requested_by: '{"type":"system","id":"system","name":"tests"}',
  request_id: null,
  started_at: null,
  completed_at: null,
  created_at: now,
  updated_at: now,
});
