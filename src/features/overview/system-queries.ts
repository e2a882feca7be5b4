/** SQL on the database itself: its version, its size, how far it was migrated. */
import { type Kysely, sql } from "kysely";
import { engineOf } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";

export async function databaseFacts(db: Kysely<Tables>) {
  const engine = engineOf(db);
  const isPostgres = engine === "postgres";
  const { rows: versions } = isPostgres
    ? await sql<{ v: string }>`select current_setting('server_version') as v`.execute(db)
    : await sql<{ v: string }>`select sqlite_version() as v`.execute(db);
  const { rows: sizes } = isPostgres
    ? await sql<{ n: string }>`select pg_database_size(current_database()) as n`.execute(db)
    : await sql<{ n: number }>`select page_count * page_size as n
        from pragma_page_count(), pragma_page_size()`.execute(db);
  const { rows: migrations } = await sql<{
    name: string;
  }>`select name from schema_migrations order by name`.execute(db);
  return {
    engine,
    version: versions[0]?.v ?? "",
    sizeBytes: Number(sizes[0]?.n ?? 0),
    migrations: migrations.length,
    lastMigration: migrations.at(-1)?.name ?? "",
  };
}
