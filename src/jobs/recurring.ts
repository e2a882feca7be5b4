/** Recurring work: rows claimed by compare-and-swap, so that any replica may run any of them, once. */
import type { Milliseconds } from "#base/time.ts";
import type { Tx } from "./tx.ts";
import type { World } from "./world.ts";

export interface RecurringContext extends World {
  readonly signal: AbortSignal;
  /** One short transaction as the system. */
  commit<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

export interface Recurring {
  /** `renewal-check`; the row's key and what the page shows. */
  readonly name: string;
  readonly summary: string;
  /** The environment variable that sets the interval. */
  readonly setting: string;
  readonly interval: Milliseconds;
  /** A run may take this long; then another replica may take over. */
  readonly timeout: Milliseconds;
  /** Says in words what it did, for the page: "12 renewals enqueued". */
  run(ctx: RecurringContext): Promise<string>;
}
