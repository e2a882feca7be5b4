/** SQL on the hours in which agents were heard of. */
import { type Kysely, sql } from "kysely";
import { days, hours, type Instant, instant, later, minutes } from "#base/time.ts";
import { engineOf, listed } from "#db/portable.ts";
import { statement } from "#db/statement.ts";
import type { Tables } from "#db/tables.ts";

type Db = Kysely<Tables>;

/** An hour has twelve slots of five minutes. */
export const slotLength = minutes(5);
/** So long hours are kept. */
export const hoursKept = days(7);

export const hourOf = (at: Instant): Instant => instant(at - (at % hours(1)));
/** The bit of the slot in which an instant lies. */
export const slotOf = (at: Instant): number => 1 << Math.floor((at % hours(1)) / slotLength);

/** `[hour, agent, slots]` in JSON, as one parameter. */
const heard = statement((db, it: { readonly seen: string }) => {
  const source =
    engineOf(db) === "postgres"
      ? sql`select (it->>0)::bigint, (it->>1)::bigint, (it->>2)::bigint
          from json_array_elements(${it.seen}::text::json) as it`
      : sql`select it.value->>0, it.value->>1, it.value->>2 from json_each(${it.seen}) as it where true`;
  return db
    .insertInto("agent_hours")
    .columns(["hour", "agent_pk", "slots"])
    .expression(sql`${source}`)
    .onConflict((conflict) =>
      conflict
        .columns(["hour", "agent_pk"])
        .doUpdateSet({ slots: sql<number>`agent_hours.slots | excluded.slots` }),
    );
});

export type Heard = readonly [hour: Instant, agentPk: number, slots: number];

/** Adds slots to hours. */
export async function saveHours(db: Db, seen: readonly Heard[]): Promise<void> {
  if (seen.length > 0) await heard(db, { seen: JSON.stringify(seen) });
}

/** A bounded bite of what is older than is kept. */
export async function forgetHours(db: Db, before: Instant, limit: number): Promise<number> {
  const oldest = await db
    .selectFrom("agent_hours")
    .select("hour")
    .where("hour", "<", before)
    .orderBy("hour")
    .limit(1)
    .executeTakeFirst();
  if (!oldest) return 0;
  const agents = await db
    .selectFrom("agent_hours")
    .select("agent_pk")
    .where("hour", "=", oldest.hour)
    .orderBy("agent_pk")
    .limit(limit)
    .execute();
  const result = await db
    .deleteFrom("agent_hours")
    .where("hour", "=", oldest.hour)
    .where("agent_pk", "in", listed(db, agents.map((it) => it.agent_pk).join(",")))
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** The first hour of which anything is known; null: none yet. */
export async function historyBegan(db: Db): Promise<Instant | null> {
  const row = await db
    .selectFrom("agent_hours")
    .select("hour")
    .orderBy("hour")
    .limit(1)
    .executeTakeFirst();
  return row?.hour ?? null;
}

/** The slots of one agent in each of these hours. */
export async function listHours(
  db: Db,
  agentPk: number,
  wanted: readonly Instant[],
): Promise<ReadonlyMap<Instant, number>> {
  const rows = await db
    .selectFrom("agent_hours")
    .select(["hour", "slots"])
    .where("agent_pk", "=", agentPk)
    .where("hour", "in", listed(db, wanted.join(",")) as never)
    .execute();
  return new Map(rows.map((row) => [row.hour, row.slots]));
}

/** The present hour and those before it, as far back as is kept, the oldest first. */
export function hoursUntil(now: Instant, count: number): readonly Instant[] {
  return Array.from({ length: count }, (_, at) => later(hourOf(now), -hours(count - 1 - at)));
}
