/** The embedded database: one file, one process, one writer whose transactions share durable commits. */
import type { Kysely, QueryResult, Transaction } from "kysely";
import type { Log } from "#base/log.ts";
import { Problem } from "#base/problem.ts";
import { type Clock, type Milliseconds, seconds } from "#base/time.ts";
import type { Database, DatabaseMetrics } from "./database.ts";
import { QueryFactory, type Sql } from "./dialect.ts";
import { SqliteConnection } from "./sqlite-connection.ts";
import { MemberRunner } from "./sqlite-member.ts";
import { Scanner } from "./sqlite-scanner.ts";
import { GroupWriter } from "./sqlite-writer.ts";
import type { Tables } from "./tables.ts";
import { TransactionScope } from "./transaction-scope.ts";
import { WakeCalls } from "./wake.ts";

/** Measured with 64 callers: larger groups and longer waits gain nothing more, smaller ones lose commits to share. */
const defaults = {
  maxMembers: 128,
  maxGroupAge: 10,
  maxWaiting: 4_096,
  memberTimeout: 50,
  busyTimeout: seconds(5),
  scanTimeout: seconds(30),
  maxScansWaiting: 256,
  /** The log is copied into the file off the main thread, so that no COMMIT has to do it. */
  checkpointInterval: seconds(1),
  /** Further PRAGMAs of the writing connection. */
  pragmas: [] as readonly string[],
};

export type SqliteTuning = Partial<typeof defaults>;

export interface SqliteOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly onFatal: (error: unknown) => void;
  readonly tuning?: SqliteTuning;
}

export class SqliteDatabase implements Database {
  readonly engine = "sqlite";
  readonly reader: Kysely<Tables>;
  readonly scanner: Kysely<Tables>;
  readonly #scope = new TransactionScope();
  readonly #writing: SqliteConnection;
  readonly #reading: SqliteConnection;
  readonly #writer: GroupWriter;
  readonly #members: MemberRunner;
  readonly #scanner: Scanner;
  readonly #wakes: WakeCalls;
  readonly #closed = new AbortController();
  readonly #checkpoints: Promise<void>;
  #closing: Promise<void> | undefined;
  #committed = 0;
  #failed = 0;

  constructor(options: SqliteOptions) {
    const { path, clock, log } = options;
    const tuning = { ...defaults, ...options.tuning };
    const factory = new QueryFactory("sqlite");
    this.#writing = new SqliteConnection({ path, use: "write", pragmas: tuning.pragmas });
    this.#reading = new SqliteConnection({ path, use: "read" });
    this.#writer = new GroupWriter(this.#writing, { ...tuning, clock, onFatal: options.onFatal });
    this.#members = new MemberRunner(this.#writer, {
      ...tuning,
      clock,
      factory,
      scope: this.#scope,
    });
    this.#scanner = new Scanner({
      path,
      clock,
      log,
      timeout: tuning.scanTimeout,
      maxWaiting: tuning.maxScansWaiting,
      maxRestartsPerMinute: 10,
    });
    this.reader = factory.kysely(this.#scope.outside("reader", async (it) => this.#read(it)));
    this.scanner = factory.kysely(this.#scope.outside("scanner", (it) => this.#scanner.query(it)));
    this.#wakes = new WakeCalls(log);
    this.#checkpoints = this.#checkpoint(clock, log, tuning.checkpointInterval);
  }

  async transaction<T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
    this.#scope.refuseNested("transaction");
    try {
      const value = await this.#members.run(work);
      this.#committed++;
      return value;
    } catch (error) {
      this.#failed++;
      throw error;
    }
  }

  wake(topic: string): void {
    this.#wakes.call(topic);
  }

  onWake(topic: string, listener: () => void): () => void {
    return this.#wakes.on(topic, listener);
  }

  onWakes(family: string, listener: (member: string | undefined) => void): () => void {
    return this.#wakes.onFamily(family, listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  metrics(): DatabaseMetrics {
    const { commits, largestGroup, commitSum, commitMax } = this.#writer.counts;
    return {
      waiting: this.#writer.waiting,
      committed: this.#committed,
      failed: this.#failed,
      commits,
      largestGroup,
      commitMilliseconds: { sum: commitSum, max: commitMax },
      scans: { waiting: this.#scanner.waiting, ...this.#scanner.counts },
    };
  }

  #read(query: Sql): QueryResult<unknown> {
    if (this.#closing !== undefined) throw new Problem("unavailable", "the database is closing");
    return this.#reading.run(query.sql, query.parameters);
  }

  async #close(): Promise<void> {
    this.#closed.abort();
    await this.#writer.close();
    await this.#checkpoints;
    await this.#scanner.close();
    this.#reading.close();
    // The last one out: SQLite copies the log into the file and removes it.
    this.#writing.close();
  }

  /** A checkpoint that fails is tried again; until one succeeds, every 20,000 pages a COMMIT does it. */
  async #checkpoint(clock: Clock, log: Log, interval: Milliseconds): Promise<void> {
    const { signal } = this.#closed;
    let done = 0;
    while (!signal.aborted) {
      await clock.sleep(interval, signal);
      const { commits } = this.#writer.counts;
      if (signal.aborted || commits === done) continue;
      try {
        await this.#scanner.checkpoint();
        done = commits;
      } catch (error) {
        log.warn({ err: error }, "a checkpoint failed");
      }
    }
  }
}
