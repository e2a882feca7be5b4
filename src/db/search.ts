/** The rows that a text search finds: every word of the query occurs. Three characters and more by trigram, fewer as a prefix of names. */
import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import { engineOf } from "./portable.ts";
import type { Tables } from "./tables.ts";

/** More words than anybody types; the rest is ignored so that a long query cannot become a long statement. */
const maxWords = 8;

export interface SearchedTable {
  /** The table in FROM. */
  readonly from: RawBuilder<unknown>;
  /** Its column that equals `certificate_search.rowid`. */
  readonly key: string;
  /** Indexed columns in byte order that a word too short for trigrams is compared with, case as typed or lower. */
  readonly names: readonly string[];
}

/** Text as `certificate_search` keeps it: in lower case, because ILIKE takes twice as long as LIKE. */
export const searchable = (text: string): string => text.toLowerCase();

/**
 * A subquery of the keys of all rows in which every word is found; undefined for a query without words. Words are taken
 * as they stand: no operators, no wildcards. Each word is a query of its own, answered from an index without the rows.
 */
export function keysMatching(
  db: Pick<Kysely<Tables>, "getExecutor">,
  query: string,
  table: SearchedTable,
): RawBuilder<unknown> | undefined {
  const words = query.split(/\s+/).filter(Boolean).slice(0, maxWords);
  const long = words.filter((it) => isLong(it));
  const parts = words.filter((it) => !isLong(it)).map((it) => beginsWith(it, table));
  if (long.length > 0) {
    const found = engineOf(db) === "sqlite" ? matchesFts(long) : matchesTrigram(long);
    parts.unshift(sql`select rowid from certificate_search where ${found}`);
  }
  if (parts.length < 2) return parts[0];
  const each = parts.map((it) => sql`select * from (${it}) as word`);
  return sql.join(each, sql` intersect `);
}

/**
 * The condition on `certificate_search` that says the same, for a query of which every word is long enough: read in the
 * order of its keys it stops as soon as enough are found. Undefined where a word is not.
 */
export function rowsMatching(
  db: Pick<Kysely<Tables>, "getExecutor">,
  query: string,
): RawBuilder<SqlBool> | undefined {
  const words = query.split(/\s+/).filter(Boolean).slice(0, maxWords);
  if (words.length === 0 || !words.every((it) => isLong(it))) return undefined;
  const found = engineOf(db) === "sqlite" ? matchesFts(words) : matchesTrigram(words);
  return sql<SqlBool>`${found}`;
}

/** The trigram tokenizer counts code points and knows nothing shorter than three. */
const isLong = (word: string): boolean => [...word].length >= 3;

/** A double quote within an FTS5 string is written twice; nothing else is special there. */
function matchesFts(words: readonly string[]): RawBuilder<unknown> {
  const query = words.map((it) => `"${it.replaceAll('"', '""')}"`).join(" AND ");
  return sql`certificate_search match ${query}`;
}

function matchesTrigram(words: readonly string[]): RawBuilder<unknown> {
  const each = words.map(
    (it) => sql`text like ${`%${searchable(it).replaceAll(/[\\%_]/g, "\\$&")}%`}`,
  );
  return sql.join(each, sql` and `);
}

/** A range of what sorts by its octets: LIKE ignores case on SQLite, and with a parameter it uses no index on PostgreSQL. */
function beginsWith(word: string, table: SearchedTable): RawBuilder<unknown> {
  const spellings = [...new Set([word, word.toLowerCase()])];
  const each = table.names.flatMap((column) =>
    spellings.map((it) => {
      const name = sql.ref(column);
      const condition = sql`${name} >= ${it} and ${name} < ${`${it}\u{10ffff}`}`;
      return sql`select ${sql.ref(table.key)} from ${table.from} where ${condition}`;
    }),
  );
  return sql.join(each, sql` union `);
}
