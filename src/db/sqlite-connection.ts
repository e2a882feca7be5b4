/** One SQLite connection with its cache of prepared statements; the writer's in WAL mode with a full sync at every commit. */
import { Database, type SQLQueryBindings, type Statement } from "bun:sqlite";
import { closeSync, existsSync, openSync } from "node:fs";
import type { QueryResult } from "kysely";

export interface ConnectionOptions {
  readonly path: string;
  /**
   * `write` makes the file when there is none, and returns at once from a lock: SQLite would sleep in this thread.
   * `read` fails on any write. `checkpoint` may copy the log into the file and does nothing else.
   */
  readonly use: "write" | "read" | "checkpoint";
  /** How long opening may wait for the lock of another process. */
  readonly busyTimeout?: number;
  readonly pragmas?: readonly string[];
}

interface Prepared {
  readonly statement: Statement<unknown, SQLQueryBindings[]>;
  readonly returnsRows: boolean;
  lastUse: number;
}

/** More than the product's distinct statements; lists with many filters are the ones that come and go. */
const maxStatements = 512;

/** At most so many frames wait in the log before a COMMIT moves them itself; a checkpoint by timer does it before. */
const autocheckpointPages = 20_000;

/** 32 MiB of pages for the writer: upper index pages and the right edges stay. */
const writerCache = "cache_size = -32768";

export class SqliteConnection {
  readonly #database: Database;
  /** By their text: preparing costs about as much as executing a point read. */
  readonly #prepared = new Map<string, Prepared>();
  #uses: number = 0;

  constructor(options: ConnectionOptions) {
    const { path, use } = options;
    if (use === "write") makePrivate(path);
    this.#database = new Database(
      path,
      use === "read" ? { readonly: true } : { readwrite: true, create: use === "write" },
    );
    // Before the switch to WAL, which needs a lock: two processes starting together would fail.
    this.#database.run(`PRAGMA busy_timeout = ${options.busyTimeout ?? 5_000}`);
    if (use !== "read") this.#log();
    if (use === "write") {
      this.#pragmas(
        "foreign_keys = ON",
        writerCache,
        `wal_autocheckpoint = ${autocheckpointPages}`,
      );
    }
    // In memory: a savepoint's journal would otherwise be a file of its own for every member.
    this.#pragmas("temp_store = MEMORY", ...(options.pragmas ?? []));
    if (use === "write") this.#pragmas("busy_timeout = 1");
  }

  /** Executes one statement, whatever its rows are. Synchronous, as SQLite is. */
  run(sql: string, parameters: readonly unknown[] = []): QueryResult<unknown> {
    const { statement, returnsRows } = this.#prepare(sql);
    // What Kysely's parameters are is checked by the types of Tables; bun:sqlite throws on what it cannot bind.
    const bindings = parameters as SQLQueryBindings[];
    if (returnsRows) return { rows: statement.all(...bindings) };
    // The key of an inserted row is asked for by RETURNING, as PostgreSQL wants it.
    return { rows: [], numAffectedRows: BigInt(statement.run(...bindings).changes) };
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  close(): void {
    for (const { statement } of this.#prepared.values()) statement.finalize();
    this.#prepared.clear();
    this.#database.close();
  }

  #prepare(sql: string): Prepared {
    let prepared = this.#prepared.get(sql);
    if (prepared === undefined) {
      const statement = this.#database.prepare<unknown, SQLQueryBindings[]>(sql);
      prepared = { statement, returnsRows: statement.columnNames.length > 0, lastUse: 0 };
      if (this.#prepared.size >= maxStatements) this.#forgetOldest();
      this.#prepared.set(sql, prepared);
    }
    prepared.lastUse = ++this.#uses;
    return prepared;
  }

  /** Walks them all, which costs less than the preparing that follows; keeping them in order would cost at each use. */
  #forgetOldest(): void {
    let oldest: readonly [sql: string, Prepared] | undefined;
    for (const it of this.#prepared) {
      if (oldest === undefined || it[1].lastUse < oldest[1].lastUse) oldest = it;
    }
    if (oldest === undefined) return;
    this.#prepared.delete(oldest[0]);
    oldest[1].statement.finalize();
  }

  #log(): void {
    const mode: unknown = this.#database.query("PRAGMA journal_mode = WAL").values()[0]?.[0];
    if (mode !== "wal") throw new Error(`SQLite cannot use a write-ahead log here: ${mode}`);
    this.#pragmas("synchronous = FULL");
  }

  #pragmas(...pragmas: readonly string[]): void {
    for (const pragma of pragmas) this.#database.run(`PRAGMA ${pragma}`);
  }
}

/** SQLite would make the file as the umask says; its log and index take the mode of the file. */
function makePrivate(path: string): void {
  // Not when it is there: closing it here would end the locks that this process may hold on it.
  if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
}
