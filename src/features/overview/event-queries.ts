/** SQL on the outbox of events, for streams. */
import type { Kysely } from "kysely";
import { toSnake } from "#base/case.ts";
import { type Instant, toRfc3339 } from "#base/time.ts";
import { engineOf } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import { type Audience, hears } from "./audience.ts";

type Db = Kysely<Tables>;

/** On SQLite the position is the key itself, and only the key has an index. */
const placeOf = (db: Db): "pk" | "position" => (engineOf(db) === "sqlite" ? "pk" : "position");

export interface StreamedEvent {
  readonly position: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export async function lastPosition(db: Db): Promise<number> {
  const place = placeOf(db);
  const row = await db
    .selectFrom("events")
    .select("position")
    .where(place, "is not", null)
    .orderBy(place, "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.position ?? 0;
}

/** So many of the latest are looked at for a moment in the past: a page is seconds old when it begins to listen. */
const recent = 2_000;

/** The position of the last event before a moment, or of the oldest that is looked at. */
export async function positionBefore(db: Db, moment: Instant): Promise<number> {
  const place = placeOf(db);
  const rows = await db
    .selectFrom("events")
    .select(["position", "created_at"])
    .where(place, "is not", null)
    .orderBy(place, "desc")
    .limit(recent)
    .execute();
  const before = rows.find((row) => row.created_at < moment);
  return before?.position ?? Math.max((rows.at(-1)?.position ?? 1) - 1, 0);
}

/** Events after a position that the caller may see, and how far was looked. */
export async function listEventsAfter(
  db: Db,
  audience: Audience,
  after: number,
  limit: number,
): Promise<{ readonly events: readonly StreamedEvent[]; readonly last: number }> {
  const place = placeOf(db);
  const rows = await db
    .selectFrom("events")
    .selectAll()
    .where(place, ">", after)
    .orderBy(place)
    .limit(limit)
    .execute();
  const events = rows
    .filter((row) => hears(audience, { type: row.type, teamPk: row.team_pk }))
    .map((row) => ({
      position: row.position ?? 0,
      type: row.type,
      data: {
        subject_id: row.subject_id,
        at: toRfc3339(row.created_at),
        ...snakeKeys(JSON.parse(row.payload)),
      },
    }));
  return { events, last: rows.at(-1)?.position ?? after };
}

const snakeKeys = (payload: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(payload).map(([key, value]) => [toSnake(key), value]));
