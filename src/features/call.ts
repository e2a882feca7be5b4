/** One call of an operation: who, from where, under which conditions; and how it came out. */
import type { Actor } from "./context.ts";
import type { Later } from "./later.ts";

export interface Call {
  readonly actor: Actor;
  readonly requestId: string;
  readonly address: string | null;
  readonly signal: AbortSignal;
  readonly ifMatch?: number | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** A poll that waits: what comes out is not known yet. */
export interface Waits {
  readonly kind: "waiting";
  readonly later: Later<unknown>;
}

export type Outcome =
  | { readonly kind: "done"; readonly output: unknown }
  /** The same request was answered before. */
  | { readonly kind: "replayed"; readonly output: unknown }
  /** Waits for approval. */
  | { readonly kind: "deferred"; readonly jobId: string };
