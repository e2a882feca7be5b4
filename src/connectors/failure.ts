/** What a connector reports when the outside world does not do what it should: at which stage, why, and whether trying again can help. */
import type { Milliseconds } from "#base/time.ts";

export interface FailureOptions {
  readonly stage: string;
  readonly retryable: boolean;
  /** The peer said when to come back. */
  readonly retryAfter?: Milliseconds | undefined;
  readonly cause?: unknown;
}

export class ConnectorFailure extends Error {
  readonly detail: string;
  /** What was being done, such as `connect`, `validate` or `reload`. */
  readonly stage: string;
  /** May the same call succeed later without anybody changing its input? The job engine asks. */
  readonly retryable: boolean;
  readonly retryAfter: Milliseconds | undefined;

  constructor(detail: string, options: FailureOptions) {
    super(`${options.stage}: ${detail}`, { cause: options.cause });
    this.name = "ConnectorFailure";
    this.detail = detail;
    this.stage = options.stage;
    this.retryable = options.retryable;
    this.retryAfter = options.retryAfter;
  }
}
