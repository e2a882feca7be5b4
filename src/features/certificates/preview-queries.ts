/** SQL on what bulk work would be about. */
import { type ExpressionBuilder, type Kysely, type SqlBool, sql } from "kysely";
import { days, later } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import type { BulkPreview } from "./bulk-api.ts";
import { type CertificateFilter, matchingRows } from "./list-queries.ts";

type Db = Kysely<Tables>;

/** So many are named, to recognise what was chosen. */
const mostNamed = 20;

export async function listSome(
  db: Db,
  asked: CertificateFilter,
  ids: readonly string[] | undefined,
): Promise<BulkPreview["some"]> {
  const query = await matchingRows(db, asked, ids);
  return await query
    .select(["certificates.id", "certificates.name"])
    .orderBy("certificates.pk")
    .limit(mostNamed)
    .execute();
}

/** Of what matches; call it where that is not too much to be read. */
export async function countChosen(
  db: Db,
  asked: CertificateFilter,
  ids: readonly string[] | undefined,
) {
  const rows = await matchingRows(db, asked, ids);
  const open = sql<SqlBool>`archived_at is null and revoked_at is null`;
  const soon = later(asked.now, days(30));
  const ends = sql<SqlBool>`${open} and not_after >= ${asked.now} and not_after < ${soon}`;
  const works = sql<SqlBool>`${open} and activity in ('issuing', 'renewing')`;
  const counted = await rows
    .select((eb: ExpressionBuilder<Tables, "certificates">) => [
      eb.fn.countAll<number>().as("found"),
      howMany(ends).as("expiring"),
      howMany(works).as("renewing"),
      howMany(sql`archived_at is not null`).as("archived"),
      sql<number>`count(distinct certificates.team_pk)`.as("teams"),
    ])
    .executeTakeFirstOrThrow();
  const served = await db
    .selectFrom("deployments")
    .select((eb) => [
      eb.fn.count<number>("certificate_pk").distinct().as("served"),
      eb.fn.countAll<number>().as("targets"),
    ])
    .where("in_use", "=", 1)
    .where("certificate_pk", "in", rows.select("certificates.pk"))
    .executeTakeFirstOrThrow();
  return {
    found: Number(counted.found),
    expiring: Number(counted.expiring),
    renewing: Number(counted.renewing),
    archived: Number(counted.archived),
    teams: Number(counted.teams),
    served: Number(served.served),
    targets: Number(served.targets),
  };
}

/** Rows that meet the condition; 0 of none. */
const howMany = (test: ReturnType<typeof sql<SqlBool>>) =>
  sql<number>`coalesce(sum(case when ${test} then 1 else 0 end), 0)`;
