/** Jobs and what recurs. */
import { notFound } from "#base/problem.ts";
import { days, later, type Milliseconds, minutes, seconds } from "#base/time.ts";
import { endFailed, LeaseLost } from "#jobs/attempt.ts";
import { type JobKind, serverKinds } from "#jobs/job.ts";
import * as leases from "#jobs/lease-queries.ts";
import * as jobs from "#jobs/queries.ts";
import type { Recurring, RecurringContext } from "#jobs/recurring.ts";
import * as schedules from "#jobs/schedule-queries.ts";
import { bind, type Feature, read, write } from "../handler.ts";
import { forgetOld } from "../idempotency.ts";
import {
  approve,
  cancelWith,
  get,
  items,
  list,
  pauseWith,
  rejectWith,
  resume,
  retry,
} from "./actions.ts";
import { workApi } from "./api.ts";
import { deleteEventsBefore } from "./queries.ts";
import { timeOuts } from "./time-outs.ts";

export interface WorkParts {
  readonly kinds: () => ReadonlyMap<string, JobKind>;
  readonly recurring: () => readonly Recurring[];
  readonly timeouts: { readonly csr: Milliseconds; readonly approval: Milliseconds };
}

export function workFeature(parts: WorkParts): Feature {
  const listSchedules = read(workApi.schedules, async (ctx) => {
    const rows = await schedules.listSchedules(ctx.reader);
    const known = new Map(parts.recurring().map((it) => [it.name, it]));
    const data = rows.flatMap((row) => {
      const it = known.get(row.name);
      if (!it) return [];
      return [
        {
          name: row.name,
          summary: it.summary,
          setting: it.setting,
          intervalSeconds: Math.round(row.interval_ms / 1_000),
          nextRunAt: row.next_run_at,
          lastStartedAt: row.last_started_at,
          lastDurationMs: row.last_duration_ms,
          lastOutcome: row.last_outcome,
          lastMessage: row.last_message,
          running: row.lease_token !== null,
        },
      ];
    });
    return { data, total: data.length };
  });
  const runSchedule = write(workApi.runSchedule, {
    prepare: async () => undefined,
    async commit(tx, _, { name }) {
      if (!(await schedules.runNow(tx.db, name, tx.now))) throw notFound("schedule", name);
      tx.wakes.add("schedules");
      tx.subject({ id: name, teamPk: null });
      return { name, status: "requested" as const };
    },
  });
  return {
    name: "work",
    operations: bind(workApi, {
      list,
      get,
      cancel: cancelWith(parts.kinds),
      pause: pauseWith(parts.kinds),
      resume,
      items,
      retry,
      approve,
      reject: rejectWith(parts.kinds),
      schedules: listSchedules,
      runSchedule,
    }),
    recurring: [
      jobProcessor(parts.kinds),
      jobRetry(parts.kinds),
      timeOuts(parts.kinds, parts.timeouts),
      idempotencyCleanup,
      eventCleanup,
    ],
  };
}

/** Workers claim by themselves the moment a job is due; this run is for wakes that were lost. */
const jobProcessor = (kinds: WorkParts["kinds"]): Recurring => ({
  name: "job-processor",
  summary: "Wake the workers, in case a wake-up call was lost",
  setting: "CERTCTL_SCHEDULER_JOB_PROCESSOR_INTERVAL",
  interval: seconds(30),
  timeout: minutes(1),
  async run(ctx) {
    const { reader } = ctx.database;
    const due = await jobs.listDue(reader, ctx.clock.now(), 100, serverKinds(kinds()));
    if (due.length > 0) ctx.database.wake("jobs");
    return `${due.length} due`;
  },
});

/** Jobs whose worker or agent went silent get their next attempt, or fail for good when there is none left. */
function jobRetry(kinds: WorkParts["kinds"]): Recurring {
  return {
    name: "job-retry",
    summary: "Give jobs of silent workers and agents their next attempt",
    setting: "CERTCTL_SCHEDULER_RETRY_INTERVAL",
    interval: minutes(5),
    timeout: minutes(2),
    async run(ctx) {
      const expired = await leases.listExpiredLeases(ctx.database.reader, ctx.clock.now(), 1_000);
      for (const job of expired) await takeBack(ctx, kinds, job);
      return `${expired.length} taken back`;
    },
  };
}

async function takeBack(
  ctx: RecurringContext,
  kinds: WorkParts["kinds"],
  job: Awaited<ReturnType<typeof leases.listExpiredLeases>>[number],
): Promise<void> {
  const message = "whoever ran it stopped answering and the lease ran out";
  const failure = { message, retryable: true };
  try {
    await ctx.commit((tx) => endFailed(tx, job, kinds().get(job.kind) ?? {}, failure, []));
  } catch (error) {
    // It came back this moment.
    if (!(error instanceof LeaseLost)) throw error;
  }
}

/** Streams resume within a week; what is older is told by the audit trail. */
const eventCleanup: Recurring = {
  name: "event-cleanup",
  summary: "Forget events older than a week",
  setting: "CERTCTL_EVENT_CLEANUP_INTERVAL",
  interval: minutes(60),
  timeout: minutes(5),
  async run(ctx) {
    const before = later(ctx.clock.now(), -days(7));
    let forgotten = 0;
    for (let n = 1; n > 0 && !ctx.signal.aborted; ) {
      n = await ctx.commit((tx) => deleteEventsBefore(tx.db, before, 5_000));
      forgotten += n;
    }
    return `${forgotten} forgotten`;
  },
};

const idempotencyCleanup: Recurring = {
  name: "idempotency-cleanup",
  summary: "Forget idempotency keys older than a day",
  setting: "CERTCTL_IDEMPOTENCY_CLEANUP_INTERVAL",
  interval: minutes(60),
  timeout: minutes(1),
  async run(ctx) {
    const now = ctx.clock.now();
    return `${await ctx.commit((tx) => forgetOld(tx.db, now))} forgotten`;
  },
};
