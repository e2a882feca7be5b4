/** SQL on the lease of a job: whoever holds it runs the present attempt, and nobody else may record anything of it. */
import type { Kysely } from "kysely";
import type { Instant } from "#base/time.ts";
import { engineOf, json } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import type { Job } from "./job.ts";
import { toJob } from "./queries.ts";
import { jobMachine } from "./state.ts";

type Db = Kysely<Tables>;

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

/** Makes a job that was claimed due again as if it had not been. False when the lease was lost. */
export async function giveBack(db: Db, job: Job, now: Instant): Promise<boolean> {
  const state = jobMachine.next("Running", "leaseExpired");
  const result = await db
    .updateTable("jobs")
    .set((eb) => ({
      state,
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
