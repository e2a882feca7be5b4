/** SQL that finds certificates by what somebody typed: words of their text, an id, the beginning of a serial number or fingerprint. */
import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import { engineOf } from "#db/portable.ts";
import { keysMatching, rowsMatching } from "#db/search.ts";
import type { Tables } from "#db/tables.ts";
import type { TeamScope } from "../context.ts";

type Db = Kysely<Tables>;
/** A subquery of keys. */
type Keys = RawBuilder<unknown>;

const searched = {
  from: sql.table("certificates"),
  key: "pk",
  names: ["name", "common_name", "id"],
};

/** So many keys are found once and handed to the statements that follow. */
const mostHanded = 5_000;

/** Is it an id, or the beginning of a serial number or fingerprint, that is there? */
async function isExact(db: Db, exact: Keys): Promise<boolean> {
  const { rows } = await sql`${exact} limit 1`.execute(db);
  return rows.length > 0;
}

/**
 * The condition on `certificate_search` that finds the same, when words alone find it: who wants the newest only need
 * not wait for all of them to be found.
 */
export async function wordsFound(db: Db, q: string): Promise<RawBuilder<SqlBool> | undefined> {
  const text = q.trim();
  const found = rowsMatching(db, text);
  return found === undefined || (await isExact(db, exactly(text))) ? undefined : found;
}

/** Are more than so many found? */
export async function isMany(db: Db, found: RawBuilder<SqlBool>, many: number): Promise<boolean> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from
    (select rowid from certificate_search where ${found} limit ${many + 1}) as found`.execute(db);
  return Number(rows[0]?.n ?? 0) > many;
}

/** The keys of what is found, for use in several statements. Undefined: the query has no words. */
export async function keysFound(db: Db, q: string): Promise<Keys | undefined> {
  const text = q.trim();
  const words = keysMatching(db, text, searched);
  if (words === undefined) return undefined;
  const exact = exactly(text);
  // A union of a third of all rows costs more than finding them; most queries are words and nothing else.
  const found = !(await isExact(db, exact))
    ? words
    : sql`select * from (${words}) as words union ${exact}`;
  return engineOf(db) === "sqlite" ? await handed(db, found) : found;
}

async function handed(db: Db, found: Keys): Promise<Keys> {
  const { rows } = await sql<Record<string, number>>`
    select * from (${found}) as found limit ${mostHanded + 1}`.execute(db);
  if (rows.length > mostHanded) return found;
  const keys = rows.flatMap((row) => Object.values(row));
  return sql`select value from json_each(${JSON.stringify(keys)})`;
}

/** By id; and by prefix on their own indexes what is hexadecimal. */
function exactly(text: string): Keys {
  const parts = [sql`select pk from certificates where id = ${text}`];
  const hex = text.replaceAll(":", "").toLowerCase();
  if (/^[0-9a-f]{8,64}$/.test(hex)) {
    const [low, high] = prefixRange(hex);
    for (const column of ["serial_number", "fingerprint"]) {
      parts.push(
        sql`select certificate_pk from certificate_versions where ${sql.ref(column)} between ${low} and ${high}`,
      );
    }
  }
  return sql.join(parts, sql` union `);
}

/** The smallest and largest octet strings that begin with these hex digits. */
function prefixRange(hex: string): readonly [Uint8Array, Uint8Array] {
  const even = hex.length % 2 === 0 ? hex : hex.slice(0, -1);
  const low = Buffer.from(hex.length % 2 === 0 ? hex : `${hex}0`, "hex");
  const last = hex.length % 2 === 0 ? even : `${hex}f`;
  const high = Buffer.concat([Buffer.from(last, "hex"), Buffer.alloc(32, 0xff)]);
  return [low, high];
}

/** Those under management with this very common name, five at most: an order of it may be a mistake. */
export async function listByCommonName(db: Db, commonName: string, scope: TeamScope) {
  let query = db
    .selectFrom("certificates")
    .select(["id", "name", "not_after"])
    .where("common_name", "=", commonName)
    .where("archived_at", "is", null);
  if (scope !== "all") query = query.where("team_pk", "in", scope);
  return await query.orderBy("pk", "desc").limit(5).execute();
}
