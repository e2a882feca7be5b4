/** One attempt of one claimed job: run, then record effect and end in one transaction that counts only with the lease. */
import type { DomainEvent, EventType } from "#base/event.ts";
import { backoff } from "#base/retry.ts";
import { instant, later, seconds } from "#base/time.ts";
import { announce } from "./announce.ts";
import { type Failure, type Job, type JobContext, JobFailure, type ServerKind } from "./job.ts";
import * as leases from "./lease-queries.ts";
import { txOf } from "./open-tx.ts";
import * as queries from "./queries.ts";
import type { Origin, Subscription, Tx } from "./tx.ts";
import type { World } from "./world.ts";

export class LeaseLost extends Error {
  constructor(job: Job) {
    super(`the lease of ${job.id} was lost`);
    this.name = "LeaseLost";
  }
}

/** Runs `work` in one transaction with everything a commit half may touch, and wakes what it woke once durable. */
export async function commit<T>(
  world: World,
  subscriptions: readonly Subscription[],
  origin: Origin,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const now = world.clock.now();
  let wakes: ReadonlySet<string> = new Set();
  let events: DomainEvent[] = [];
  const result = await world.database.transaction(async (db) => {
    events = [];
    const tx = txOf(db, origin, { random: world.random, now, subscriptions, events });
    wakes = tx.wakes;
    return await work(tx);
  });
  for (const topic of wakes) world.database.wake(topic);
  for (const event of events) sayEvent(world, origin, event);
  return result;
}

/** What an operator wants to find in the log without asking the database. */
const levels: Partial<Record<EventType, "info" | "warn">> = {
  "certificate.failed": "warn",
  "deployment.failed": "warn",
  "agent.offline": "warn",
  "agent.online": "info",
  "agent.joined": "info",
  "agent.retired": "info",
};

function sayEvent(world: World, { requestId }: Origin, { type, subjectId, payload }: DomainEvent) {
  const level = levels[type];
  if (level)
    world.log[level]({ event: type, id: subjectId, request_id: requestId, ...payload }, type);
}

/** What a thrown value means for the job. A defect is retried: the next attempt may run a repaired build. */
export function failureOf(error: unknown): Failure {
  if (error instanceof JobFailure) {
    return {
      message: error.message,
      retryable: error.retryable,
      ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
    };
  }
  const retryable = !(error instanceof Error && "retryable" in error && error.retryable === false);
  return { message: error instanceof Error ? error.message : String(error), retryable };
}

export async function attempt(
  world: World,
  subscriptions: readonly Subscription[],
  job: Job,
  kind: ServerKind,
  signal: AbortSignal,
): Promise<"succeed" | "retry" | "giveUp" | "cancel" | "stop"> {
  const steps: queries.Step[] = [];
  const origin = { actor: job.requestedBy, requestId: job.id, address: null };
  const record: JobContext["record"] = (work) =>
    commit(world, subscriptions, origin, async (tx) => {
      if (!(await leases.shareLease(tx.db, job))) throw new LeaseLost(job);
      return await work(tx);
    });
  const ctx = contextOf(world, job, { signal, steps, record });
  try {
    const input = kind.input.parse(job.input);
    const prepared = await kind.run(ctx, job, input);
    await commit(world, subscriptions, origin, async (tx) => {
      if (!(await leases.lockLease(tx.db, job, tx.now))) throw new LeaseLost(job);
      const result = await kind.commit(tx, job, prepared, input);
      await queries.insertSteps(tx.db, job, steps);
      await end(tx, job, { event: "succeed", result });
    });
    return "succeed";
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    if (signal.reason === cancelled) {
      await commit(world, subscriptions, origin, (tx) => endCancelled(tx, job, kind, steps));
      return "cancel";
    }
    if (signal.reason === stopping) {
      await commit(world, subscriptions, origin, (tx) => giveBack(tx, job));
      return "stop";
    }
    const failure = failureOf(error);
    const outcome = await commit(world, subscriptions, origin, (tx) =>
      endFailed(tx, job, kind, failure, steps),
    );
    const said = { job: job.id, kind: job.kind, attempt: job.attempts, reason: failure.message };
    const again = outcome === "retry" ? "will be tried again" : "failed";
    // A failure that nobody foresaw is a defect, and its stack is what is known of it.
    if (error instanceof JobFailure) world.log.warn(said, `a job ${again}`);
    else world.log.error({ ...said, err: error }, `a job ${again}`);
    return outcome;
  }
}

/** Why a signal was aborted. */
export const cancelled = new Error("cancelled");
export const stopping = new Error("the process stops");

interface Under extends Pick<JobContext, "signal" | "record"> {
  readonly steps: queries.Step[];
}

function contextOf(world: World, job: Job, { signal, steps, record }: Under): JobContext {
  return {
    ...world,
    signal,
    record,
    async confirmLease() {
      signal.throwIfAborted();
      if (!(await leases.holdsLease(world.database.reader, job))) throw new LeaseLost(job);
    },
    async step(name, work) {
      const startedAt = world.clock.now();
      const add = (outcome: string, detail: string | null) =>
        steps.push({ name, outcome, detail, startedAt, endedAt: world.clock.now() });
      try {
        const result = await work();
        add("success", null);
        return result;
      } catch (error) {
        add("failure", error instanceof Error ? error.message : String(error));
        throw error;
      }
    },
  };
}

async function end(tx: Tx, job: Job, ending: leases.Ending): Promise<void> {
  if (!(await leases.endAttempt(tx.db, job, ending, tx.now))) throw new LeaseLost(job);
  await announce(tx, job);
}

/** A stop is nobody's fault: the attempt does not count, and another worker may begin at once. */
async function giveBack(tx: Tx, job: Job): Promise<void> {
  if (!(await leases.giveBack(tx.db, job, tx.now))) throw new LeaseLost(job);
  tx.wakes.add("jobs");
}

async function endCancelled(
  tx: Tx,
  job: Job,
  kind: ServerKind,
  steps: readonly queries.Step[],
): Promise<void> {
  await queries.insertSteps(tx.db, job, steps);
  await kind.cancelled?.(tx, job);
  await end(tx, job, { event: "cancel", error: "cancelled", isFinal: true });
}

/** Records a failed attempt: another one later while there are any, else the final failure with what follows from it. */
export async function endFailed(
  tx: Tx,
  job: Job,
  kind: Pick<ServerKind, "failed">,
  failure: Failure,
  steps: readonly queries.Step[],
): Promise<"retry" | "giveUp"> {
  await queries.insertSteps(tx.db, job, steps);
  const wait = failure.retryAfter ?? waitOf(job, tx.random.fraction());
  const runAfter = later(tx.now, wait);
  const late = job.deadline !== null && runAfter > job.deadline;
  if (failure.retryable && !late && job.attempts < job.maxAttempts) {
    await end(tx, job, { event: "retry", error: failure.message, runAfter });
    return "retry";
  }
  await kind.failed?.(tx, job, failure);
  await end(tx, job, { event: "giveUp", error: failure.message, isFinal: true });
  return "giveUp";
}

function waitOf(job: Job, fraction: number): number {
  if (job.retrySeconds === null) return backoff(job.attempts, fraction);
  return instant(seconds(job.retrySeconds) * (0.8 + 0.4 * fraction));
}
