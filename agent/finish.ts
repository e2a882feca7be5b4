/** The second half of a deployment, after the exchange: look, judge, and keep or undo. Also what a restarted agent does. */
import type { Log } from "#base/log.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import type { Host, Seen } from "#connectors/host.ts";
import type { BoundTarget } from "#connectors/targets/target.ts";
import { type Machine, onDisk } from "./host.ts";
import type { Look } from "./journal.ts";
import { judge, type Observation, shows } from "./judge.ts";
import type { DeploymentResult } from "./outcome.ts";
import { describeError, type StepRecorder } from "./steps.ts";
import type { Transaction } from "./transaction.ts";
import { watchFor } from "./watch.ts";

export interface Finishing {
  readonly machine: Machine;
  readonly transaction: Transaction;
  readonly steps: StepRecorder;
  readonly host: Host;
  /** Undefined when the journal names a target this agent no longer understands. */
  readonly bound: BoundTarget | undefined;
  readonly log: Log;
}

/** Looks for the new leaf and decides. Whatever goes wrong from here on ends in the old files. */
export async function verify(it: Finishing, signal: AbortSignal): Promise<DeploymentResult> {
  const { transaction, steps, machine, bound } = it;
  const { looks, expected, previous } = transaction.entry;
  const judgement = bound?.judgement;
  let observations: readonly Observation[] = [];
  let warning: string | undefined;
  await steps.step("verify", async () => {
    const watching = { clock: machine.clock, signal };
    observations = await watchFor(() => expected, looks, judgement?.patience ?? 0, watching);
    if (signal.aborted) throw failure("the deployment was cancelled");
    const onUnseen = judgement?.onUnseen ?? "keep";
    const verdict = judge({ expected, previous, onUnseen, observations });
    if (verdict.verdict === "roll-back") throw failure(verdict.detail);
    if (verdict.verdict === "deployed") return verdict.detail;
    warning = verdict.detail;
    return { warning: `installed, not seen: ${verdict.detail}` };
  });
  onDisk("verify", () => transaction.settle("new", judgement?.backups ?? 3));
  if (warning !== undefined) {
    return { outcome: "installed-not-seen", steps: steps.steps, warning };
  }
  return { outcome: "deployed", steps: steps.steps, seen: seenIn(observations, expected) };
}

/** Puts everything back after `cause`. Never throws: what cannot be undone is reported and stays in the journal. */
export async function abandon(it: Finishing, cause: unknown): Promise<DeploymentResult> {
  const { transaction, steps, log } = it;
  const error = errorOf(cause);
  const fields = { target: transaction.entry.target.id, stage: error.stage };
  if (!(cause instanceof ConnectorFailure)) log.error({ ...fields, cause }, "a deployment failed");
  const changed = transaction.exchanged;
  try {
    if (changed) await steps.step("rollback", () => undo(it));
    onDisk("rollback", () => transaction.settle("old", 0));
    return { outcome: changed ? "rolled-back" : "failed", steps: steps.steps, error };
  } catch (second) {
    log.error({ ...fields, cause: second }, "a deployment could not be undone");
    const detail = `${error.detail}; and undoing failed: ${describeError(second)}`;
    return {
      outcome: "failed",
      steps: steps.steps,
      error: { ...error, stage: "rollback", detail },
    };
  }
}

/** The old files, then a second reload, then a look whether the old leaf is served again. */
async function undo(it: Finishing) {
  const { transaction, machine, bound, host } = it;
  onDisk("rollback", () => transaction.undo());
  if (bound === undefined) return { warning: "the old files are back; the service was not told" };
  // The deployment may have been cancelled; undoing it must not be.
  const signal = new AbortController().signal;
  try {
    const said = await bound.activate(host, signal);
    const seen = await lookAgain(transaction.entry.looks, it, signal);
    return seen ?? `the old files are back; ${said}`;
  } catch (cause) {
    if (!(cause instanceof ConnectorFailure)) throw cause;
    const { clock } = machine;
    it.log.warn({ at: clock.now(), cause }, "the reload after a rollback failed");
    return { warning: `the old files are back, but the reload failed: ${cause.detail}` };
  }
}

/** Undefined when every endpoint shows again what it showed before. */
async function lookAgain(looks: readonly Look[], it: Finishing, signal: AbortSignal) {
  const known = looks.filter((look) => look.before !== undefined);
  const patience = it.bound?.judgement.patience ?? 0;
  const watching = { clock: it.machine.clock, signal };
  const observations = await watchFor((look) => look.before, known, patience, watching);
  const missing = observations.filter((seen) => !shows(seen, seen.before ?? ""));
  if (missing.length === 0) return undefined;
  const names = missing.map((seen) => seen.endpoint).join(", ");
  return { warning: `the old files are back, but ${names} does not serve the old certificate` };
}

/** The first sight of the expected leaf. */
export function seenIn(observations: readonly Observation[], expected: string): Seen | undefined {
  for (const observation of observations) {
    if ("fingerprint" in observation.after && shows(observation, expected))
      return observation.after;
  }
  return undefined;
}

function errorOf(cause: unknown): NonNullable<DeploymentResult["error"]> {
  if (cause instanceof ConnectorFailure) {
    return { stage: cause.stage, detail: cause.detail, retryable: cause.retryable };
  }
  return { stage: "internal", detail: describeError(cause), retryable: true };
}

function failure(detail: string): ConnectorFailure {
  return new ConnectorFailure(detail, { stage: "verify", retryable: true });
}
