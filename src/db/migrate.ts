/** Brings a database to this build's schema. Refuses one that another build has brought further, or that was migrated otherwise. */
import { createHash } from "node:crypto";
import { sql, type Transaction } from "kysely";
import { Problem } from "#base/problem.ts";
import { type Clock, type Instant, instant } from "#base/time.ts";
import type { Migration } from "#migrations/dialect.ts";
import { migrations as ours } from "#migrations/index.ts";
import type { Database, Engine } from "./database.ts";
import type { Tables } from "./tables.ts";

export interface MigrationStatus {
  readonly name: string;
  /** SHA-256 of the migration's statements for this engine, in hex. */
  readonly checksum: string;
  readonly appliedAt: Instant | undefined;
}

interface Applied {
  readonly name: string;
  readonly checksum: string;
  readonly applied_at: number;
}

/** What is applied and what is not, in order. Problem `conflict` when the database and this build do not fit. */
export async function migrationStatus(
  database: Database,
  migrations: readonly Migration[] = ours,
): Promise<readonly MigrationStatus[]> {
  // A transaction, because on the first start the list is not there and must be made.
  const applied = await database.transaction((tx) => listApplied(tx, database.engine));
  return compare(database.engine, migrations, applied);
}

/** Whether any build has migrated it; asks only, where `migrationStatus` makes its list. */
export async function isMigrated(database: Database): Promise<boolean> {
  const { rows } = await (database.engine === "sqlite"
    ? sql`select 1 from sqlite_schema where name = 'schema_migrations'`
    : sql`select 1 where to_regclass('schema_migrations') is not null`
  ).execute(database.reader);
  return rows.length > 0;
}

/**
 * Applies what is missing, each migration in a transaction of its own, and returns the names of what it applied.
 * Replicas that start together take turns; all but one find nothing to do.
 */
export async function migrate(
  database: Database,
  clock: Clock,
  migrations: readonly Migration[] = ours,
): Promise<readonly string[]> {
  const done: string[] = [];
  for (;;) {
    const name = await database.transaction((tx) =>
      migrateNext(tx, database.engine, clock, migrations),
    );
    if (name === undefined) return done;
    done.push(name);
  }
}

export function checksum(statements: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(statements)).digest("hex");
}

/** Any number that nothing else in the database uses: `cert` in ASCII. */
const advisoryLock = 0x63657274;

async function migrateNext(
  tx: Transaction<Tables>,
  engine: Engine,
  clock: Clock,
  migrations: readonly Migration[],
): Promise<string | undefined> {
  const status = compare(engine, migrations, await listApplied(tx, engine));
  const next = status.find((it) => it.appliedAt === undefined);
  const migration = migrations.find((it) => it.name === next?.name);
  if (next === undefined || migration === undefined) return undefined;
  for (const statement of migration.statements(engine)) await sql.raw(statement).execute(tx);
  await tx
    .insertInto("schema_migrations")
    .values({ name: next.name, checksum: next.checksum, applied_at: clock.now() })
    .execute();
  return next.name;
}

/** Makes the list when there is none, and locks out other processes until the transaction ends. */
async function listApplied(tx: Transaction<Tables>, engine: Engine): Promise<readonly Applied[]> {
  if (engine === "postgres") {
    // Another replica's migration, and our own, may take longer than any statement of everyday.
    await sql`set local statement_timeout = 0`.execute(tx);
    await sql`select pg_advisory_xact_lock(${sql.lit(advisoryLock)})`.execute(tx);
  }
  const strict = engine === "sqlite" ? sql`strict` : sql``;
  const int = engine === "sqlite" ? sql`integer` : sql`bigint`;
  await sql`create table if not exists schema_migrations
    (name text primary key, checksum text not null, applied_at ${int} not null) ${strict}`.execute(
    tx,
  );
  return await tx
    .selectFrom("schema_migrations")
    .select(["name", "checksum", "applied_at"])
    .orderBy("name")
    .execute();
}

function compare(
  engine: Engine,
  migrations: readonly Migration[],
  applied: readonly Applied[],
): readonly MigrationStatus[] {
  const known = new Set(migrations.map((it) => it.name));
  const unknown = applied.filter((it) => !known.has(it.name)).map((it) => it.name);
  if (unknown.length > 0) {
    throw new Problem(
      "conflict",
      `the database is newer than this executable: it has ${unknown.join(", ")}`,
    );
  }
  return migrations.map(({ name, statements }) => {
    const sum = checksum(statements(engine));
    const row = applied.find((it) => it.name === name);
    if (row !== undefined && row.checksum !== sum) {
      throw new Problem("conflict", `the database was migrated by another edition of ${name}`);
    }
    return { name, checksum: sum, appliedAt: row && instant(row.applied_at) };
  });
}
