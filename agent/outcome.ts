/** How a deployment ended, as the agent reports it and the job shows it. */
import type { Seen, Step } from "#connectors/host.ts";

/**
 * `deployed`: the new leaf was seen. `unchanged`: files and served leaf were right already. `installed-not-seen`: the
 * files are in place, but nothing showed the new leaf. `rolled-back`: it was in place and the old files came back.
 * `failed`: nothing was changed, or undoing failed too (then the stage is `rollback`).
 */
export type Outcome = "deployed" | "unchanged" | "installed-not-seen" | "rolled-back" | "failed";

export interface DeploymentResult {
  readonly outcome: Outcome;
  readonly steps: readonly Step[];
  /** The new leaf where it was seen. */
  readonly seen?: Seen | undefined;
  /** Why the outcome is less than it could be: nothing was seen. */
  readonly warning?: string | undefined;
  readonly error?: { readonly stage: string; readonly detail: string; readonly retryable: boolean };
}
