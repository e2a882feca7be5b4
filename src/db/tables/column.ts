/** The kinds of columns the schema uses, and the row type that follows from them. */
import type { ColumnType, Generated } from "kysely";
import type { Instant } from "#base/time.ts";

/** A yes or no as both engines keep it: STRICT SQLite has no boolean. */
export type Flag = 0 | 1;

/** JSON text as read and written on both engines. PostgreSQL's JSONB may order keys and space values in its own way. */
export type Json = string & { readonly __json: true };

/** The TypeScript type of a column, by the word the table uses for it. A trailing `?` allows NULL. */
interface Kinds {
  key: Generated<number>;
  int: number;
  flag: Flag;
  instant: Instant;
  text: string;
  bytes: Uint8Array;
  json: Json;
  /** Given by the engine or, on PostgreSQL, by the sequencer, which alone may update it. */
  position: ColumnType<number | null, never, number>;
}

export type Kind = keyof Kinds;
export type Column = Kind | `${Exclude<Kind, "key" | "position">}?`;
type Value<C extends Column> = C extends Kind
  ? Kinds[C]
  : C extends `${infer K extends Kind}?`
    ? Kinds[K] | null
    : never;
/** A row of a table, for Kysely. */
export type Row<T extends Readonly<Record<string, Column>>> = {
  -readonly [C in keyof T]: Value<T[C]>;
};

/** What every row that people change carries; `revision` is its ETag. */
export const revised = { revision: "int", created_at: "instant", updated_at: "instant" } as const;
