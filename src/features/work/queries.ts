/** SQL on jobs for people: lists, details, decisions. */
import type { Expression, ExpressionBuilder, Kysely, SqlBool } from "kysely";
import { z } from "zod";
import type { Window } from "#base/page.ts";
import type { Instant } from "#base/time.ts";
import { parseJson } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import type { JobState, JobType } from "#jobs/state.ts";
import type { Requester } from "#jobs/tx.ts";
import { nameOfPerson, type Person } from "../access/person-queries.ts";
import type { TeamScope } from "../context.ts";
import { boundOf, type Counting, type Listing, listPage } from "../list.ts";
import type { JobDetail, JobView } from "./job-view.ts";

type Db = Kysely<Tables>;

function jobs(db: Db, scope: TeamScope) {
  const query = db
    .selectFrom("jobs")
    .leftJoin("certificates", "certificates.pk", "jobs.certificate_pk")
    .leftJoin("targets", "targets.pk", "jobs.target_pk")
    .leftJoin("agents", "agents.pk", "jobs.agent_pk")
    .leftJoin("issuers", "issuers.pk", "jobs.issuer_pk");
  return scope === "all" ? query : query.where("jobs.team_pk", "in", scope);
}

const references = [
  "certificates.id as certificate_id",
  "targets.id as target_id",
  "agents.id as agent_id",
  "issuers.id as issuer_id",
] as const;

export async function findJob(db: Db, id: string, scope: TeamScope) {
  return await jobs(db, scope)
    .selectAll("jobs")
    .select(references)
    .where("jobs.id", "=", id)
    .executeTakeFirst();
}

export type JobRow = NonNullable<Awaited<ReturnType<typeof findJob>>>;

export const requesterOf = (row: Pick<JobRow, "requested_by">): Requester =>
  // The column holds what `insertJob` wrote.
  JSON.parse(row.requested_by) as Requester;

export const jobView = (row: JobRow): JobView => ({
  id: row.id,
  kind: row.kind,
  // The columns hold members of the closed sets.
  type: row.type as JobType,
  status: row.state as JobState,
  certificateId: row.certificate_id,
  targetId: row.target_id,
  agentId: row.agent_id,
  issuerId: row.issuer_id,
  attempts: row.attempts,
  maxAttempts: row.max_attempts,
  lastError: row.last_error,
  result: row.result && parseJson(row.result, z.record(z.string(), z.unknown())),
  requestedBy: requesterOf(row).name,
  runAfter: row.run_after,
  deadline: row.deadline,
  startedAt: row.started_at,
  completedAt: row.completed_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export async function stepsOf(db: Db, pk: number): Promise<JobDetail["steps"]> {
  const rows = await db
    .selectFrom("job_steps")
    .selectAll()
    .where("job_pk", "=", pk)
    .orderBy("pk")
    .limit(1_000)
    .execute();
  return rows.map((row) => ({
    attempt: row.attempt,
    name: row.name,
    outcome: row.outcome,
    detail: row.detail,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }));
}

export async function decisionsOf(db: Db, pk: number): Promise<JobDetail["decisions"]> {
  const rows = await db
    .selectFrom("job_decisions")
    .selectAll()
    .where("job_pk", "=", pk)
    .orderBy("pk")
    .execute();
  return await Promise.all(
    rows.map(async (row) => ({
      id: row.id,
      decision: row.decision === "approved" ? ("approved" as const) : ("rejected" as const),
      decidedBy: await nameOfPerson(db, row.decided_by),
      note: row.note,
      createdAt: row.created_at,
    })),
  );
}

/** One decision per person and job; the table refuses a second. */
export async function insertDecision(
  db: Db,
  it: {
    readonly id: string;
    readonly jobPk: number;
    readonly decision: "approved" | "rejected";
    readonly decidedBy: Person;
    readonly note: string | null;
  },
  now: Instant,
): Promise<void> {
  await db
    .insertInto("job_decisions")
    .values({
      id: it.id,
      job_pk: it.jobPk,
      decision: it.decision,
      decided_by: it.decidedBy,
      note: it.note,
      created_at: now,
    })
    .execute();
}

export interface JobFilter {
  readonly scope: TeamScope;
  readonly status?: string | undefined;
  readonly type?: string | undefined;
  readonly certificateId?: string | undefined;
  readonly agentId?: string | undefined;
  readonly targetId?: string | undefined;
  readonly q?: string | undefined;
}

/** Conditions on references are by key, so that an index of `jobs` is used for them. */
function conditionsOf(db: Db, filter: JobFilter) {
  const { scope, certificateId, agentId, targetId, status, type, q } = filter;
  const references = [
    ["jobs.certificate_pk", "certificates", certificateId],
    ["jobs.agent_pk", "agents", agentId],
    ["jobs.target_pk", "targets", targetId],
  ] as const;
  return (eb: ExpressionBuilder<Tables, "jobs">): Expression<SqlBool> =>
    eb.and([
      ...(scope === "all" ? [] : [eb("jobs.team_pk", "in", scope)]),
      ...(status === undefined ? [] : [eb("jobs.state", "=", status)]),
      ...(type === undefined ? [] : [eb("jobs.type", "=", type)]),
      ...(q === undefined ? [] : [eb("jobs.id", "=", q.trim())]),
      ...references.flatMap(([column, table, id]) =>
        id === undefined
          ? []
          : [eb(column, "=", db.selectFrom(table).select("pk").where("id", "=", id))],
      ),
    ]);
}

export async function listJobs(
  db: Db,
  window: Window,
  filter: JobFilter & Counting,
): Promise<Listing<JobView>> {
  const wanted = conditionsOf(db, filter);
  return await listPage(
    {
      window,
      key: "jobs.pk",
      // A job is added in the transaction whose time it has: the order of keys is that of times, and filters need no sort.
      columns: { created_at: { ref: "jobs.pk" }, updated_at: { ref: "jobs.updated_at" } },
      // Counted without the joins, which a row has one of or none.
      matching: db.selectFrom("jobs").where(wanted),
      rows: jobs(db, "all").where(wanted).selectAll("jobs").select(references),
      bound: boundOf(db, filter),
    },
    jobView,
  );
}

/** Makes a job that waits for its next attempt due. */
export async function hurry(db: Db, pk: number, now: Instant): Promise<void> {
  await db
    .updateTable("jobs")
    .set({ run_after: now, updated_at: now })
    .where("pk", "=", pk)
    .where("state", "=", "Pending")
    .execute();
}

/** A bounded bite, so that no transaction takes long. */
export async function deleteEventsBefore(db: Db, before: Instant, limit: number): Promise<number> {
  const result = await db
    .deleteFrom("events")
    .where(
      "pk",
      "in",
      db
        .selectFrom("events")
        .select("pk")
        .where("created_at", "<", before)
        .orderBy("pk")
        .limit(limit),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
