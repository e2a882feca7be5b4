/** Long reads off the main thread: a bounded queue before one Worker, a time limit for each, and a new Worker when one dies. */
import type { QueryResult } from "kysely";
import type { Log } from "#base/log.ts";
import { Problem } from "#base/problem.ts";
import type { Clock, Instant, Milliseconds } from "#base/time.ts";
import type { Sql } from "./dialect.ts";
import { type Ask, ScannerThread } from "./sqlite-scanner-thread.ts";

export interface ScannerOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  /** A statement that takes longer is given up, together with its Worker: SQLite there cannot be interrupted. */
  readonly timeout: Milliseconds;
  readonly maxWaiting: number;
  /** More Workers than this dying within a minute is a fault that new Workers do not cure. */
  readonly maxRestartsPerMinute: number;
}

interface Job extends PromiseWithResolvers<readonly unknown[]> {
  readonly ask: Ask;
}

export class Scanner {
  readonly counts = { completed: 0, timedOut: 0, restarts: 0 };
  readonly #options: ScannerOptions;
  #queue: Job[] = [];
  #thread: ScannerThread | undefined;
  #restartedAt: Instant[] = [];
  #closed: boolean = false;
  /** The loop that works the queue off, while it runs. */
  #working: Promise<void> | undefined;

  constructor(options: ScannerOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  async query(query: Sql): Promise<QueryResult<unknown>> {
    const rows = await this.#enqueue({
      kind: "query",
      sql: query.sql,
      parameters: query.parameters,
    });
    this.counts.completed++;
    return { rows: [...rows] };
  }

  /** Moves what it can from the write-ahead log into the file. */
  async checkpoint(): Promise<void> {
    await this.#enqueue({ kind: "checkpoint" });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#working;
    if (this.#thread?.isDead === false) {
      await this.#thread.ask({ kind: "close" });
      this.#thread.end(new Error("the scanner is closed"));
    }
  }

  #enqueue(ask: Ask): Promise<readonly unknown[]> {
    if (this.#closed) return Promise.reject(new Problem("unavailable", "the database is closing"));
    if (this.#queue.length >= this.#options.maxWaiting) {
      return Promise.reject(new Problem("unavailable", "too many long reads are waiting"));
    }
    const job: Job = { ask, ...Promise.withResolvers<readonly unknown[]>() };
    this.#queue.push(job);
    this.#working ??= this.#work();
    return job.promise;
  }

  /** Never rejects: every job hears of its own failure. */
  async #work(): Promise<void> {
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      try {
        job.resolve(await this.#ask(await this.#living(), job.ask));
      } catch (error) {
        job.reject(error);
      }
    }
    this.#working = undefined;
  }

  async #ask(thread: ScannerThread, ask: Ask): Promise<readonly unknown[]> {
    const answered = new AbortController();
    const { clock, timeout } = this.#options;
    void clock.sleep(timeout, answered.signal).then(() => {
      if (answered.signal.aborted) return;
      this.counts.timedOut++;
      thread.end(new Problem("unavailable", `the query took longer than ${timeout / 1_000} s`));
    });
    try {
      return await thread.ask(ask);
    } finally {
      answered.abort();
    }
  }

  async #living(): Promise<ScannerThread> {
    if (this.#thread?.isDead === false) return this.#thread;
    if (this.#thread !== undefined) this.#allowRestart();
    const thread = new ScannerThread();
    this.#thread = thread;
    try {
      await this.#ask(thread, { kind: "open", path: this.#options.path });
    } catch (error) {
      thread.end(new Error("the scanner could not open the database", { cause: error }));
      throw error;
    }
    return thread;
  }

  #allowRestart(): void {
    const { clock, log, maxRestartsPerMinute } = this.#options;
    const now = clock.now();
    this.#restartedAt = this.#restartedAt.filter((it) => now - it < 60_000);
    if (this.#restartedAt.length >= maxRestartsPerMinute) {
      throw new Problem("unavailable", "long reads fail again and again");
    }
    this.#restartedAt.push(now);
    this.counts.restarts++;
    log.warn({ restarts: this.counts.restarts }, "the scanner died and is started anew");
  }
}
