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
