/** SQL of a search by words alone: what is found is walked in the order of its keys until the page is full. */
import { type Kysely, type RawBuilder, type SelectQueryBuilder, type SqlBool, sql } from "kysely";
import { encodeCursor, type Window } from "#base/page.ts";
import type { Instant } from "#base/time.ts";
import { engineOf } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import { type Counting, type Listing, mostCounted } from "../list.ts";
import type { CertificateView } from "./certificate.ts";
import { certificateView, references } from "./queries.ts";

type Db = Kysely<Tables>;

/**
 * A bounded count looks among so many of the newest: some 20 ms for the worst words on either engine (measured with a
 * million certificates). SQLite intersects lists of keys, PostgreSQL reads every text.
 */
const mostLookedAt = { sqlite: 200_000, postgres: 30_000 } as const;

export async function walkFound(
  db: Db,
  window: Window,
  asked: Counting & { readonly now: Instant },
  found: RawBuilder<SqlBool>,
): Promise<Listing<CertificateView>> {
  const { descending, after, limit } = window;
  let walked = db
    .selectFrom("certificate_search")
    .select("rowid")
    .where(found)
    .orderBy("rowid", descending ? "desc" : "asc")
    .limit(limit + 1);
  if (after) walked = walked.where("rowid", descending ? "<" : ">", after.key);
  else if (window.offset > 0) walked = walked.offset(window.offset);
  const keys = (await walked.execute()).map((row) => row.rowid);
  const shown = keys.slice(0, limit);
  const last = shown.at(-1);
  const sort = `${descending ? "-" : ""}created_at`;
  return {
    data: await rowsOf(db, shown, asked.now),
    ...(await totalOf(db, window, asked, found, keys.length)),
    page: window.page,
    perPage: limit,
    nextCursor:
      keys.length > limit && last !== undefined
        ? encodeCursor({ sort, value: last, key: last })
        : null,
  };
}

async function rowsOf(db: Db, keys: readonly number[], now: Instant) {
  if (keys.length === 0) return [];
  const rows = await withReferences(
    db.selectFrom("certificates").where("certificates.pk", "in", keys),
  ).execute();
  const byKey = new Map(rows.map((row) => [row.pk, certificateView(row, now)]));
  return keys.flatMap((key) => byKey.get(key) ?? []);
}

/** `walked` of them were found from where the page begins, one more than it shows if there is another. */
async function totalOf(
  db: Db,
  window: Window,
  { count }: Counting,
  found: RawBuilder<SqlBool>,
  walked: number,
) {
  const { after, offset, limit } = window;
  const isEnd = after === undefined && walked <= limit && (walked > 0 || offset === 0);
  if (isEnd) return { total: offset + walked, totalIsExact: true };
  const all = db.selectFrom("certificate_search").where(found);
  if (count !== "bounded") return { total: await countRows(db, all), totalIsExact: true };
  const { newest } = await db
    .selectFrom("certificates")
    .select((eb) => eb.fn.max<number | null>("pk").as("newest"))
    .executeTakeFirstOrThrow();
  const from = (newest ?? 0) - mostLookedAt[engineOf(db)];
  const n = await countRows(
    db,
    newer(db, from)
      .where(found)
      .limit(mostCounted + 1),
  );
  if (n <= mostCounted && from <= 0) return { total: n, totalIsExact: true };
  // "More than" what was counted less one, as a number that does not pretend to be one; and than what was seen.
  const counted = Math.floor((Math.min(n, mostCounted + 1) - 1) / 50) * 50;
  return { total: Math.max(counted, offset + Math.min(walked, limit)), totalIsExact: false };
}

function newer(db: Db, than: number) {
  const near = db.selectFrom("certificate_search").where("rowid", ">", than);
  if (engineOf(db) === "sqlite") return near;
  // OFFSET keeps PostgreSQL from looking for the words among all rows first.
  return db.selectFrom(near.selectAll().offset(0).as("certificate_search"));
}

async function countRows(db: Db, query: SelectQueryBuilder<Tables, "certificate_search", object>) {
  const few = query.select(sql<number>`1`.as("one"));
  const { rows } = await sql<{ n: number }>`select count(*) as n from (${few}) as few`.execute(db);
  return Number(rows[0]?.n ?? 0);
}

/** The rows with the ids of what they refer to. */
export function withReferences(query: SelectQueryBuilder<Tables, "certificates", object>) {
  return query
    .innerJoin("issuers", "issuers.pk", "certificates.issuer_pk")
    .leftJoin("owners", "owners.pk", "certificates.owner_pk")
    .leftJoin("teams", "teams.pk", "certificates.team_pk")
    .leftJoin("profiles", "profiles.pk", "certificates.profile_pk")
    .leftJoin("renewal_policies", "renewal_policies.pk", "certificates.renewal_policy_pk")
    .selectAll("certificates")
    .select(references);
}
