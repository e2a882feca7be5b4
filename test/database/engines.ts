/** Runs a test on both engines: SQLite in a temporary file, PostgreSQL in a fresh database of a real server. */
import { afterAll, beforeAll, describe } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silent } from "#base/log.ts";
import { systemClock } from "#base/time.ts";
import type { Database, Engine } from "#db/database.ts";
import { migrate } from "#db/migrate.ts";
import { type OpenOptions, openDatabase } from "#db/open.ts";
import { postgresServer } from "./postgres-server.ts";

export interface Opened {
  /** An empty, migrated database that is closed after the tests. */
  (options?: Partial<OpenOptions>): Promise<Database>;
  readonly engine: Engine;
  /** The URL of an empty database that nobody has opened or migrated. */
  url(): Promise<string>;
  /** Opens without migrating. */
  raw(url: string, options?: Partial<OpenOptions>): Promise<Database>;
}

/** Describes `name` once for each engine. Each `open()` is a database of its own. */
export function eachEngine(name: string, tests: (open: Opened) => void): void {
  for (const engine of ["sqlite", "postgres"] as const) {
    describe(`${name} (${engine})`, () => tests(opener(engine)));
  }
}

/** For tests that concern one engine only. */
export function opener(engine: Engine): Opened {
  const opened: Database[] = [];
  const dirs: string[] = [];
  if (engine === "postgres") {
    // Apart from the first test, whose time it is not.
    beforeAll(async () => void (await postgresServer()), 60_000);
  }
  afterAll(async () => {
    await Promise.all(opened.map((it) => it.close()));
    for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
  });
  const url = async () => {
    if (engine === "postgres") return (await postgresServer()).createDatabase();
    const dir = mkdtempSync(join(tmpdir(), "certctl-sqlite-"));
    dirs.push(dir);
    return `sqlite:${join(dir, "certctl.db")}`;
  };
  const raw: Opened["raw"] = async (it, options) => {
    const database = await openDatabase({
      url: it,
      dataDir: "/nonexistent",
      log: silent,
      clock: systemClock,
      maxConnections: 12,
      onFatal: (error) => {
        throw error;
      },
      ...options,
    });
    opened.push(database);
    return database;
  };
  const open = async (options?: Partial<OpenOptions>) => {
    const database = await raw(await url(), options);
    await migrate(database, systemClock);
    return database;
  };
  return Object.assign(open, { engine, url, raw });
}
