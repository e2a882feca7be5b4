/** The loop: claims due jobs of this database, runs them, keeps their leases, takes over those of crashed workers. */

import { newToken } from "#base/random.ts";
import { type Instant, later, type Milliseconds, minutes, seconds } from "#base/time.ts";
import { attempt, cancelled, commit, endFailed, LeaseLost, stopping } from "./attempt.ts";
import type { Job, JobKind, ServerKind } from "./job.ts";
import { serverKinds, system } from "./job.ts";
import * as leases from "./lease-queries.ts";
import * as queries from "./queries.ts";
import { Room } from "./room.ts";
import { tellBegun } from "./tell-begun.ts";
import { sayTrouble } from "./trouble.ts";
import type { Subscription } from "./tx.ts";
import type { World } from "./world.ts";

export interface EngineOptions {
  readonly world: World;
  readonly kinds: readonly JobKind[];
  readonly subscriptions: readonly Subscription[];
  /** How many jobs this process runs at once. */
  readonly concurrency: number;
  /** A silent worker's jobs are taken over after this. */
  readonly lease: Milliseconds;
  /** The longest sleep without a wake. */
  readonly poll: Milliseconds;
}

interface Running {
  readonly job: Job;
  readonly kind: ServerKind;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export interface Engine {
  start(): void;
  /** Claims nothing more, lets running jobs finish for `grace`, then aborts them and gives their leases back. */
  stop(grace: Milliseconds): Promise<void>;
  /** One round of claiming, awaited to its end; for tests and tools. */
  drain(): Promise<number>;
}

export function engine(options: EngineOptions): Engine {
  const { world } = options;
  const kinds = new Map(options.kinds.map((kind) => [kind.kind, kind]));
  const running = new Map<number, Running>();
  const stop = new AbortController();
  let loops: Promise<unknown> = Promise.resolve();
  let nudge = new AbortController();
  const unsubscribe = world.database.onWake("jobs", () => nudge.abort());

  async function claimRound(): Promise<number> {
    const free = options.concurrency - running.size;
    if (free <= 0) return 0;
    const jobs = await claimDue(options, kinds, free);
    if (jobs.length > 0) world.database.wake("events");
    for (const { job, kind } of jobs) start(job, kind);
    return jobs.length;
  }

  function start(job: Job, kind: ServerKind): void {
    const abort = new AbortController();
    const done = runOne(options, job, kind, abort.signal).finally(() => {
      running.delete(job.pk);
      nudge.abort();
    });
    running.set(job.pk, { job, kind, abort, done });
  }

  async function claimLoop(): Promise<void> {
    while (!stop.signal.aborted) {
      nudge = new AbortController();
      const claimed = (await guarded(world, "claim jobs", claimRound)) ?? 0;
      if (claimed > 0 && running.size < options.concurrency) continue;
      const length = await sleepLength(options, serverKinds(kinds));
      await world.clock.sleep(length, AbortSignal.any([stop.signal, nudge.signal]));
    }
  }

  async function leaseLoop(): Promise<void> {
    while (!stop.signal.aborted) {
      await world.clock.sleep(options.lease / 3, stop.signal);
      await guarded(world, "keep leases", () => keepLeases(options, running));
      await guarded(world, "take over leases", () => takeOver(options, kinds));
    }
  }

  async function drain(): Promise<number> {
    const claimed = await claimRound();
    await Promise.all([...running.values()].map((it) => it.done));
    return claimed;
  }

  async function end(grace: Milliseconds): Promise<void> {
    stop.abort();
    unsubscribe();
    await loops;
    // What records in parts loses nothing by going on elsewhere.
    for (const it of running.values()) if (it.kind.inParts) it.abort.abort(stopping);
    const all = Promise.allSettled([...running.values()].map((it) => it.done));
    await Promise.race([all, world.clock.sleep(grace)]);
    for (const it of running.values()) it.abort.abort(stopping);
    await Promise.race([all, world.clock.sleep(seconds(2))]);
  }

  return {
    start() {
      loops = Promise.all([claimLoop(), leaseLoop()]);
    },
    stop: end,
    drain,
  };
}

/** Where a job is due and cannot be had, somebody elsewhere has the place or the row. */
const lookAgain: Milliseconds = 200;

/** Until the next job is due, at most the poll interval. Work that ends here wakes the loop by itself. */
async function sleepLength(
  { world, poll }: EngineOptions,
  names: readonly string[],
): Promise<Milliseconds> {
  const { reader } = world.database;
  const due = await guarded(world, "look ahead", () => queries.nextDue(reader, names));
  if (!due) return poll;
  const wait = due - world.clock.now();
  return Math.min(poll, wait > 0 ? wait : lookAgain);
}

async function guarded<T>(
  world: World,
  what: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    // The loop must outlive a database that is away for a while; the next round tries again.
    sayTrouble(world.log, error, what);
    await world.clock.sleep(seconds(1));
    return undefined;
  }
}

async function claimDue(
  options: EngineOptions,
  kinds: ReadonlyMap<string, JobKind>,
  limit: number,
): Promise<readonly Claimed[]> {
  const { world } = options;
  const now = world.clock.now();
  const names = serverKinds(kinds);
  // A look before the lock: an idle engine opens no write transaction.
  const due = await queries.listDue(world.database.reader, now, 1, names);
  if (due.length === 0) return [];
  return await world.database.transaction(async (db) => {
    if (!(await queries.takeTurn(db))) return [];
    const room = await Room.of(db, kinds);
    const taken: Claimed[] = [];
    // A long queue for one that is full must not hide the others: it is passed over, and the rest looked at again.
    for (let left = limit; left > 0; left = limit - taken.length) {
      const full = await room.full();
      const jobs = await queries.listDue(db, now, left, names, full);
      for (const job of jobs) {
        const claimed = await claimOne(db, { options, kinds, room, now }, job);
        if (claimed) taken.push(claimed);
      }
      if (jobs.length < left || (await room.full()).length === full.length) break;
    }
    const { subscriptions } = options;
    await tellBegun(
      db,
      taken.map((it) => it.job),
      { world, subscriptions, now },
    );
    return taken;
  });
}

interface Claimed {
  readonly job: Job;
  readonly kind: ServerKind;
}

interface Claiming {
  readonly options: EngineOptions;
  readonly kinds: ReadonlyMap<string, JobKind>;
  readonly room: Room;
  readonly now: Instant;
}

async function claimOne(
  db: Parameters<typeof leases.claim>[0],
  { options, kinds, room, now }: Claiming,
  job: Job,
): Promise<Claimed | undefined> {
  const kind = kinds.get(job.kind);
  if (kind?.executor !== "server" || !(await room.take(job))) return undefined;
  const lease = {
    token: newToken("lease", options.world.random, 12),
    until: later(now, options.lease),
  };
  if (!(await leases.claim(db, job, lease, now))) return undefined;
  const claimed = { ...job, leaseToken: lease.token, attempts: job.attempts + 1 };
  return { job: { ...claimed, state: "Running" }, kind };
}

async function runOne(
  options: EngineOptions,
  job: Job,
  kind: ServerKind,
  signal: AbortSignal,
): Promise<void> {
  const { world } = options;
  const began = world.clock.now();
  try {
    const limit = AbortSignal.timeout(kind.timeout);
    const outcome = await attempt(
      world,
      options.subscriptions,
      job,
      kind,
      AbortSignal.any([signal, limit]),
    );
    world.metrics.count("certctl_jobs_finished_total", { kind: kind.kind, outcome });
    const spent = (world.clock.now() - began) / 1_000;
    world.metrics.time("certctl_job_duration_seconds", { kind: kind.kind }, spent);
  } catch (error) {
    // Where the database is away the row still says Running, and its lease will run out.
    if (error instanceof LeaseLost) world.log.info({ job: job.id }, "the job was taken away");
    else sayTrouble(world.log, error, `record an attempt of ${job.id}`);
  }
}

async function keepLeases(
  options: EngineOptions,
  running: ReadonlyMap<number, Running>,
): Promise<void> {
  if (running.size === 0) return;
  const ours = new Map([...running].map(([pk, it]) => [pk, it.job.leaseToken ?? ""]));
  const { world } = options;
  const until: Instant = later(world.clock.now(), options.lease);
  const { held, cancelled: asked } = await world.database.transaction((db) =>
    leases.extend(db, ours, until),
  );
  for (const [pk, it] of running) {
    if (asked.includes(pk)) it.abort.abort(cancelled);
    else if (!held.includes(pk) && ours.has(pk)) it.abort.abort(new LeaseLost(it.job));
  }
}

/** Jobs whose worker went silent: server jobs wait for another attempt, agents' jobs are offered again. */
async function takeOver(
  options: EngineOptions,
  kinds: ReadonlyMap<string, JobKind>,
): Promise<void> {
  const { world } = options;
  // Wait one more lease than agents and workers were promised, so that a slow clock loses nothing.
  const expired = await leases.listExpiredLeases(world.database.reader, world.clock.now(), 200);
  for (const job of expired) {
    const kind = kinds.get(job.kind);
    const failure = {
      message: "the worker stopped answering and its lease ran out",
      retryable: true,
      retryAfter: minutes(0),
    };
    const origin = { actor: system, requestId: null, address: null };
    await commit(world, options.subscriptions, origin, (tx) =>
      endFailed(tx, job, kind ?? {}, failure, []),
    ).catch((error: unknown) => {
      if (!(error instanceof LeaseLost)) throw error;
    });
  }
}
