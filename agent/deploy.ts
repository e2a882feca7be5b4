/**
 * Deploys bundles to this machine's targets, one deployment per target at a time. Each ends with the new files in place
 * or the old ones, whatever fails and whenever the process dies; what a dead process left is completed or undone first.
 */
import { isIP } from "node:net";
import { join } from "node:path";
import { z } from "zod";
import { Problem } from "#base/problem.ts";
import { newId } from "#base/random.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import type { Endpoint, Seen, Step } from "#connectors/host.ts";
import { findTarget } from "#connectors/targets/index.ts";
import type { BoundTarget, Bundle, Check } from "#connectors/targets/target.ts";
import { checkBundle, serverNameFor } from "./bundle.ts";
import { abandon, verify } from "./finish.ts";
import { DryRunEnds } from "./host.ts";
import type { Entry } from "./journal.ts";
import type { DeploymentResult } from "./outcome.ts";
import type { PlannedFile } from "./plan.ts";
import { formatEndpoint } from "./probe.ts";
import { type Recovered, recoverEntry } from "./recover.ts";
import { type LookedBefore, lookBefore } from "./watch.ts";
import {
  type DeployerOptions,
  openWork,
  openWorkshop,
  type Work,
  type Workshop,
} from "./workshop.ts";

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

export interface DryRunResult {
  readonly ok: boolean;
  readonly steps: readonly Step[];
  readonly files: readonly Pick<PlannedFile, "name" | "change" | "warning">[];
  readonly error?: DeploymentResult["error"];
}

export interface Deployer {
  /** Never throws for what a machine can do wrong: the result says it. A bad configuration is a `Problem`. */
  deploy(order: Order, signal: AbortSignal): Promise<DeploymentResult>;
  /** Stages and tests as `deploy` does, then removes what it staged. Nothing that a service reads is touched. */
  dryRun(order: Order, signal: AbortSignal): Promise<DryRunResult>;
  testConnection(target: TargetReference, signal: AbortSignal): Promise<readonly Check[]>;
  /** To be called before anything else when the agent starts. */
  recover(): Promise<readonly Recovered[]>;
}

export function openDeployer(options: DeployerOptions): Deployer {
  const workshop = openWorkshop(options);
  const serially = mutexes();
  const prepared = async (target: TargetReference): Promise<BoundTarget> => {
    const bound = await bind(target);
    const left = workshop.journal.find(target.id);
    if (left !== undefined) await recoverEntry(workshop, left);
    return bound;
  };
  return {
    deploy: (order, signal) =>
      serially(order.target.id, async () =>
        deploy(workshop, order, await prepared(order.target), signal),
      ),
    dryRun: (order, signal) =>
      serially(order.target.id, async () =>
        rehearse(workshop, order, await prepared(order.target), signal),
      ),
    testConnection: (target, signal) =>
      serially(target.id, async () =>
        testConnection(workshop, target, await prepared(target), signal),
      ),
    async recover() {
      const { entries, unreadable } = workshop.journal.list();
      for (const path of unreadable) {
        options.log.error({ path }, "a journal entry is unreadable; its deployment is left alone");
      }
      const recovered: Recovered[] = [];
      for (const entry of entries) {
        await serially(entry.target.id, async () => {
          recovered.push(await recoverEntry(workshop, entry));
        });
      }
      // A deployment that only reloads has copies of a configuration, but no journal.
      for (const name of workshop.machine.files.list(workshop.layouts) ?? []) {
        workshop.machine.files.remove(join(workshop.layouts, name));
      }
      return recovered;
    },
  };
}

/** One caller at a time for each key, in order of arrival. */
function mutexes(): <T>(key: string, run: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>();
  return (key, run) => {
    const before = tails.get(key) ?? Promise.resolve();
    const result = before.then(run);
    // The next caller waits for the end of this one, not for its success.
    const tail = result.then(
      () => undefined,
      () => undefined,
    );
    tails.set(key, tail);
    return result;
  };
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
  let begun: Begun;
  try {
    begun = await begin(workshop, { order, bound, dryRun: false }, signal);
  } catch (cause) {
    return refusedAtOnce(cause);
  }
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

/** The bundle itself is wrong: there was no deployment to undo. */
function refusedAtOnce(cause: unknown): DeploymentResult {
  if (!(cause instanceof ConnectorFailure)) throw cause;
  const { stage, detail, retryable } = cause;
  return { outcome: "failed", steps: [], error: { stage, detail, retryable } };
}

async function rehearse(
  workshop: Workshop,
  order: Order,
  bound: BoundTarget,
  signal: AbortSignal,
): Promise<DryRunResult> {
  let begun: Begun;
  try {
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

/** What is known before the connector is called. */
interface Begun {
  readonly work: Work;
  /** Does every endpoint serve the expected leaf already? True where there is none. */
  readonly served: boolean;
  readonly seen: Seen | undefined;
}

async function begin(
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

function newEntry(
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

async function testConnection(
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

function describeLook({ look, seen, reason }: LookedBefore): Check {
  const name = formatEndpoint(look);
  if (seen === undefined) return { name, ok: false, detail: reason ?? "cannot be seen" };
  return { name, ok: true, detail: `serves ${seen.fingerprint} over ${seen.tlsVersion}` };
}
