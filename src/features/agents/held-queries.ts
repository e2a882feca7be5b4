/** SQL on what agents hold: the leases of the jobs that were given out to them. */
import type { Kysely } from "kysely";
import type { Instant } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import type { Job } from "#jobs/job.ts";
import { toJob } from "#jobs/queries.ts";

type Db = Kysely<Tables>;

export async function extendLease(
  db: Db,
  agentPk: number,
  job: { readonly jobId: string; readonly leaseToken: string },
  until: Instant,
): Promise<boolean> {
  const row = await db
    .updateTable("jobs")
    .set({ lease_until: until })
    .where("id", "=", job.jobId)
    .where("agent_pk", "=", agentPk)
    .where("lease_token", "=", job.leaseToken)
    .where("state", "=", "Running")
    .returning("cancel_requested")
    .executeTakeFirst();
  return row !== undefined && row.cancel_requested === 0;
}

/** Requests that the agent was told of count as not told. */
export async function forgetReminders(db: Db, agentPk: number): Promise<void> {
  await db
    .updateTable("jobs")
    .set({ lease_until: null })
    .where("agent_pk", "=", agentPk)
    .where("state", "=", "AwaitingCSR")
    .where("lease_until", "is not", null)
    .execute();
}

/** The job as it was before it was given out: nobody began it. False when the lease was lost meanwhile. */
export async function takeBack(db: Db, job: Job, now: Instant): Promise<boolean> {
  const result = await db
    .updateTable("jobs")
    .set((eb) => ({
      state: "Pending",
      attempts: eb("attempts", "-", 1),
      lease_token: null,
      lease_until: null,
      run_after: now,
      updated_at: now,
    }))
    .where("pk", "=", job.pk)
    .where("state", "=", "Running")
    .where("lease_token", "=", job.leaseToken)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function listRunningJobs(db: Db, agentPk: number): Promise<readonly Job[]> {
  const rows = await db
    .selectFrom("jobs")
    .selectAll()
    .where("agent_pk", "=", agentPk)
    .where("executor", "=", "agent")
    .where("state", "=", "Running")
    .execute();
  return rows.map(toJob);
}
