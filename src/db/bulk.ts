/**
 * Loads rows in bulk into a database that nobody else uses: indexes away first and made again last. On SQLite nothing is
 * durable or undoable before `finish`, so a load that was cut short leaves a file to throw away; not for a user's data.
 */
import { type SQLQueryBindings, Database as Sqlite, type Statement } from "bun:sqlite";
import { CompiledQuery, type Insertable, sql } from "kysely";
import type { Database } from "./database.ts";
import { tables as columnsOf, type TableName, type Tables } from "./tables.ts";

type Row = readonly unknown[];

export interface Bulk {
  /** Every row has the members of the first, in its order. */
  insert<T extends TableName>(table: T, rows: Iterable<Insertable<Tables[T]>>): Promise<void>;
  /** Makes the indexes again and everything durable; on PostgreSQL with the statistics that it would gather by itself. */
  finish(): Promise<void>;
}

/** The file must be closed by everybody else. */
export function bulkIntoSqlite(path: string, tables: readonly TableName[]): Bulk {
  const db = new Sqlite(path, { readwrite: true, create: false });
  for (const pragma of ["journal_mode = DELETE", "journal_mode = OFF", "synchronous = OFF"]) {
    db.run(`PRAGMA ${pragma}`);
  }
  db.run("PRAGMA cache_size = -1000000");
  db.run("PRAGMA temp_store = MEMORY");
  const names = tables.map(() => "?").join(", ");
  // Those that uphold UNIQUE have no statement and stay.
  const indexes = db
    .query<{ name: string; sql: string }, string[]>(
      `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (${names})`,
    )
    .all(...tables);
  for (const { name } of indexes) db.run(`DROP INDEX ${name}`);
  db.run("BEGIN EXCLUSIVE");
  return {
    async insert(table, rows) {
      let statement: Statement | undefined;
      for (const row of rows) {
        statement ??= db.prepare(insertText(table, Object.keys(row), 1));
        // bun:sqlite throws on what it cannot bind.
        statement.run(...(Object.values(row) as SQLQueryBindings[]));
      }
      statement?.finalize();
    },
    async finish() {
      db.run("COMMIT");
      for (const index of indexes) db.run(index.sql);
      db.run("PRAGMA journal_mode = WAL");
      db.run("PRAGMA synchronous = FULL");
      db.close();
    },
  };
}

/** `$1`, `$2` … are parameters on both engines. */
function insertText(table: TableName, columns: readonly string[], rows: number): string {
  const row = (at: number) => columns.map((_, column) => `$${at * columns.length + column + 1}`);
  const values = Array.from({ length: rows }, (_, at) => `(${row(at).join(", ")})`);
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES ${values.join(", ")}`;
}

/** PostgreSQL takes at most 65,535 parameters in a statement. */
const maxParameters = 20_000;

export async function bulkIntoPostgres(
  database: Database,
  tables: readonly TableName[],
): Promise<Bulk> {
  const run = (text: string, parameters: readonly unknown[] = []) =>
    database.transaction((tx) => tx.executeQuery(CompiledQuery.raw(text, [...parameters])));
  const names = tables.map((it) => `'${it}'`).join(", ");
  const { rows: indexes } = await sql<{ name: string; text: string }>`
    select indexname as name, indexdef as text from pg_indexes
    where schemaname = current_schema() and tablename in (${sql.raw(names)})
    and not exists (select from pg_constraint where conname = indexname)`.execute(database.reader);
  for (const { name } of indexes) await run(`DROP INDEX ${name}`);
  return {
    async insert(table, rows) {
      let columns: readonly string[] = [];
      let batch: Row[] = [];
      const send = () => run(insertText(table, columns, batch.length), batch.flat());
      for (const row of rows) {
        if (columns.length === 0) columns = Object.keys(row);
        batch.push(Object.values(row));
        if (batch.length * columns.length < maxParameters) continue;
        await send();
        batch = [];
      }
      if (batch.length > 0) await send();
    },
    async finish() {
      for (const { text } of indexes) {
        await database.transaction(async (tx) => {
          await sql`set local statement_timeout = 0`.execute(tx);
          await sql.raw(text).execute(tx);
        });
      }
      for (const table of tables) {
        if ("pk" in columnsOf[table]) {
          await run(
            `SELECT setval(pg_get_serial_sequence('${table}', 'pk'), coalesce(max(pk), 1)) FROM ${table}`,
          );
        }
        await run(`ANALYZE ${table}`);
      }
    },
  };
}
