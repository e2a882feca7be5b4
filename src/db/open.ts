/** Opens the database that the configuration names: a file in the data directory, or PostgreSQL 15 or later. */
import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import type { Log } from "#base/log.ts";
import { Problem } from "#base/problem.ts";
import type { Clock } from "#base/time.ts";
import type { Database } from "./database.ts";
import { PostgresDatabase } from "./postgres-database.ts";
import { refusal } from "./postgres-failure.ts";
import { SqliteDatabase, type SqliteTuning } from "./sqlite-database.ts";
import { openMistake } from "./sqlite-failure.ts";

export interface OpenOptions {
  /** `postgres://…`, `sqlite:PATH`, or undefined for `certctl.db` in the data directory. */
  readonly url: string | undefined;
  readonly dataDir: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Connections of this process to PostgreSQL. 25 unless told. */
  readonly maxConnections?: number;
  /** The embedded file cannot be trusted any more: end the process, a restart recovers. Called at most once. */
  onFatal(error: unknown): void;
  /** For tests and measurements. */
  readonly sqlite?: SqliteTuning;
}

const oldestPostgres = 15;

export async function openDatabase(options: OpenOptions): Promise<Database> {
  const { url, dataDir } = options;
  const path = sqlitePath(url, dataDir);
  if (path !== undefined) return openSqlite(options, path);
  if (url !== undefined && /^postgres(ql)?:\/\//.test(url)) return await openPostgres(options, url);
  throw new Problem("invalid-input", "the database is neither postgres://… nor sqlite:PATH");
}

/** The file of the embedded database; undefined when the database is another. */
export function sqlitePath(url: string | undefined, dataDir: string): string | undefined {
  if (url === undefined) return join(dataDir, "certctl.db");
  return url.startsWith("sqlite:") ? url.slice("sqlite:".length) : undefined;
}

function openSqlite(options: OpenOptions, path: string): Database {
  if (path === "" || path === ":memory:") {
    throw new Problem(
      "invalid-input",
      "the database must be a file: readers have connections of their own",
    );
  }
  const { clock, log, onFatal, sqlite } = options;
  try {
    // SQLite would open for reading what it may not write, and fail at the first write.
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    return new SqliteDatabase({ path, clock, log, onFatal, ...(sqlite && { tuning: sqlite }) });
  } catch (cause) {
    throw openMistake(path, cause) ?? cause;
  }
}

async function openPostgres(options: OpenOptions, url: string): Promise<Database> {
  const { clock, log, maxConnections = 25 } = options;
  const database = new PostgresDatabase({ url, clock, log, maxConnections });
  try {
    await checkVersion(database);
  } catch (error) {
    await database.close();
    throw refusal(error) ?? error;
  }
  return database;
}

async function checkVersion(database: Database): Promise<void> {
  const { rows } = await sql<{ version: number }>`
    select current_setting('server_version_num')::int8 as version`.execute(database.reader);
  const major = Math.floor((rows[0]?.version ?? 0) / 10_000);
  if (major < oldestPostgres) {
    throw new Problem(
      "conflict",
      `PostgreSQL ${oldestPostgres} or later is needed, this is ${major}`,
    );
  }
}
