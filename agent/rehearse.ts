/** What can be learnt of a target without changing what its service reads: a dry run, and a test of the connection. */
import { isIP } from "node:net";
import { ConnectorFailure } from "#connectors/failure.ts";
import type { Endpoint, Seen, Step } from "#connectors/host.ts";
import type { BoundTarget, Check } from "#connectors/targets/target.ts";
import {
  type Begun,
  begin,
  newEntry,
  type Order,
  refusedAtOnce,
  type TargetReference,
} from "./begin.ts";
import { readLeaf, serverNameFor } from "./bundle.ts";
import { DryRunEnds } from "./host.ts";
import type { DeploymentResult } from "./outcome.ts";
import type { PlannedFile } from "./plan.ts";
import { formatEndpoint } from "./probe.ts";
import { type LookedBefore, lookBefore } from "./watch.ts";
import { openWork, type Workshop } from "./workshop.ts";

export interface DryRunResult {
  readonly ok: boolean;
  readonly steps: readonly Step[];
  readonly files: readonly Pick<PlannedFile, "name" | "change" | "warning">[];
  readonly error?: DeploymentResult["error"];
}

export async function rehearse(
  workshop: Workshop,
  order: Order,
  prepare: () => Promise<BoundTarget>,
  signal: AbortSignal,
): Promise<DryRunResult> {
  let bound: BoundTarget;
  let begun: Begun;
  try {
    bound = await prepare();
    begun = await begin(workshop, { order, bound, dryRun: true }, signal);
  } catch (cause) {
    const { error, steps } = refusedAtOnce(cause);
    return { ok: false, steps, files: [], ...(error === undefined ? {} : { error }) };
  }
  const { host, steps, transaction } = begun.work;
  const result = () => ({
    steps: steps.steps,
    files: host.planned.map(({ name, change, warning }) => ({ name, change, warning })),
  });
  try {
    await bound.deploy(host, order.bundle, signal);
    return { ok: true, ...result() };
  } catch (cause) {
    if (cause instanceof DryRunEnds) return { ok: true, ...result() };
    if (!(cause instanceof ConnectorFailure)) throw cause;
    const { stage, detail, retryable } = cause;
    return { ok: false, ...result(), error: { stage, detail, retryable } };
  } finally {
    transaction.settle("old", 0);
    host.release();
  }
}

export async function testConnection(
  workshop: Workshop,
  target: TargetReference,
  bound: BoundTarget,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const entry = newEntry(workshop, target, { expected: "", looks: [] });
  const { host } = openWork(workshop, entry, bound);
  const checks = await bound.testConnection(host, signal);
  const watching = { clock: workshop.options.clock, signal };
  const byHost = (endpoint: Endpoint) =>
    endpoint.serverName ?? (isIP(endpoint.host) === 0 ? endpoint.host : undefined);
  const looks = await lookBefore(bound.judgement.endpoints, byHost, watching);
  return [...checks, ...looks.map(describeLook)];
}

/** What one endpoint of a target serves now. */
export interface Sighting {
  /** `host:port`. */
  readonly endpoint: string;
  readonly serverName?: string | undefined;
  readonly seen?: Seen | undefined;
  /** Why nothing was seen. */
  readonly reason?: string | undefined;
  /** Is it the certificate that was asked about? */
  readonly expected: boolean;
}

/** Looks once at every endpoint of a target for a certificate that should be there. */
export async function lookFor(
  workshop: Workshop,
  subject: { readonly bound: BoundTarget; readonly certificatePem: string },
  signal: AbortSignal,
): Promise<readonly Sighting[]> {
  const leaf = readLeaf(subject.certificatePem);
  const nameFor = (endpoint: Endpoint) => serverNameFor(endpoint, leaf.certificate);
  const watching = { clock: workshop.options.clock, signal };
  const looks = await lookBefore(subject.bound.judgement.endpoints, nameFor, watching);
  return looks.map(({ look, seen, reason }) => ({
    endpoint: formatEndpoint(look),
    serverName: look.serverName,
    seen,
    reason,
    expected: seen?.fingerprint === leaf.fingerprint,
  }));
}

function describeLook({ look, seen, reason }: LookedBefore): Check {
  const name = formatEndpoint(look);
  if (seen === undefined) return { name, ok: false, detail: reason ?? "cannot be seen" };
  return { name, ok: true, detail: `serves ${seen.fingerprint} over ${seen.tlsVersion}` };
}
