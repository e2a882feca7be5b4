/** SQL on jobs, schedules, issuers, authorities and agents that need a person. */
import { type Kysely, sql } from "kysely";
import { days, type Instant, later } from "#base/time.ts";
import { listed } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import { offlineAfter } from "../agents/agent.ts";
import { isStandingToo } from "../certificates/standing.ts";
import type { TeamScope } from "../context.ts";
import { inTeams } from "./scoped.ts";

type Db = Kysely<Tables>;

const most = 200;

/** What failed longer ago and was left alone is history, not a task. */
export const jobsFailedWithin = days(7);

/** Their failures show as those of their certificate or deployment, which say whether it still matters. */
const shownElsewhere = ["certificates.issue", "deployments.deploy"];

export type JobRow = Awaited<ReturnType<typeof listFailedJobs>>["rows"][number];

const jobColumns = [
  "jobs.id",
  "jobs.kind",
  "jobs.type",
  "jobs.last_error",
  "jobs.completed_at",
  "jobs.created_at",
  "jobs.deadline",
  "jobs.requested_by",
  "jobs.input",
  "certificates.name as certificate_name",
  "targets.name as target_name",
] as const;

/** Jobs of other kinds that failed for good lately, the latest first. */
export async function listFailedJobs(db: Db, scope: TeamScope, now: Instant) {
  const failed = () =>
    db
      .selectFrom("jobs")
      .where("jobs.state", "=", sql.lit("Failed"))
      .where("jobs.completed_at", ">=", later(now, -jobsFailedWithin))
      .where("jobs.kind", "not in", shownElsewhere)
      .where(inTeams(scope, "jobs.team_pk"));
  const rows = await failed()
    .leftJoin("certificates", "certificates.pk", "jobs.certificate_pk")
    .leftJoin("targets", "targets.pk", "jobs.target_pk")
    .select(jobColumns)
    .orderBy("jobs.completed_at", "desc")
    .limit(most)
    .execute();
  if (rows.length < most) return { rows, total: rows.length };
  const { n } = await failed()
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  return { rows, total: Number(n) };
}

/** Jobs that wait for approval, the longest first. */
export async function listAwaiting(db: Db, scope: TeamScope) {
  return await db
    .selectFrom("jobs")
    .leftJoin("certificates", "certificates.pk", "jobs.certificate_pk")
    .leftJoin("targets", "targets.pk", "jobs.target_pk")
    .select(jobColumns)
    .where("jobs.state", "=", "AwaitingApproval")
    .where(inTeams(scope, "jobs.team_pk"))
    .orderBy("jobs.pk")
    .limit(most)
    .execute();
}

export async function listFailedSchedules(db: Db) {
  return await db
    .selectFrom("schedules")
    .select(["name", "last_message", "last_started_at", "next_run_at"])
    .where("last_outcome", "=", "failure")
    .orderBy("name")
    .execute();
}

export async function listFailedIssuers(db: Db) {
  return await db
    .selectFrom("issuers")
    .select(["id", "name", "type", "test_message", "last_tested_at"])
    .where("test_status", "=", "failed")
    .where("enabled", "=", 1)
    .orderBy("name")
    .limit(most)
    .execute();
}

/** Authorities of ours that issue, and end before `until`. */
export async function listEndingAuthorities(db: Db, until: Instant) {
  return await db
    .selectFrom("authorities")
    .innerJoin("issuers", "issuers.pk", "authorities.issuer_pk")
    .select([
      "authorities.id",
      "authorities.name",
      "authorities.not_before",
      "authorities.not_after",
      "issuers.id as issuer_id",
    ])
    .where("authorities.state", "=", "active")
    .where("authorities.issuing", "=", 1)
    .where("authorities.not_after", "<", until)
    .orderBy("authorities.not_after")
    .limit(most)
    .execute();
}

export type SilentAgent = Awaited<ReturnType<typeof listSilentAgents>>["rows"][number];

/** Agents that are not heard of, those that fell silent last first. */
export async function listSilentAgents(db: Db, scope: TeamScope, now: Instant) {
  const silent = () =>
    db
      .selectFrom("agents")
      .where("retired_at", "is", null)
      .where((eb) =>
        eb.or([
          eb("last_heartbeat_at", "<", later(now, -offlineAfter)),
          eb("last_heartbeat_at", "is", null),
        ]),
      )
      .where(inTeams(scope, "agents.team_pk"));
  const rows = await silent()
    .select(["pk", "id", "name", "last_heartbeat_at", "created_at"])
    .orderBy("last_heartbeat_at", "desc")
    .limit(most)
    .execute();
  if (rows.length < most) return { rows, total: rows.length };
  const { n } = await silent()
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  return { rows, total: Number(n) };
}

/**
 * SQLite uses the index on jobs by agent only for a condition that repeats its own, word by word. A certificate whose key
 * the agent holds is counted by its version, which is found by its certificate: a holder has thousands.
 */
const isAwaited = sql<boolean>`jobs.state in ('Pending', 'AwaitingCSR', 'AwaitingApproval', 'Running')
  and not exists (select 1 from certificate_versions where certificate_versions.certificate_pk = jobs.certificate_pk
  and +certificate_versions.holder_pk = jobs.agent_pk and certificate_versions.is_current = 1)`;

/** Of these agents: the certificates that a job of theirs has not ended for, and that they hold no key of. */
export async function awaitedFrom(db: Db, agentPks: readonly number[]) {
  const rows = await db
    .selectFrom("jobs")
    .innerJoin("certificates", "certificates.pk", "jobs.certificate_pk")
    .select([
      "jobs.agent_pk",
      (eb) => eb.fn.count<number>("jobs.certificate_pk").distinct().as("n"),
      (eb) => eb.fn.min("certificates.renew_at").as("renew_at"),
      (eb) => eb.fn.min("certificates.not_after").as("not_after"),
    ])
    .where("jobs.agent_pk", "in", listed(db, agentPks.join(",")))
    .where(isAwaited)
    .where(isStandingToo)
    .groupBy("jobs.agent_pk")
    .execute();
  return new Map(rows.map((it) => [it.agent_pk, { ...it, n: Number(it.n) }]));
}

/** How many versions in service each of these agents holds the key of: counted by the index alone. */
export async function keysHeldBy(
  db: Db,
  agentPks: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await db
    .selectFrom("certificate_versions")
    .select(["holder_pk", (eb) => eb.fn.countAll<number>().as("n")])
    .where("holder_pk", "in", listed(db, agentPks.join(",")))
    .where(sql<boolean>`is_current = 1`)
    .groupBy("holder_pk")
    .execute();
  return new Map(
    rows.flatMap((it) => (it.holder_pk === null ? [] : [[it.holder_pk, Number(it.n)] as const])),
  );
}

/** Of these few agents: the certificates that they hold a key of, and when the first is renewed and ends. */
export async function dependentsOf(db: Db, agentPks: readonly number[]) {
  const rows = await db
    .selectFrom("certificate_versions")
    .innerJoin("certificates", "certificates.pk", "certificate_versions.certificate_pk")
    .select([
      "certificate_versions.holder_pk",
      (eb) => eb.fn.countAll<number>().as("n"),
      (eb) => eb.fn.min("certificates.renew_at").as("renew_at"),
      (eb) => eb.fn.min("certificates.not_after").as("not_after"),
    ])
    .where("certificate_versions.holder_pk", "in", listed(db, agentPks.join(",")))
    .where(sql<boolean>`certificate_versions.is_current = 1`)
    .where(isStandingToo)
    .groupBy("certificate_versions.holder_pk")
    .execute();
  return new Map(rows.map((it) => [it.holder_pk, { ...it, n: Number(it.n) }]));
}
