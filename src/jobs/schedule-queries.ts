/** SQL on recurring rows. */
import type { Kysely, Selectable } from "kysely";
import { type Instant, later, type Milliseconds } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import type { Recurring } from "./recurring.ts";

type Db = Kysely<Tables>;

/** Makes the row when it is missing and brings its interval up to date; a shorter interval takes effect at once. */
export async function ensureSchedule(db: Db, it: Recurring, now: Instant): Promise<void> {
  await db
    .insertInto("schedules")
    .values({
      name: it.name,
      interval_ms: it.interval,
      next_run_at: now,
      lease_token: null,
      lease_until: null,
      last_started_at: null,
      last_duration_ms: null,
      last_outcome: null,
      last_message: null,
    })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
  await db
    .updateTable("schedules")
    .set((eb) => ({
      interval_ms: it.interval,
      next_run_at: eb
        .case()
        .when("next_run_at", ">", later(now, it.interval))
        .then(later(now, it.interval))
        .else(eb.ref("next_run_at"))
        .end(),
    }))
    .where("name", "=", it.name)
    .where("interval_ms", "<>", it.interval)
    .execute();
}

/** Takes a due row. The next run is set from the due time, not from now, so that intervals do not drift. */
export async function claimSchedule(
  db: Db,
  it: Recurring,
  lease: { readonly token: string; readonly until: Instant },
  now: Instant,
): Promise<boolean> {
  const row = await db
    .selectFrom("schedules")
    .select(["next_run_at", "interval_ms"])
    .where("name", "=", it.name)
    .executeTakeFirst();
  if (!row || row.next_run_at > now) return false;
  const result = await db
    .updateTable("schedules")
    .set({
      lease_token: lease.token,
      lease_until: lease.until,
      last_started_at: now,
      next_run_at: nextRun(row.next_run_at, row.interval_ms, now),
    })
    .where("name", "=", it.name)
    .where("next_run_at", "=", row.next_run_at)
    .where((eb) => eb.or([eb("lease_until", "is", null), eb("lease_until", "<", now)]))
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** The first multiple of the interval after the due time that lies in the future: missed runs are not made up for. */
export function nextRun(due: Instant, interval: Milliseconds, now: Instant): Instant {
  const missed = Math.max(0, Math.floor((now - due) / interval));
  return later(due, (missed + 1) * interval);
}

export async function endSchedule(
  db: Db,
  name: string,
  token: string,
  end: {
    readonly outcome: "success" | "failure";
    readonly message: string;
    readonly duration: number;
  },
): Promise<void> {
  await db
    .updateTable("schedules")
    .set({
      lease_token: null,
      lease_until: null,
      last_duration_ms: Math.round(end.duration),
      last_outcome: end.outcome,
      last_message: end.message.slice(0, 1_000),
    })
    .where("name", "=", name)
    .where("lease_token", "=", token)
    .execute();
}

/** Makes the row due at once. False when there is none. */
export async function runNow(db: Db, name: string, now: Instant): Promise<boolean> {
  const result = await db
    .updateTable("schedules")
    .set({ next_run_at: now })
    .where("name", "=", name)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Makes the row due at `at` when it would be later: short lifetimes cannot wait for the usual interval. */
export async function runBy(db: Db, name: string, at: Instant): Promise<void> {
  await db
    .updateTable("schedules")
    .set({ next_run_at: at })
    .where("name", "=", name)
    .where("next_run_at", ">", at)
    .execute();
}

export async function listSchedules(db: Db): Promise<readonly Selectable<Tables["schedules"]>[]> {
  return await db.selectFrom("schedules").selectAll().orderBy("name").execute();
}

export async function nextScheduleDue(db: Db): Promise<Instant | null> {
  const row = await db
    .selectFrom("schedules")
    .select((eb) => eb.fn.min("next_run_at").as("at"))
    .executeTakeFirst();
  return row?.at ?? null;
}
