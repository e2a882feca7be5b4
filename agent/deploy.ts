/**
 * Deploys bundles to this machine's targets, one deployment per target at a time. Each ends with the new files in place
 * or the old ones, whatever fails and whenever the process dies; what a dead process left is completed or undone first.
 */
import { join } from "node:path";
import { Problem } from "#base/problem.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import { findTarget } from "#connectors/targets/index.ts";
import type { BoundTarget, Check } from "#connectors/targets/target.ts";
import { type Begun, begin, type Order, refusedAtOnce, type TargetReference } from "./begin.ts";
import { abandon, verify } from "./finish.ts";
import type { DeploymentResult } from "./outcome.ts";
import { type Recovered, recoverEntry } from "./recover.ts";
import { type DryRunResult, lookFor, rehearse, type Sighting, testConnection } from "./rehearse.ts";
import { type Serially, serially } from "./serially.ts";
import { type DeployerOptions, openWorkshop, type Workshop } from "./workshop.ts";

export interface Deployer {
  /** Never throws for what a machine can do wrong: the result says it. A bad configuration is a `Problem`. */
  deploy(order: Order, signal: AbortSignal): Promise<DeploymentResult>;
  /** Stages and tests as `deploy` does, then removes what it staged. Nothing that a service reads is touched. */
  dryRun(order: Order, signal: AbortSignal): Promise<DryRunResult>;
  /** What the target's endpoints serve now, compared with a certificate. Waits for no deployment. */
  look(
    target: TargetReference,
    certificatePem: string,
    signal: AbortSignal,
  ): Promise<readonly Sighting[]>;
  testConnection(target: TargetReference, signal: AbortSignal): Promise<readonly Check[]>;
  /** To be called before anything else when the agent starts. */
  recover(signal: AbortSignal): Promise<readonly Recovered[]>;
}

export function openDeployer(options: DeployerOptions): Deployer {
  const workshop = openWorkshop(options);
  const alone = serially();
  const prepare = async (target: TargetReference): Promise<BoundTarget> => {
    const bound = await bind(target);
    await settleEarlier(workshop, target.id);
    return bound;
  };
  return {
    deploy: (order, signal) =>
      alone(order.target.id, async () => {
        try {
          return await deploy(workshop, order, await prepare(order.target), signal);
        } catch (cause) {
          return refusedAtOnce(cause);
        }
      }),
    dryRun: (order, signal) =>
      alone(order.target.id, async () =>
        rehearse(workshop, order, () => prepare(order.target), signal),
      ),
    testConnection: (target, signal) =>
      alone(target.id, async () => testConnection(workshop, target, await bind(target), signal)),
    look: async (target, certificatePem, signal) =>
      lookFor(workshop, { bound: await bind(target), certificatePem }, signal),
    recover: (signal) => recover(workshop, alone, signal),
  };
}

/** What an earlier deployment left must be settled before its journal entry is written over. */
async function settleEarlier(workshop: Workshop, targetId: string): Promise<void> {
  const left = workshop.journal.find(targetId);
  if (left === undefined) return;
  const { result } = await recoverEntry(workshop, left, new AbortController().signal);
  if (workshop.journal.find(targetId) === undefined) return;
  throw new ConnectorFailure(
    `an earlier deployment could not be undone yet: ${result.error?.detail ?? ""}`,
    { stage: "stage", retryable: true },
  );
}

async function recover(
  workshop: Workshop,
  alone: Serially,
  signal: AbortSignal,
): Promise<readonly Recovered[]> {
  const { journal, machine, layouts, options } = workshop;
  const { entries, unreadable } = journal.list();
  for (const path of unreadable) {
    options.log.error({ path }, "a journal entry is unreadable; its deployment is left alone");
  }
  const recovered: Recovered[] = [];
  for (const entry of entries) {
    const one = () => recoverEntry(workshop, entry, signal);
    recovered.push(await alone(entry.target.id, one));
  }
  // A deployment that only reloads has copies of a configuration, but no journal.
  for (const name of machine.files.list(layouts) ?? []) machine.files.remove(join(layouts, name));
  return recovered;
}

async function bind(target: TargetReference): Promise<BoundTarget> {
  const entry = findTarget(target.kind);
  if (entry === undefined) {
    throw new Problem("invalid-input", `this agent knows no target type ${target.kind}`);
  }
  return (await entry.load()).bind(target.config);
}

async function deploy(
  workshop: Workshop,
  order: Order,
  bound: BoundTarget,
  signal: AbortSignal,
): Promise<DeploymentResult> {
  const begun = await begin(workshop, { order, bound, dryRun: false }, signal);
  const { work } = begun;
  try {
    await bound.deploy(work.host, order.bundle, signal);
    if (work.transaction.entry.files.length === 0 && begun.served) return await unchanged(begun);
    return await verify(work, signal);
  } catch (cause) {
    return await abandon(work, cause);
  } finally {
    work.host.release();
  }
}

async function unchanged({ work, seen }: Begun): Promise<DeploymentResult> {
  const { steps, transaction } = work;
  await steps.step("unchanged", async () =>
    seen === undefined
      ? "the files are as they shall be"
      : `the files are as they shall be, and ${seen.endpoint} serves the certificate`,
  );
  transaction.settle("new", work.bound?.judgement.backups ?? 0);
  return { outcome: "unchanged", steps: steps.steps, seen };
}
