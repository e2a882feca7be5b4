/** SQL of the feed: the outbox from its end, and the names of what its events are about. */
import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import { z } from "zod";
import { engineOf, parseJson } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import type { TeamScope } from "../context.ts";
import type { Audience } from "./audience.ts";
import { inTeams } from "./scoped.ts";

type Db = Kysely<Tables>;

/** So far back is looked at once for events of the caller's teams. */
const mostWalked = 5_000;

/** On SQLite the position is the key itself, and only the key has an index. */
const placeOf = (db: Db) => (engineOf(db) === "sqlite" ? ("pk" as const) : ("position" as const));

const Payload = z.record(z.string(), z.unknown());

/** Events before a position, the latest first, and where the older ones begin: null when there are none. */
export async function listBefore(
  db: Db,
  audience: Audience,
  before: number | undefined,
  limit: number,
) {
  const place = placeOf(db);
  const asked = db
    .selectFrom("events")
    .selectAll()
    .where(place, "is not", null)
    .orderBy(place, "desc")
    .limit(mostWalked);
  const walked = (before === undefined ? asked : asked.where(place, "<", before)).as("events");
  const rows = await db
    .selectFrom(walked)
    .selectAll()
    .where(heard(audience))
    .orderBy(place, "desc")
    .limit(limit)
    .execute();
  const events = rows.map((row) => ({
    position: row.position ?? row.pk,
    type: row.type,
    subjectId: row.subject_id,
    at: row.created_at,
    actor:
      row.actor_type === null || row.actor_name === null
        ? null
        : { type: row.actor_type, name: row.actor_name },
    payload: parseJson(row.payload, Payload),
  }));
  if (events.length === limit) return { events, next: events.at(-1)?.position ?? null };
  return { events, next: await endOf(db, before) };
}

/** `hears` as a condition. */
function heard({ scope, shared, silent }: Audience): RawBuilder<SqlBool> {
  const isOf = (types: readonly string[]) =>
    types.length === 0 ? sql<SqlBool>`1 = 0` : sql<SqlBool>`type in (${sql.join(types)})`;
  return sql<SqlBool>`not ${isOf(silent)} and (${isOf(shared)} or ${inTeams(scope, "team_pk")})`;
}

/** The place of the last that was walked over, when there are more before it. */
async function endOf(db: Db, before: number | undefined): Promise<number | null> {
  const place = placeOf(db);
  const walked = db
    .selectFrom("events")
    .select("position")
    .where(place, "is not", null)
    .orderBy(place, "desc")
    .limit(1)
    .offset(mostWalked);
  const row = await (before === undefined
    ? walked
    : walked.where(place, "<", before)
  ).executeTakeFirst();
  // The first that was not walked over comes next.
  return row?.position == null ? null : row.position + 1;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** Names by id; what the caller may not see, or is gone, is missing. */
export async function namesOf(
  db: Db,
  table: "certificates" | "agents",
  scope: TeamScope,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom(table)
    .select(["id", "name"])
    .$if(table === "agents", (query) =>
      query.select(sql<string>`coalesce(agents.retired_name, agents.name)`.as("name")),
    )
    .where("id", "in", [...ids])
    .where(inTeams(scope, `${table}.team_pk`))
    .execute();
  return new Map(rows.map((row) => [row.id, row.name]));
}

/** What jobs were about. */
export async function jobsOf(db: Db, scope: TeamScope, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, never>();
  const rows = await db
    .selectFrom("jobs")
    .leftJoin("certificates", "certificates.pk", "jobs.certificate_pk")
    .leftJoin("targets", "targets.pk", "jobs.target_pk")
    .select([
      "jobs.id",
      "jobs.kind",
      "certificates.id as certificate_id",
      "certificates.name as certificate_name",
      "targets.id as target_id",
      "targets.name as target_name",
    ])
    .where("jobs.id", "in", [...ids])
    .where(inTeams(scope, "jobs.team_pk"))
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}
