/** The job of bulk work: 200 items at a time, each in a transaction of its own; pausing takes its lease away between two of them. */

import type { Contract, Input } from "#base/contract.ts";
import { Lost, Problem } from "#base/problem.ts";
import { minutes } from "#base/time.ts";
import { announce } from "#jobs/announce.ts";
import { LeaseLost } from "#jobs/attempt.ts";
import { type Job, type JobContext, JobFailure, serverJob } from "#jobs/job.ts";
import type { World } from "#jobs/world.ts";
import type { Authenticator } from "../access/authenticate.ts";
import { presentRights, type Rights } from "../access/present-rights.ts";
import type { Outcome } from "../call.ts";
import { carryOut, type Defer } from "../carry-out.ts";
import type { Operation } from "../handler.ts";
import { contextOf } from "../run.ts";
import { bulkKind } from "./bulk.ts";
import {
  cancelItems,
  countItems,
  endItem,
  type Item,
  type ItemResult,
  listWaiting,
} from "./item-queries.ts";

export interface BulkParts {
  readonly operations: () => ReadonlyMap<string, Operation>;
  readonly authenticator: () => Authenticator;
  readonly defer: (world: World) => Defer;
}

const chunk = 200;
/** On SQLite they share durable commits, on PostgreSQL they hide the network. */
const lanes = 16;
/** How often an item is tried that others change at the same moment. */
const mostTries = 3;

export function bulkJob(parts: BulkParts) {
  return serverJob({
    ...bulkKind,
    timeout: minutes(60),
    inParts: true,
    async run(ctx, job, { operation: name, change }) {
      const bulk = parts.operations().get(name)?.contract.bulk;
      const operation = bulk && parts.operations().get(bulk.each);
      if (!operation) throw gone(`there is no operation ${name}`);
      const defer = parts.defer(ctx);
      const tries = new Map<number, number>();
      for (;;) {
        ctx.signal.throwIfAborted();
        const items = await listWaiting(ctx.database.reader, job.pk, chunk);
        if (items.length === 0) return bulk.done;
        const rights = await presentRights(
          parts.authenticator(),
          job.requestedBy,
          operation.contract,
        );
        if (!rights) throw gone("whoever asked for it may not do this any more");
        const work = { ctx, job, operation, rights, change, defer, tries };
        await inLanes(items, ctx.signal, (item) => runItem(work, item));
        await ctx.record((tx) => announce(tx, job));
      }
    },
    async commit(tx, job, done) {
      const counts = await countItems(tx.db, job.pk);
      return {
        total_matched: counts.total,
        [`total_${done}`]: counts.succeeded,
        total_skipped: counts.skipped,
        total_failed: counts.failed,
        total_awaiting_approval: counts.awaitingApproval,
      };
    },
    cancelled: (tx, job) => cancelItems(tx.db, job.pk),
  });
}

const gone = (message: string) => new JobFailure(message, { retryable: false });

interface Work {
  readonly ctx: JobContext;
  readonly job: Job;
  readonly operation: Operation;
  readonly rights: Rights;
  readonly change: Readonly<Record<string, unknown>>;
  readonly defer: Defer;
  readonly tries: Map<number, number>;
}

/** Ends the item, or leaves it waiting for the next round when somebody else was faster. */
async function runItem(work: Work, item: Item): Promise<void> {
  const { ctx, tries } = work;
  try {
    await perform(work, item);
  } catch (error) {
    if (error instanceof LeaseLost || ctx.signal.aborted) throw error;
    // A database that is away is nobody's mistake: the attempt is made again.
    if (error instanceof Problem && error.kind === "unavailable") throw error;
    const tried = (tries.get(item.pk) ?? 0) + 1;
    tries.set(item.pk, tried);
    if (error instanceof Lost && tried < mostTries) return;
    const result = failed(work, item, error);
    await ctx.record((tx) => endItem(tx.db, item, result));
  }
}

async function perform(work: Work, item: Item): Promise<void> {
  const { ctx, job, operation, rights, change, defer } = work;
  const { handler } = operation;
  if (handler.effect !== "write") throw new Error(`${operation.contract.name} is no write`);
  const call = { actor: rights.actor, requestId: job.id, address: null, signal: ctx.signal };
  const context = contextOf(ctx, call, rights.scope);
  // Decoded when the bulk operation was asked for; the contract of the single one has these keys and an id.
  const input = { ...change, id: item.subjectId } as Input<Contract>;
  const prepared: unknown = await handler.prepare(context, input);
  const demand = handler.demands?.(context, prepared, input);
  await ctx.record(async (tx) => {
    const details = { bulkJobId: job.id };
    const outcome = await carryOut(tx, operation, { input, prepared, demand, details }, defer);
    if (outcome.kind === "refused") throw outcome.problem;
    await endItem(tx.db, item, resultOf(outcome));
  });
}

function resultOf(outcome: Outcome): ItemResult {
  if (outcome.kind === "deferred") {
    return { state: "awaiting_approval", message: null, resultId: outcome.jobId };
  }
  const { output } = outcome;
  const jobId = typeof output === "object" && output !== null && Reflect.get(output, "jobId");
  return {
    state: "succeeded",
    message: null,
    resultId: typeof jobId === "string" ? jobId : null,
  };
}

/** What is not in the state for it is passed over; everything else is a failure that somebody should look at. */
function failed({ ctx, job }: Work, item: Item, error: unknown): ItemResult {
  const end = (state: ItemResult["state"], message: string) => ({ state, message, resultId: null });
  if (error instanceof Problem) {
    return end(error.kind === "wrong-state" ? "skipped" : "failed", error.detail);
  }
  if (error instanceof Lost) return end("failed", `${error.message}; try again`);
  ctx.log.error({ err: error, job: job.id, item: item.subjectId }, "an item of bulk work failed");
  return end("failed", "internal error; the log has it under the job's id");
}

/** Works through `items`, some at a time. The first failure stops what has not begun, and is thrown when the rest has ended. */
async function inLanes<T>(
  items: readonly T[],
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  let stopped = false;
  const lane = async () => {
    for (const item of rest) {
      if (stopped || signal.aborted) return;
      try {
        await work(item);
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  const failure = ended.find((it) => it.status === "rejected");
  if (failure) throw failure.reason;
  signal.throwIfAborted();
}
