/** The few differences between the engines that queries meet: JSON, inserting once, claiming rows, constraint errors. Kysely's `onConflict`, `returning` and `->>` need no help. */
import { type Kysely, PostgresAdapter, sql } from "kysely";
import type { z } from "zod";
import { Lost, Problem } from "#base/problem.ts";
import type { Engine } from "./database.ts";
import type { Json } from "./tables.ts";

/** The engine behind a reader, scanner or transaction. */
export function engineOf(db: Pick<Kysely<never>, "getExecutor">): Engine {
  return db.getExecutor().adapter instanceof PostgresAdapter ? "postgres" : "sqlite";
}

/** U+0000 and halves of surrogate pairs, as JSON.stringify writes them; an even number of backslashes before is text. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i;

/** A value as a JSON column keeps it. Refuses what JSONB cannot hold (U+0000, half a surrogate pair) on both engines alike. */
export function json(value: unknown): Json {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError("a JSON column cannot hold undefined");
  if (unstorable.test(text)) {
    throw new Problem("invalid-input", "text must not contain U+0000 or half a surrogate pair");
  }
  // JSON.stringify gave it, so it is JSON.
  return text as Json;
}

/** The value of a JSON column. A value that does not fit its schema is a defect, not a caller's mistake. */
export function parseJson<T>(text: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(text));
}

/** Keys that travel as one parameter, `1,2,3`: however many there are, the statement is the same. For `where(…, "in", …)`. */
export function listed(db: Pick<Kysely<never>, "getExecutor">, keys: string) {
  return engineOf(db) === "postgres"
    ? sql<number>`(select unnest(string_to_array(${keys}::text, ',')::bigint[]))`
    : sql<number>`(select value from json_each('[' || ${keys} || ']'))`;
}

/** Pairs of integers that travel as one parameter, `[[1,2],[3,4]]`: a table of `key` and `value` for `from`. */
export function pairs(db: Pick<Kysely<never>, "getExecutor">, json: string) {
  return engineOf(db) === "postgres"
    ? sql<Pair>`(select (it->>0)::bigint as key, (it->>1)::bigint as value from json_array_elements(${json}::text::json) as it)`
    : sql<Pair>`(select it.value->>0 as key, it.value->>1 as value from json_each(${json}) as it)`;
}

interface Pair {
  readonly key: number;
  readonly value: number;
}

interface FirstRow<R> {
  executeTakeFirst(): Promise<R | undefined>;
}

/**
 * The row that `insert` (ON CONFLICT DO NOTHING RETURNING …) made or, when another was there first, that `find` reads.
 * Throws Lost when the other row disappeared meanwhile, twice.
 */
export async function insertOrFind<R>(insert: FirstRow<R>, find: FirstRow<R>): Promise<R> {
  for (let attempt = 0; attempt < 2; attempt++) {
    const row = (await insert.executeTakeFirst()) ?? (await find.executeTakeFirst());
    if (row !== undefined) return row;
  }
  throw new Lost("the row");
}

interface Lockable<Q> {
  forUpdate(): { skipLocked(): Q };
}

/** Locks the selected rows and passes over those that others hold. On SQLite there is one writer and nothing to pass over. */
export function skipLocked<Q extends Lockable<Q>>(engine: Engine, query: Q): Q {
  return engine === "postgres" ? query.forUpdate().skipLocked() : query;
}

export interface UniqueViolation {
  readonly table: string | undefined;
  readonly columns: readonly string[];
  /** The name of the constraint or index; SQLite names it only for indexes on expressions. */
  readonly constraint: string | undefined;
}

const uniqueCodes: ReadonlySet<string | undefined> = new Set([
  "SQLITE_CONSTRAINT_UNIQUE",
  "SQLITE_CONSTRAINT_PRIMARYKEY",
  "SQLITE_CONSTRAINT_ROWID",
]);

/** What was there already, when `error` says that a unique constraint refused a row; undefined for every other error. */
export function isUniqueViolation(error: unknown): UniqueViolation | undefined {
  const code = text(error, "code");
  if (uniqueCodes.has(code)) return fromSqlite(text(error, "message") ?? "");
  if (code !== "23505") return undefined;
  return {
    table: text(error, "table_name"),
    // `Key (a, b)=(…) already exists.`: the words are translated, the brackets are not.
    columns: /\(([^)]*)\)=\(/.exec(text(error, "detail") ?? "")?.[1]?.split(", ") ?? [],
    constraint: text(error, "constraint_name"),
  };
}

/** True when a row refers to one that is not there, or is still referred to. */
export function isForeignKeyViolation(error: unknown): boolean {
  const code = text(error, "code");
  return code === "SQLITE_CONSTRAINT_FOREIGNKEY" || code === "23503";
}

/** SQLite says it in the message only: `UNIQUE constraint failed: t.a, t.b`, or `…: index 'name'`. */
function fromSqlite(message: string): UniqueViolation {
  const what = message.slice(message.indexOf(": ") + 2);
  const index = /^index '(.*)'$/.exec(what)?.[1];
  if (index !== undefined) return { table: undefined, columns: [], constraint: index };
  const names = what.split(", ").map((it) => it.split("."));
  return {
    table: names[0]?.[0],
    columns: names.flatMap(([, column]) => (column === undefined ? [] : [column])),
    constraint: undefined,
  };
}

function text(error: unknown, name: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === "string" ? value : undefined;
}
