/** One piece of work: a key and its request, a deployment, a look, a test. Each ends in a report that survives a kill. */
import { type CallInput, type Client, client } from "#base/client.ts";
import type { Connection } from "#base/exchange.ts";
import type { Log } from "#base/log.ts";
import { Problem } from "#base/problem.ts";
import type { Clock } from "#base/time.ts";
import type { Seen, Step } from "#connectors/host.ts";
import { findTarget } from "#connectors/targets/index.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import type { deploymentsApi } from "#features/deployments/api.ts";
import type { WorkItem } from "#features/deployments/deployment.ts";
import { KeyAlgorithm } from "#pki/key.ts";
import { nameFromText } from "#pki/name-text.ts";
import { generalNameFromText } from "#pki/subject-alt-name.ts";
import type { Deployer } from "./deploy.ts";
import type { Keystore } from "./keystore.ts";
import { leafFingerprint, serverNameOf } from "./leaf.ts";
import { probe } from "./probe.ts";

export type Report = CallInput<typeof deploymentsApi.report>;

export interface Bench {
  readonly agentId: string;
  readonly connection: Connection;
  readonly keystore: Keystore;
  readonly deployer: Deployer;
  readonly clock: Clock;
  readonly log: Log;
}

/** Does the work; undefined when there is nothing to report (the request was taken). */
export async function doWork(
  bench: Bench,
  item: WorkItem,
  signal: AbortSignal,
): Promise<Report | undefined> {
  const base = { id: bench.agentId, jobId: item.id, leaseToken: item.leaseToken };
  try {
    switch (item.action) {
      case "csr":
        return await handIn(bench, item, signal);
      case "deploy":
        return { ...base, ...(await deploy(bench, item, signal)) };
      case "probe":
        return { ...base, ...(await look(bench, item, signal)) };
      default:
        return { ...base, ...(await test(bench, item, signal)) };
    }
  } catch (error) {
    bench.log.error({ err: error, job: item.id }, "work failed");
    const refusal = error instanceof Problem;
    const message = error instanceof Error ? error.message : String(error);
    return { ...base, status: "Failed", error: message.slice(0, 4_000), retryable: !refusal };
  }
}

/** Makes the key (once per version), hands in the request, and keeps what comes back at once. */
async function handIn(bench: Bench, item: WorkItem, signal: AbortSignal): Promise<undefined> {
  const owner = ownerOf(item);
  const subjectAltNames = item.sans.map((text) => generalNameFromText(text));
  const pem = await bench.keystore.request({
    ...owner,
    algorithm: KeyAlgorithm.parse(item.keyAlgorithm),
    // X.520 allows 64 characters; a longer name stands among the subjectAltNames alone.
    subject:
      item.commonName !== null && item.commonName.length <= 64
        ? nameFromText(`CN=${escaped(item.commonName)}`)
        : [],
    subjectAltNames,
    mustStaple: item.mustStaple,
  });
  const api: Client<{ submit: typeof certificatesApi.submitCsr }> = client(
    { submit: certificatesApi.submitCsr },
    bench.connection,
  );
  const answer = await api.submit({ id: bench.agentId, jobId: item.id, csrPem: pem }, { signal });
  if (answer.certificatePem !== null) {
    const { certificatePem, chainPem } = answer;
    bench.keystore.store(owner, { certificatePem, chainPem: chainPem ?? "" });
  }
  return undefined;
}

/** RFC 4514: what would be read as structure is escaped. */
const escaped = (value: string): string =>
  value.replaceAll(/[,+"\\<>;=#]/g, "\\$&").replace(/^ | $/g, "\\ ");

const ownerOf = (item: WorkItem) => ({
  certificateId: item.certificateId ?? "",
  versionId: item.versionId ?? "",
});

async function deploy(
  bench: Bench,
  item: WorkItem,
  signal: AbortSignal,
): Promise<Partial<Report> & Pick<Report, "status">> {
  const owner = ownerOf(item);
  const issued = { certificatePem: item.certificatePem ?? "", chainPem: item.chainPem ?? "" };
  // Again each time: the same certificate changes nothing, another one for this key is refused.
  bench.keystore.store(owner, issued);
  const bundle = bench.keystore.load(owner);
  if (!bundle) {
    return {
      status: "Failed",
      error: "the private key of this version is not on this agent",
      retryable: false,
      outcome: "failed",
    };
  }
  const order = { target: targetOf(item), bundle };
  const result = await bench.deployer.deploy(order, signal);
  const ok =
    result.outcome === "deployed" ||
    result.outcome === "unchanged" ||
    result.outcome === "installed-not-seen";
  const pruned = ok ? settle(bench, item) : [];
  const message = result.error ? `${result.error.stage}: ${result.error.detail}` : result.warning;
  return {
    status: ok ? "Completed" : "Failed",
    outcome: result.outcome,
    retryable: result.error?.retryable ?? true,
    seen: result.seen ? seenOf(result.seen) : null,
    steps: result.steps.map(stepOf),
    prunedVersions: [...pruned],
    ...(message === undefined ? {} : { error: message.slice(0, 4_000) }),
  };
}

/** What was deployed and seen lets older keys go, by the keystore's rule. */
function settle(bench: Bench, item: WorkItem): readonly string[] {
  const owner = ownerOf(item);
  bench.keystore.markSeen(owner);
  return bench.keystore.prune(owner.certificateId, new Set());
}

const targetOf = (item: WorkItem) => ({
  id: item.targetId ?? "",
  kind: item.targetType ?? "",
  config: item.targetConfig ?? {},
});

const seenOf = (seen: Seen) => ({ ...seen, chain: [...seen.chain] });

const stepOf = (step: Step) => ({
  name: step.name,
  outcome: step.outcome,
  startedAt: step.startedAt,
  finishedAt: step.finishedAt,
  ...(step.detail === undefined ? {} : { detail: step.detail.slice(0, 4_000) }),
});

/** Looks at every endpoint of the target, without touching anything. */
async function look(
  bench: Bench,
  item: WorkItem,
  signal: AbortSignal,
): Promise<Partial<Report> & Pick<Report, "status">> {
  const entry = findTarget(item.targetType ?? "");
  if (!entry)
    throw new Problem("invalid-input", `this agent knows no target type ${item.targetType}`);
  const bound = (await entry.load()).bind(item.targetConfig ?? {});
  const expected = leafFingerprint(item.certificatePem ?? "");
  const seen: Seen[] = [];
  for (const endpoint of bound.judgement.endpoints) {
    const name = serverNameOf(endpoint, item.certificatePem ?? "");
    seen.push(await probe(endpoint, name, { clock: bench.clock, signal }));
  }
  const wrong = seen.find((it) => it.fingerprint !== expected);
  const shown = wrong ?? seen[0];
  if (!shown) {
    return {
      status: "Completed",
      outcome: "installed-not-seen",
      error: "the target names no endpoint to look at",
    };
  }
  const error = wrong && `${wrong.endpoint} serves another certificate: ${wrong.fingerprint}`;
  return {
    status: wrong ? "Failed" : "Completed",
    outcome: wrong ? "failed" : "deployed",
    retryable: false,
    seen: seenOf(shown),
    ...(error ? { error } : {}),
  };
}

async function test(
  bench: Bench,
  item: WorkItem,
  signal: AbortSignal,
): Promise<Partial<Report> & Pick<Report, "status">> {
  const checks = await bench.deployer.testConnection(targetOf(item), signal);
  const at = bench.clock.now();
  const failed = checks.filter((it) => !it.ok);
  return {
    status: failed.length === 0 ? "Completed" : "Failed",
    retryable: false,
    steps: checks.map((it) => ({
      name: it.name.slice(0, 64),
      outcome: it.ok ? ("done" as const) : ("failed" as const),
      detail: it.detail.slice(0, 4_000),
      startedAt: at,
      finishedAt: at,
    })),
    ...(failed.length > 0
      ? { error: failed.map((it) => `${it.name}: ${it.detail}`).join("; ") }
      : {}),
  };
}
