/** PostgreSQL for several replicas: connections apart for writing, reading and scanning, wake-up calls by NOTIFY. */
import type { Kysely, QueryResult, Transaction } from "kysely";
import type { Log } from "#base/log.ts";
import { type Clock, type Milliseconds, seconds } from "#base/time.ts";
import type { Database, DatabaseMetrics } from "./database.ts";
import { QueryFactory, type Sql } from "./dialect.ts";
import { InFlight } from "./in-flight.ts";
import { fromPostgres, isCancelled, isRetryable } from "./postgres-failure.ts";
import { NotifyCalls } from "./postgres-notify.ts";
import { Pool } from "./postgres-pool.ts";
import { PostgresTransaction } from "./postgres-transaction.ts";
import type { Tables } from "./tables.ts";
import { TransactionScope } from "./transaction-scope.ts";
import { WakeCalls } from "./wake.ts";

export interface PostgresOptions {
  readonly url: string;
  /** Of this process, the listening one included. At least 4. */
  readonly maxConnections: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Attempts at a transaction that deadlocks or cannot be serialized. */
const maxAttempts = 3;
/** As many as SQLite lets wait. */
const maxWaiting = 4_096;

/** Long reads beyond this do not wait but are refused. */
const maxScans = 256;

export class PostgresDatabase implements Database {
  readonly engine = "postgres";
  readonly reader: Kysely<Tables>;
  readonly scanner: Kysely<Tables>;
  readonly #factory = new QueryFactory("postgres");
  readonly #scope = new TransactionScope();
  readonly #clock: Clock;
  readonly #pools: { readonly write: Pool; readonly read: Pool; readonly scan: Pool };
  readonly #wakes: WakeCalls;
  readonly #calls: NotifyCalls;
  readonly #transactions: InFlight;
  readonly #reads = new InFlight("reads", maxWaiting);
  readonly #longReads = new InFlight("long reads", maxScans);
  #closing: Promise<void> | undefined;
  readonly #counts = { committed: 0, failed: 0, commitSum: 0, commitMax: 0 };
  readonly #scans = { completed: 0, timedOut: 0, restarts: 0 };

  constructor(options: PostgresOptions) {
    const { url, clock, log } = options;
    this.#clock = clock;
    const shares = share(options.maxConnections);
    this.#transactions = new InFlight("transactions", shares.write + maxWaiting);
    const pool = (purpose: keyof typeof shares, statementTimeout: Milliseconds) =>
      new Pool({ url, log, purpose, statementTimeout }, shares[purpose]);
    this.#pools = {
      write: pool("write", seconds(10)),
      read: pool("read", seconds(10)),
      scan: pool("scan", seconds(30)),
    };
    const { read, write } = this.#pools;
    this.reader = this.#factory.kysely(
      this.#scope.outside("reader", (query) =>
        this.#reads.run(() => translated(read.use((it) => it.execute(query)))),
      ),
    );
    this.scanner = this.#factory.kysely(
      this.#scope.outside("scanner", (query) => this.#scan(query)),
    );
    this.#wakes = new WakeCalls(log);
    this.#calls = new NotifyCalls({ url, clock, log, pool: write, wakes: this.#wakes });
  }

  async transaction<T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
    this.#scope.refuseNested("transaction");
    try {
      const value = await this.#transactions.run(() => this.#attempts(work));
      this.#counts.committed++;
      return value;
    } catch (error) {
      this.#counts.failed++;
      throw fromPostgres(error);
    }
  }

  wake(topic: string): void {
    this.#wakes.call(topic);
    this.#calls.send(topic);
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
    const { committed, failed, commitSum, commitMax } = this.#counts;
    return {
      waiting: this.#pools.write.waiting,
      committed,
      failed,
      commits: committed,
      largestGroup: committed > 0 ? 1 : 0,
      commitMilliseconds: { sum: commitSum, max: commitMax },
      scans: { waiting: this.#pools.scan.waiting, ...this.#scans },
    };
  }

  async #attempts<T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(work);
      } catch (error) {
        if (attempt === maxAttempts || !isRetryable(error)) throw error;
        // The other side of a deadlock goes on now; it needs a moment, not an age.
        await this.#clock.sleep(attempt * 10);
      }
    }
  }

  #attempt<T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
    return this.#pools.write.use(async (connection) => {
      const member = new PostgresTransaction(connection);
      await connection.run("begin");
      try {
        const tx = this.#factory.transaction((query) => member.execute(query));
        const value = await this.#scope.run(() => work(tx));
        this.#countCommit(await member.commit());
        return value;
      } catch (error) {
        await member.rollback();
        throw error;
      }
    });
  }

  #countCommit(duration: Milliseconds): void {
    this.#counts.commitSum += duration;
    this.#counts.commitMax = Math.max(this.#counts.commitMax, duration);
  }

  async #scan(query: Sql): Promise<QueryResult<unknown>> {
    try {
      const result = await this.#longReads.run(() =>
        this.#pools.scan.use((it) => it.execute(query)),
      );
      this.#scans.completed++;
      return result;
    } catch (error) {
      if (isCancelled(error)) this.#scans.timedOut++;
      throw fromPostgres(error);
    }
  }

  async #close(): Promise<void> {
    const inFlight = [this.#transactions, this.#reads, this.#longReads];
    await Promise.all([this.#calls.close(), ...inFlight.map((it) => it.close())]);
    const { write, read, scan } = this.#pools;
    await Promise.all([write, read, scan].map((pool) => pool.close()));
  }
}

/** One connection listens, a sixth scans, the others read and write by halves. */
function share(maxConnections: number): { write: number; read: number; scan: number } {
  const shared = Math.max(maxConnections, 4) - 1;
  const scan = Math.max(1, Math.floor(shared / 6));
  const read = Math.floor((shared - scan) / 2);
  return { scan, read, write: shared - scan - read };
}

async function translated(result: Promise<QueryResult<unknown>>): Promise<QueryResult<unknown>> {
  try {
    return await result;
  } catch (error) {
    throw fromPostgres(error);
  }
}
