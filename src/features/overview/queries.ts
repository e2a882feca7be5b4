/** SQL of the numbers: counts by indexed ranges, never a table in memory. */
import type { Kysely } from "kysely";
import { type Instant, later } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import { offlineAfter } from "../agents/agent.ts";
import type { TeamScope } from "../context.ts";
import type { Summary } from "./api.ts";

type Db = Kysely<Tables>;

/** What changes with time is computed at `now`, by the same rules as the status of one certificate. */
export async function summarize(db: Db, scope: TeamScope, now: Instant): Promise<Summary> {
  const certificates = () => {
    const query = db
      .selectFrom("certificates")
      .select((eb) => eb.fn.countAll<number>().as("n"))
      .where("archived_at", "is", null);
    return scope === "all" ? query : query.where("team_pk", "in", scope);
  };
  const standing = () => certificates().where("revoked_at", "is", null);
  const count = async (query: ReturnType<typeof certificates>) =>
    Number((await query.executeTakeFirstOrThrow()).n);
  const agents = await countAgents(db, scope, now);
  const jobs = await countJobs(db, scope);
  return {
    totalCertificates: await count(certificates()),
    expiringCertificates: await count(
      standing()
        .where("not_after", ">=", now)
        .where("expiring_at", "<=", now)
        .where("activity", "=", "idle"),
    ),
    expiredCertificates: await count(standing().where("not_after", "<", now)),
    revokedCertificates: await count(certificates().where("revoked_at", "is not", null)),
    failedCertificates: await count(standing().where("activity", "=", "failed")),
    ...agents,
    ...jobs,
    completedAt: now,
  };
}

async function countAgents(db: Db, scope: TeamScope, now: Instant) {
  const present = () => {
    const query = db
      .selectFrom("agents")
      .select((eb) => eb.fn.countAll<number>().as("n"))
      .where("retired_at", "is", null);
    return scope === "all" ? query : query.where("team_pk", "in", scope);
  };
  const total = Number((await present().executeTakeFirstOrThrow()).n);
  const alive = present().where("last_heartbeat_at", ">=", later(now, -offlineAfter));
  const active = Number((await alive.executeTakeFirstOrThrow()).n);
  return { totalAgents: total, activeAgents: active, offlineAgents: total - active };
}

async function countJobs(db: Db, scope: TeamScope) {
  const query = db
    .selectFrom("jobs")
    .select(["state", (eb) => eb.fn.countAll<number>().as("n")])
    .groupBy("state");
  const rows = await (scope === "all" ? query : query.where("team_pk", "in", scope)).execute();
  const of = (...states: string[]) =>
    rows.filter((row) => states.includes(row.state)).reduce((sum, row) => sum + Number(row.n), 0);
  return {
    pendingJobs: of("Pending", "AwaitingCSR", "AwaitingApproval", "Running"),
    failedJobs: of("Failed"),
    completeJobs: of("Completed"),
  };
}
