/**
 * Takes up what a killed agent left, from its journal. What had reached the exchange is completed once, with reload and
 * look; everything else, and whatever fails then, is undone. Both leave a matching pair at every moment.
 */
import { ConnectorFailure } from "#connectors/failure.ts";
import { findTarget } from "#connectors/targets/index.ts";
import type { BoundTarget } from "#connectors/targets/target.ts";
import { abandon, seenIn, verify } from "./finish.ts";
import { onDisk } from "./host.ts";
import type { Entry } from "./journal.ts";
import { judge } from "./judge.ts";
import type { DeploymentResult } from "./outcome.ts";
import { watchFor } from "./watch.ts";
import { openWork, type Work, type Workshop } from "./workshop.ts";

export interface Recovered {
  readonly targetId: string;
  readonly result: DeploymentResult;
}

export async function recoverEntry(
  workshop: Workshop,
  entry: Entry,
  signal: AbortSignal,
): Promise<Recovered> {
  const { log } = workshop.options;
  const bound = await bindAgain(workshop, entry);
  const work = openWork(workshop, entry, bound);
  const result = await takeUp(work, signal);
  log.info(
    { target: entry.target.id, phase: entry.phase, outcome: result.outcome },
    "took up a deployment that had been interrupted",
  );
  return { targetId: entry.target.id, result };
}

async function takeUp(work: Work, signal: AbortSignal): Promise<DeploymentResult> {
  const { transaction, steps } = work;
  const { entry } = transaction;
  try {
    if (entry.phase === "settled") return await tidy(work, signal);
    if (entry.phase === "staging") throw interrupted("nothing had been changed");
    const completes =
      entry.phase === "exchanging" &&
      entry.attempts === 0 &&
      work.bound !== undefined &&
      onDisk("exchange", () => transaction.side()) === "new";
    if (!completes) throw interrupted("what had been changed is undone");
    return await complete(work);
  } catch (cause) {
    return abandon(work, cause);
  }
  async function complete({ bound, host }: Work): Promise<DeploymentResult> {
    await steps.step("exchange", async () => {
      onDisk("exchange", () => transaction.resume());
      return "completed after the agent had been interrupted";
    });
    await steps.step("reload", async () => bound?.activate(host, signal));
    return verify(work, signal);
  }
}

/** The deployment had ended, and only its traces are left; what it had seen died with the process, so it is looked again. */
async function tidy(work: Work, signal: AbortSignal): Promise<DeploymentResult> {
  const { transaction, bound, steps, machine } = work;
  const { side, looks, expected } = transaction.entry;
  onDisk("stage", () => transaction.settle(side, bound?.judgement.backups ?? 3));
  if (side === "old") {
    const { stage, detail, retryable } = interrupted("the old files are in place");
    return { outcome: "rolled-back", steps: steps.steps, error: { stage, detail, retryable } };
  }
  const watching = { clock: machine.clock, signal };
  const observations = await watchFor(() => expected, looks, 0, watching);
  const verdict = judge({ expected, onUnseen: "keep", observations });
  if (verdict.verdict === "deployed") {
    return { outcome: "deployed", steps: steps.steps, seen: seenIn(observations, expected) };
  }
  return { outcome: "installed-not-seen", steps: steps.steps, warning: verdict.detail };
}

async function bindAgain(workshop: Workshop, entry: Entry): Promise<BoundTarget | undefined> {
  try {
    const target = await findTarget(entry.target.kind)?.load();
    return target?.bind(entry.target.config);
  } catch (cause) {
    // Another version of the agent wrote it: the files can be put back without the connector, and must be.
    workshop.options.log.error({ target: entry.target.id, cause }, "cannot read a target's config");
    return undefined;
  }
}

function interrupted(detail: string): ConnectorFailure {
  return new ConnectorFailure(`the agent was interrupted; ${detail}`, {
    stage: "interrupted",
    retryable: true,
  });
}
