/** A job in words: what it is about, how it stands, what its steps and results are called. Pure. */
import { toTitle } from "#base/case.ts";
import type { StepName } from "#connectors/host.ts";
import { contracts } from "#features/apis.ts";
import type { JobDetail, JobView } from "#features/work/job-view.ts";
import { grouped } from "../list-table.tsx";
import type { NamedKind, Names } from "../reference.tsx";

export const contractOf = (job: JobDetail) => contracts.find((it) => it.name === job.operation);

/** What is done, and with what. An id stands for what has no name any more, or may not be seen. */
export function titleOf(job: JobDetail, names: Names): string {
  const contract = contractOf(job);
  const named = (kind: NamedKind, id: string | null): string | undefined =>
    id === null ? undefined : (names[kind]?.get(id) ?? id);
  const certificate = named("certificate", job.certificateId) ?? commonNameIn(job);
  const target = named("target", job.targetId);
  if (contract && certificate === undefined) return contract.summary.replace(/[:;,] .*$/, "");
  if (job.kind === "targets.test") return target === undefined ? "Test" : `Test of ${target}`;
  const what = certificate === undefined ? job.type : `${job.type} of ${certificate}`;
  if (target === undefined) return what;
  return `${what} ${job.type === "Deployment" ? "to" : "on"} ${target}`;
}

/** Of what is not there before it is approved. */
function commonNameIn({ evidence }: JobDetail): string | undefined {
  const name = evidence?.["commonName"];
  return typeof name === "string" && name !== "" ? name : undefined;
}

export interface Standing {
  /** A state that `Status` knows. */
  readonly of: string;
  readonly label?: string;
}

/** Work through many things has not gone well where some of them failed. */
export function standingOf({ status, result }: Pick<JobView, "status" | "result">): Standing {
  const failed = result?.["total_failed"];
  const all = result?.["total_matched"];
  if (status !== "Completed" || typeof failed !== "number" || failed === 0) return { of: status };
  const of = typeof all === "number" ? ` of ${grouped(all)}` : "";
  return { of: "Failed", label: `Completed, ${grouped(failed)}${of} failed` };
}

type ServerStep = "ask" | "request" | "prepare" | "check" | "issue";

const steps: Readonly<Record<StepName | ServerStep, string>> = {
  ask: "The agent was asked for a signing request",
  request: "Signing request of the agent",
  prepare: "Preparation",
  check: "Check of names, key and validity",
  issue: "Issuance",
  stage: "New files laid out",
  unchanged: "In place already",
  validate: "Test of the configuration",
  exchange: "Files put in place",
  reload: "Reload of the service",
  verify: "Look at what is served",
  rollback: "Everything put back as it was",
};

/** A test names what it looked at: these names are words already. */
export const stepWords = (name: string): string =>
  Object.hasOwn(steps, name) ? steps[name as keyof typeof steps] : name;

const results: Readonly<Record<string, string>> = {
  version_id: "Version",
  outcome: "Outcome",
  seen: "Certificate seen (SHA-256)",
  id: "Done with",
};

/** What came of it, as titles and texts. What became of many things stands with them. */
export function resultsOf(job: Pick<JobView, "result">): readonly (readonly [string, string])[] {
  return Object.entries(job.result ?? {})
    .filter(([key, value]) => value !== null && !key.startsWith("total_"))
    .map(([key, value]) => [
      results[key] ?? toTitle(key),
      typeof value === "object" ? JSON.stringify(value) : String(value),
    ]);
}

/** What an agent takes by itself; all else that is due waits for a worker of the server. */
const ofAgents: ReadonlySet<string> = new Set([
  "deployments.deploy",
  "deployments.probe",
  "targets.test",
]);

/** Only its agent can go on with it. */
export const waitsForAgent = ({ status, kind }: Pick<JobView, "status" | "kind">): boolean =>
  status === "AwaitingCSR" || (status === "Pending" && ofAgents.has(kind));
