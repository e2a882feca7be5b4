/** The database as the product sees it: committed reads, long reads, short durable transactions, and a wake-up call. */
import type { Kysely, Transaction } from "kysely";
import type { Tables } from "./tables.ts";

export type Engine = "sqlite" | "postgres";

export interface Database {
  readonly engine: Engine;
  /** Reads that take well under 5 ms: point reads, short lists. Committed state only; refuses writes, and refuses to run inside a transaction, whose own writes it could not see. */
  readonly reader: Kysely<Tables>;
  /** Reads that may take longer: on SQLite off the main thread, on PostgreSQL through connections of their own. Same refusals as `reader`. */
  readonly scanner: Kysely<Tables>;
  /**
   * One short transaction, durable when it resolves. `work` must wait for nothing but `tx`: on SQLite everybody else
   * waits meanwhile, and after 50 ms of waiting it is rolled back. A failed statement dooms the transaction on both
   * engines, even when its error is caught; use ON CONFLICT where a conflict is expected.
   * Rejects with Problem `unavailable` when too many wait, when the disk refuses, or when the server is away; if it
   * went away during the COMMIT, nobody knows whether it took place: what is tried again must find what is there.
   * On PostgreSQL `work` is called afresh, up to three times in all, after a deadlock or serialization failure.
   */
  transaction<T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** Tells every process on this database that there may be something new on a topic. Call it after the commit. A hint: it may be lost. */
  wake(topic: string): void;
  /** Calls `listener` for wakes of `topic`, many of which may become one; subscribers still poll. Returns how to stop. */
  onWake(topic: string, listener: () => void): () => void;
  /**
   * The same for every topic `family:member` at once: thousands of members cost one subscription. `listener` gets the
   * member, or undefined when calls of any of them may have been missed.
   */
  onWakes(family: string, listener: (member: string | undefined) => void): () => void;
  /** Lets what has begun finish, then closes. Idempotent. */
  close(): Promise<void>;
  metrics(): DatabaseMetrics;
}

/** Counts since the start, and two gauges. */
export interface DatabaseMetrics {
  /** Transactions that wait for their turn now. */
  readonly waiting: number;
  readonly committed: number;
  /** Transactions that were rolled back or refused, for whatever reason. */
  readonly failed: number;
  /** Durable commits; fewer than `committed` where transactions share one. */
  readonly commits: number;
  readonly largestGroup: number;
  readonly commitMilliseconds: { readonly sum: number; readonly max: number };
  readonly scans: {
    /** Long reads that wait for the scanner now. */
    readonly waiting: number;
    readonly completed: number;
    readonly timedOut: number;
    readonly restarts: number;
  };
}
