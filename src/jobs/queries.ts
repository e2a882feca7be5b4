/** SQL on jobs, steps, events and audit rows: the writing half. Every change of state is guarded by the old state. */
import { type Kysely, type Selectable, sql } from "kysely";
import type { Instant } from "#base/time.ts";
import { engineOf, json } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import type { Full, Job } from "./job.ts";
import { activeStates, type JobEvent, type JobState, type JobType, jobMachine } from "./state.ts";
import type { Enqueue, KindRef, Requester } from "./tx.ts";

type Db = Kysely<Tables>;
type JobRow = Selectable<Tables["jobs"]>;

export function toJob(row: JobRow): Job {
  return {
    pk: row.pk,
    id: row.id,
    kind: row.kind,
    // The columns hold what this module wrote: members of the closed sets.
    type: row.type as JobType,
    state: row.state as JobState,
    certificatePk: row.certificate_pk,
    targetPk: row.target_pk,
    agentPk: row.agent_pk,
    issuerPk: row.issuer_pk,
    teamPk: row.team_pk,
    parentPk: row.parent_pk,
    input: JSON.parse(row.input),
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    retrySeconds: row.retry_seconds,
    deadline: row.deadline,
    leaseToken: row.lease_token,
    requestedBy: JSON.parse(row.requested_by) as Requester,
  };
}

/** Adds the job, or returns the active one that has the same dedupe key. */
export async function insertJob(
  db: Db,
  kind: KindRef,
  options: Enqueue,
  by: { now: Instant; id: string; requestedBy: Requester; requestId: string | null },
): Promise<{ pk: number; id: string; isNew: boolean }> {
  if (options.dedupeKey !== undefined) {
    const active = await db
      .selectFrom("jobs")
      .select(["pk", "id"])
      .where("dedupe_key", "=", options.dedupeKey)
      .where("state", "in", activeStates)
      .executeTakeFirst();
    if (active) return { ...active, isNew: false };
  }
  const { pk } = await db
    .insertInto("jobs")
    .values({
      id: by.id,
      kind: kind.kind,
      type: options.type ?? kind.type,
      state: options.state ?? "Pending",
      executor: kind.executor,
      certificate_pk: options.certificatePk ?? null,
      target_pk: options.targetPk ?? null,
      agent_pk: options.agentPk ?? null,
      issuer_pk: options.issuerPk ?? null,
      team_pk: options.teamPk ?? null,
      parent_pk: options.parentPk ?? null,
      input: json(kind.input.parse(options.input ?? {})),
      sealed_input: options.sealedInput ?? null,
      digest: options.digest ?? null,
      attempts: 0,
      max_attempts: options.maxAttempts ?? kind.attempts,
      retry_seconds: options.retrySeconds ?? null,
      priority: options.priority ?? 0,
      run_after: options.runAfter ?? by.now,
      deadline: options.deadline ?? null,
      dedupe_key: options.dedupeKey ?? null,
      cancel_requested: 0,
      retried: 0,
      is_final: 0,
      result: null,
      lease_token: null,
      lease_until: null,
      last_error: null,
      started_at: null,
      completed_at: null,
      requested_by: JSON.stringify(by.requestedBy),
      request_id: by.requestId,
      created_at: by.now,
      updated_at: by.now,
    })
    .returning("pk")
    .executeTakeFirstOrThrow();
  return { pk, id: by.id, isNew: true };
}

/** Pending jobs of these kinds, without those of issuers and targets that are full. */
const pending = (db: Db, kinds: readonly string[], full: readonly Full[]) =>
  db
    .selectFrom("jobs")
    .where("state", "=", "Pending")
    .where("kind", "in", kinds)
    .where((eb) =>
      eb.and(
        full.map((it) => {
          const column = it.per === "issuer" ? "issuer_pk" : "target_pk";
          // A job without one is of none of them; `<>` alone would lose it.
          const another = eb.or([eb(column, "is", null), eb(column, "<>", it.pk)]);
          return eb.or([eb("kind", "<>", it.kind), another]);
        }),
      ),
    );

/** Those that are due, the most urgent first. */
export async function listDue(
  db: Db,
  now: Instant,
  limit: number,
  kinds: readonly string[],
  full: readonly Full[] = [],
): Promise<readonly Job[]> {
  const rows = await pending(db, kinds, full)
    .selectAll()
    .where("run_after", "<=", now)
    .orderBy("priority", "desc")
    .orderBy("run_after")
    .orderBy("pk")
    .limit(limit)
    .execute();
  return rows.map(toJob);
}

/** The earliest time at which any of these kinds becomes due. */
export async function nextDue(db: Db, kinds: readonly string[]): Promise<Instant | null> {
  const row = await pending(db, kinds, [])
    .select((eb) => eb.fn.min("run_after").as("at"))
    .executeTakeFirst();
  return row?.at ?? null;
}

/** Any number that nothing else in the database uses: `jobs` in ASCII. */
const claimLock = 0x6a6f6273;

/**
 * Replicas claim one after another, or two of them could together exceed a limit. False when another one is at it; one
 * that hangs is disconnected by the database.
 */
export async function takeTurn(db: Db): Promise<boolean> {
  if (engineOf(db) !== "postgres") return true;
  const { rows } = await sql<{ mine: boolean }>`
    select pg_try_advisory_xact_lock(${sql.lit(claimLock)}) as mine`.execute(db);
  return rows[0]?.mine === true;
}

/** How many jobs run now, by kind, issuer and target. */
export async function countRunning(
  db: Db,
): Promise<readonly { kind: string; issuer: number | null; target: number | null; n: number }[]> {
  const rows = await db
    .selectFrom("jobs")
    .select(["kind", "issuer_pk", "target_pk", (eb) => eb.fn.countAll<number>().as("n")])
    .where("state", "=", "Running")
    .groupBy(["kind", "issuer_pk", "target_pk"])
    .execute();
  return rows.map((row) => ({
    kind: row.kind,
    issuer: row.issuer_pk,
    target: row.target_pk,
    n: Number(row.n),
  }));
}

/** Moves a job that is not running; guarded by the states from which `event` is possible. */
export async function moveIdle(
  db: Db,
  pk: number,
  event: Exclude<JobEvent, "claim" | "leaseExpired">,
  now: Instant,
  change: { readonly error?: string; readonly input?: unknown; readonly isFinal?: boolean } = {},
): Promise<boolean> {
  for (const from of jobMachine.from(event)) {
    const to = jobMachine.next(from, event);
    if (from === "Running" || !to) continue;
    const result = await db
      .updateTable("jobs")
      .set({
        state: to,
        updated_at: now,
        run_after: now,
        is_final: change.isFinal ? 1 : 0,
        completed_at: activeStates.includes(to) ? null : now,
        ...(change.error === undefined ? {} : { last_error: change.error }),
        ...(change.input === undefined ? {} : { input: json(change.input) }),
        ...(event === "retry" || event === "resume" ? { attempts: 0 } : {}),
        // What ends without a worker was done in one go.
        ...(event === "succeed" ? { attempts: 1 } : {}),
        ...(event === "retry" ? { retried: 1 as const } : {}),
      })
      .where("pk", "=", pk)
      .where("state", "=", from)
      .executeTakeFirst();
    if (result.numUpdatedRows === 1n) return true;
  }
  return false;
}

export async function askToCancel(db: Db, pk: number, now: Instant): Promise<void> {
  await db
    .updateTable("jobs")
    .set({ cancel_requested: 1, updated_at: now })
    .where("pk", "=", pk)
    .where("state", "=", "Running")
    .execute();
}

/** Jobs that have waited in `state` since before `before`, or are past their deadline. */
export async function listOverdue(
  db: Db,
  state: JobState,
  before: { readonly created: Instant; readonly now: Instant },
  limit: number,
): Promise<readonly Job[]> {
  const rows = await db
    .selectFrom("jobs")
    .selectAll()
    .where("state", "=", state)
    .where((eb) => eb.or([eb("updated_at", "<", before.created), eb("deadline", "<", before.now)]))
    .limit(limit)
    .execute();
  return rows.map(toJob);
}

export interface Step {
  readonly name: string;
  readonly outcome: string;
  readonly detail: string | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
}

/**
 * Steps of one attempt, in order; what comes before the first attempt belongs to it. `detail` is cut to 2,000
 * characters: a page shows it.
 */
export async function insertSteps(
  db: Db,
  job: Pick<Job, "pk" | "attempts">,
  steps: readonly Step[],
): Promise<void> {
  if (steps.length === 0) return;
  await db
    .insertInto("job_steps")
    .values(
      steps.map((step) => ({
        job_pk: job.pk,
        attempt: Math.max(job.attempts, 1),
        name: step.name,
        outcome: step.outcome,
        detail: step.detail?.slice(0, 2_000) ?? null,
        started_at: step.startedAt,
        ended_at: step.endedAt,
      })),
    )
    .execute();
}
