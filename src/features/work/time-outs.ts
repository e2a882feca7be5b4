/** Jobs that waited too long for an agent's request or for a decision end, and say so. */
import { formatDuration, later, type Milliseconds, minutes } from "#base/time.ts";
import { announce } from "#jobs/announce.ts";
import type { JobKind } from "#jobs/job.ts";
import * as jobs from "#jobs/queries.ts";
import type { Recurring, RecurringContext } from "#jobs/recurring.ts";
import type { JobState } from "#jobs/state.ts";

export function timeOuts(
  kinds: () => ReadonlyMap<string, JobKind>,
  limits: { readonly csr: Milliseconds; readonly approval: Milliseconds },
): Recurring {
  return {
    name: "job-timeout",
    summary: "End jobs that waited too long for a request or a decision",
    setting: "CERTCTL_JOB_TIMEOUT_INTERVAL",
    interval: minutes(10),
    timeout: minutes(2),
    async run(ctx) {
      const csr = await end(ctx, kinds, {
        state: "AwaitingCSR",
        limit: limits.csr,
        message: `the agent handed in no request within ${formatDuration(limits.csr)}`,
      });
      const approval = await end(ctx, kinds, {
        state: "AwaitingApproval",
        limit: limits.approval,
        message: `nobody decided within ${formatDuration(limits.approval)}`,
      });
      return `${csr} without request, ${approval} without decision`;
    },
  };
}

async function end(
  ctx: RecurringContext,
  kinds: () => ReadonlyMap<string, JobKind>,
  of: { readonly state: JobState; readonly limit: Milliseconds; readonly message: string },
): Promise<number> {
  const now = ctx.clock.now();
  const before = { created: later(now, -of.limit), now };
  const overdue = await jobs.listOverdue(ctx.database.reader, of.state, before, 1_000);
  let ended = 0;
  for (const job of overdue) {
    await ctx.commit(async (tx) => {
      const change = { error: of.message, isFinal: true };
      if (!(await jobs.moveIdle(tx.db, job.pk, "timeOut", now, change))) return;
      const failure = { message: of.message, retryable: false };
      await kinds().get(job.kind)?.failed?.(tx, job, failure);
      await announce(tx, job);
      ended++;
    });
  }
  return ended;
}
