/** The condition of a text search: every word of the query occurs. Three characters and more by trigram, fewer as a prefix of names. */
import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { Engine } from "./database.ts";
import { engineOf } from "./portable.ts";
import type { Tables } from "./tables.ts";

/** More words than anybody types; the rest is ignored so that a long query cannot become a long statement. */
const maxWords = 8;

export interface SearchColumns {
  /** The column that equals `certificate_search.rowid`, such as `certificates.pk`. */
  readonly key: string;
  /** Indexed columns that a word too short for trigrams is compared with, case as typed or lower. */
  readonly names: readonly string[];
}

/** Words are taken as they stand: no operators, no wildcards. */
export function matchesText(
  db: Pick<Kysely<Tables>, "getExecutor">,
  query: string,
  columns: SearchColumns,
): RawBuilder<SqlBool> {
  const words = query.split(/\s+/).filter(Boolean).slice(0, maxWords);
  const long = words.filter((it) => isLong(it));
  const short = words.filter((it) => !isLong(it));
  const engine = engineOf(db);
  const conditions = short.map((it) => beginsWith(engine, it, columns.names));
  if (long.length > 0) {
    const found = engine === "sqlite" ? matchesFts(long) : matchesTrigram(long);
    conditions.unshift(
      sql`${sql.ref(columns.key)} in (select rowid from certificate_search where ${found})`,
    );
  }
  return conditions.length === 0 ? sql<SqlBool>`1 = 1` : sql`(${sql.join(conditions, sql` and `)})`;
}

/** The trigram tokenizer counts code points and knows nothing shorter than three. */
const isLong = (word: string): boolean => [...word].length >= 3;

/** A double quote within an FTS5 string is written twice; nothing else is special there. */
function matchesFts(words: readonly string[]): RawBuilder<SqlBool> {
  const query = words.map((it) => `"${it.replaceAll('"', '""')}"`).join(" AND ");
  return sql`certificate_search match ${query}`;
}

function matchesTrigram(words: readonly string[]): RawBuilder<SqlBool> {
  const each = words.map((it) => sql`text ilike ${`%${it.replaceAll(/[\\%_]/g, "\\$&")}%`}`);
  return sql.join(each, sql` and `);
}

/** On SQLite a range rather than LIKE, which ignores case and with it the index; on PostgreSQL a range would depend on the collation. */
function beginsWith(engine: Engine, word: string, columns: readonly string[]): RawBuilder<SqlBool> {
  const spellings = [...new Set([word, word.toLowerCase()])];
  const each = columns.flatMap((column) =>
    spellings.map((it) => {
      const name = sql.ref(column);
      if (engine === "postgres") return sql`starts_with(${name}, ${it})`;
      return sql`(${name} >= ${it} and ${name} < ${`${it}\u{10ffff}`})`;
    }),
  );
  return sql`(${sql.join(each, sql` or `)})`;
}
