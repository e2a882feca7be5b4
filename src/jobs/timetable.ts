/** Runs recurring rows: each replica looks, one claims, the row shows what happened. */
import { newToken } from "#base/random.ts";
import { later, type Milliseconds, seconds } from "#base/time.ts";
import { commit } from "./attempt.ts";
import { system } from "./job.ts";
import type { Recurring } from "./recurring.ts";
import * as queries from "./schedule-queries.ts";
import { sayTrouble } from "./trouble.ts";
import type { Subscription } from "./tx.ts";
import type { World } from "./world.ts";

export interface Timetable {
  /** Makes the rows; part of `start`. */
  prepare(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Runs what is due, once; for tests and tools. */
  runDue(): Promise<number>;
}

export function timetable(
  world: World,
  rows: readonly Recurring[],
  subscriptions: readonly Subscription[],
  poll: Milliseconds = seconds(1),
): Timetable {
  const stop = new AbortController();
  let nudge = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  const unsubscribe = world.database.onWake("schedules", () => nudge.abort());

  async function runDue(): Promise<number> {
    const now = world.clock.now();
    const due = await queries.nextScheduleDue(world.database.reader);
    if (due === null || due > now) return 0;
    // Side by side: a long renewal check must not delay the others. Each is bounded by its time-out.
    const ran = await Promise.all(
      rows.map((row) => runOne(world, row, subscriptions, stop.signal)),
    );
    return ran.filter(Boolean).length;
  }

  async function turn(): Promise<void> {
    while (!stop.signal.aborted) {
      nudge = new AbortController();
      try {
        await runDue();
      } catch (error) {
        sayTrouble(world.log, error, "run the timetable");
      }
      await world.clock.sleep(poll, AbortSignal.any([stop.signal, nudge.signal]));
    }
  }

  async function prepare(): Promise<void> {
    const now = world.clock.now();
    await world.database.transaction(async (db) => {
      for (const row of rows) await queries.ensureSchedule(db, row, now);
    });
  }

  return {
    prepare,
    async start() {
      await prepare();
      loop = turn();
    },
    async stop() {
      stop.abort();
      unsubscribe();
      await loop;
    },
    runDue,
  };
}

async function runOne(
  world: World,
  row: Recurring,
  subscriptions: readonly Subscription[],
  stop: AbortSignal,
): Promise<boolean> {
  const began = world.clock.now();
  const token = newToken("lease", world.random, 12);
  const lease = { token, until: later(began, row.timeout) };
  const claimed = await world.database.transaction((db) =>
    queries.claimSchedule(db, row, lease, began),
  );
  if (!claimed) return false;
  const end = await outcomeOf(world, row, subscriptions, stop);
  const duration = world.clock.now() - began;
  await world.database.transaction((db) =>
    queries.endSchedule(db, row.name, token, { ...end, duration }),
  );
  return true;
}

async function outcomeOf(
  world: World,
  row: Recurring,
  subscriptions: readonly Subscription[],
  stop: AbortSignal,
): Promise<{ outcome: "success" | "failure"; message: string }> {
  const origin = { actor: system, requestId: null, address: null };
  try {
    const message = await row.run({
      ...world,
      signal: AbortSignal.any([stop, AbortSignal.timeout(row.timeout)]),
      commit: (work) => commit(world, subscriptions, origin, work),
    });
    return { outcome: "success", message };
  } catch (error) {
    world.log.error({ err: error, schedule: row.name }, "a recurring run failed");
    return { outcome: "failure", message: error instanceof Error ? error.message : String(error) };
  }
}
