/** SQL on jobs, steps, events and audit rows: the writing half. Every change of state is guarded by the old state. */
import type { Kysely, Selectable } from "kysely";
import type { Instant } from "#base/time.ts";
import { engineOf, json } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import type { Job } from "./job.ts";
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

/** Pending jobs of the server that are due, the most urgent first. */
export async function listDue(db: Db, now: Instant, limit: number): Promise<readonly Job[]> {
  const rows = await db
    .selectFrom("jobs")
    .selectAll()
    .where("state", "=", "Pending")
    .where("executor", "=", "server")
    .where("run_after", "<=", now)
    .orderBy("priority", "desc")
    .orderBy("run_after")
    .orderBy("pk")
    .limit(limit)
    .execute();
  return rows.map(toJob);
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

export interface Lease {
  readonly token: string;
  readonly until: Instant;
}

/** Takes a Pending job. False when somebody else was faster. */
export async function claim(db: Db, job: Job, lease: Lease, now: Instant): Promise<boolean> {
  const result = await db
    .updateTable("jobs")
    .set((eb) => ({
      state: "Running",
      attempts: eb("attempts", "+", 1),
      lease_token: lease.token,
      lease_until: lease.until,
      started_at: eb.fn.coalesce("started_at", eb.val(now)),
      updated_at: now,
    }))
    .where("pk", "=", job.pk)
    .where("state", "=", "Pending")
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Extends the leases that are still ours; returns the pks that are, with those asked to stop. */
export async function extend(
  db: Db,
  leases: ReadonlyMap<number, string>,
  until: Instant,
): Promise<{ held: readonly number[]; cancelled: readonly number[] }> {
  const held: number[] = [];
  const cancelled: number[] = [];
  for (const [pk, token] of leases) {
    const row = await db
      .updateTable("jobs")
      .set({ lease_until: until })
      .where("pk", "=", pk)
      .where("lease_token", "=", token)
      .where("state", "=", "Running")
      .returning("cancel_requested")
      .executeTakeFirst();
    if (row) held.push(pk);
    if (row?.cancel_requested === 1) cancelled.push(pk);
  }
  return { held, cancelled };
}

export async function holdsLease(db: Db, job: Job): Promise<boolean> {
  const row = await db
    .selectFrom("jobs")
    .select("pk")
    .where("pk", "=", job.pk)
    .where("state", "=", "Running")
    .where("lease_token", "=", job.leaseToken)
    .executeTakeFirst();
  return row !== undefined;
}

/** Holds on to the lease for the rest of the transaction. False when it was lost: then nothing may be recorded. */
export async function lockLease(db: Db, job: Job, now: Instant): Promise<boolean> {
  const result = await db
    .updateTable("jobs")
    .set({ updated_at: now })
    .where("pk", "=", job.pk)
    .where("state", "=", "Running")
    .where("lease_token", "=", job.leaseToken)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Like `lockLease`, for several transactions at once: whoever takes the lease away waits for them. */
export async function shareLease(db: Db, job: Job): Promise<boolean> {
  const query = db
    .selectFrom("jobs")
    .select("pk")
    .where("pk", "=", job.pk)
    .where("state", "=", "Running")
    .where("lease_token", "=", job.leaseToken);
  const row = await (engineOf(db) === "postgres" ? query.forShare() : query).executeTakeFirst();
  return row !== undefined;
}

/** Ends what runs in parts between two of them: the worker finds its lease gone. False when it does not run any more. */
export async function interrupt(
  db: Db,
  pk: number,
  event: "pause" | "cancel",
  now: Instant,
): Promise<boolean> {
  const state = jobMachine.next("Running", event);
  if (!state) throw new Error(`a running job cannot ${event}`);
  const isEnd = jobMachine.isFinal(state);
  const result = await db
    .updateTable("jobs")
    .set({
      state,
      lease_token: null,
      lease_until: null,
      completed_at: isEnd ? now : null,
      is_final: isEnd ? 1 : 0,
      last_error: isEnd ? "cancelled" : null,
      updated_at: now,
    })
    .where("pk", "=", pk)
    .where("state", "=", "Running")
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export interface Ending {
  readonly event:
    | "succeed"
    | "retry"
    | "giveUp"
    | "cancel"
    | "awaitCsr"
    | "timeOut"
    | "leaseExpired";
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: string;
  readonly isFinal?: boolean;
  /** When the next attempt is due, for `retry` and `leaseExpired`. */
  readonly runAfter?: Instant;
}

/** Ends the present attempt. False when the lease was lost: then nothing of the attempt may be recorded. */
export async function endAttempt(db: Db, job: Job, ending: Ending, now: Instant): Promise<boolean> {
  const state = jobMachine.next("Running", ending.event);
  if (!state) throw new Error(`a running job cannot ${ending.event}`);
  const stays = state === "Pending" || state === "AwaitingCSR";
  const result = await db
    .updateTable("jobs")
    .set({
      state,
      lease_token: null,
      lease_until: null,
      last_error: ending.error ?? null,
      is_final: ending.isFinal ? 1 : 0,
      completed_at: stays ? null : now,
      updated_at: now,
      ...(ending.result ? { result: json(ending.result) } : {}),
      ...(ending.runAfter ? { run_after: ending.runAfter } : {}),
    })
    .where("pk", "=", job.pk)
    .where("state", "=", "Running")
    .where("lease_token", "=", job.leaseToken)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
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

export async function listExpiredLeases(
  db: Db,
  now: Instant,
  limit: number,
): Promise<readonly Job[]> {
  const rows = await db
    .selectFrom("jobs")
    .selectAll()
    .where("state", "=", "Running")
    .where("lease_until", "<", now)
    .limit(limit)
    .execute();
  return rows.map(toJob);
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

/** Steps of one attempt, in order. `detail` is cut to 2,000 characters: a page shows it. */
export async function insertSteps(db: Db, job: Job, steps: readonly Step[]): Promise<void> {
  if (steps.length === 0) return;
  await db
    .insertInto("job_steps")
    .values(
      steps.map((step) => ({
        job_pk: job.pk,
        attempt: job.attempts,
        name: step.name,
        outcome: step.outcome,
        detail: step.detail?.slice(0, 2_000) ?? null,
        started_at: step.startedAt,
        ended_at: step.endedAt,
      })),
    )
    .execute();
}

/** The earliest time at which anything becomes due. */
export async function nextDue(db: Db): Promise<Instant | null> {
  const row = await db
    .selectFrom("jobs")
    .select((eb) => eb.fn.min("run_after").as("at"))
    .where("state", "=", "Pending")
    .executeTakeFirst();
  return row?.at ?? null;
}
