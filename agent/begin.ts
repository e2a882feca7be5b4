/** The first half of a deployment, before the connector is called: check the bundle, look at what is served, plan names. */
import { join } from "node:path";
import { z } from "zod";
import { newId } from "#base/random.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import type { Endpoint, Seen, Step } from "#connectors/host.ts";
import type { BoundTarget, Bundle } from "#connectors/targets/target.ts";
import { checkBundle, serverNameFor } from "./bundle.ts";
import type { Entry } from "./journal.ts";
import type { DeploymentResult } from "./outcome.ts";
import { lookBefore } from "./watch.ts";
import { openWork, type Work, type Workshop } from "./workshop.ts";

export interface TargetReference {
  readonly id: string;
  readonly kind: string;
  /** As stored: parsed by the kind's schema here. */
  readonly config: unknown;
}

export interface Order {
  readonly target: TargetReference;
  readonly bundle: Bundle;
  /** Hears of each step when it is over. */
  readonly onStep?: ((step: Step) => void) | undefined;
}

/** What is known before the connector is called. */
export interface Begun {
  readonly work: Work;
  /** Does every endpoint serve the expected leaf already? True where there is none. */
  readonly served: boolean;
  readonly seen: Seen | undefined;
}

export async function begin(
  workshop: Workshop,
  subject: { readonly order: Order; readonly bound: BoundTarget; readonly dryRun: boolean },
  signal: AbortSignal,
): Promise<Begun> {
  const { order, bound, dryRun } = subject;
  const leaf = checkBundle(order.bundle);
  const nameFor = (endpoint: Endpoint) => serverNameFor(endpoint, leaf.certificate);
  const watching = { clock: workshop.options.clock, signal };
  const before = await lookBefore(bound.judgement.endpoints, nameFor, watching);
  const served = before.every((it) => it.seen?.fingerprint === leaf.fingerprint);
  const looks = before.map((it) => it.look);
  const entry = newEntry(workshop, order.target, { expected: leaf.fingerprint, looks });
  const manner = { dryRun, alreadyServed: served, onStep: order.onStep };
  return {
    work: openWork(workshop, entry, bound, manner),
    served,
    seen: served ? before[0]?.seen : undefined,
  };
}

export function newEntry(
  workshop: Workshop,
  target: TargetReference,
  found: Pick<Entry, "expected" | "looks">,
): Entry {
  const { clock, random } = workshop.options;
  const token = newId("x", clock.now(), random).slice(2);
  return {
    format: 1,
    token,
    startedAt: clock.now(),
    // The journal is JSON: an undefined value is an absent key there.
    target: { ...target, config: z.json().parse(JSON.parse(JSON.stringify(target.config))) },
    phase: "staging",
    side: "old",
    attempts: 0,
    files: [],
    pivot: "",
    layout: join(workshop.layouts, token),
    ...found,
  };
}

/** What was wrong before there was a deployment to undo. */
export function refusedAtOnce(cause: unknown): DeploymentResult {
  if (!(cause instanceof ConnectorFailure)) throw cause;
  const { stage, detail, retryable } = cause;
  return { outcome: "failed", steps: [], error: { stage, detail, retryable } };
}
