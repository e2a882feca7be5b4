/** Deployments: one version on one target. "Deployed" is said only when the served certificate was seen. */
import { z } from "zod";
import { Id } from "#base/id.ts";
import { Timestamp } from "#base/time.ts";
import { JobType } from "#jobs/state.ts";

/** `Superseded` is not stored: it follows from what was put in place at the same target later. */
export const DeploymentState = z.enum([
  "Pending",
  "Deployed",
  "InstalledNotSeen",
  "Superseded",
  "RolledBack",
  "Failed",
]);
export type DeploymentState = z.infer<typeof DeploymentState>;
export type StoredState = Exclude<DeploymentState, "Superseded">;

const installed: ReadonlySet<StoredState> = new Set(["Deployed", "InstalledNotSeen"]);

/** Is the version in place now, by what was done? A look that saw nothing has put nothing in place. */
export const isPutInPlace = (state: StoredState, how: "deployment" | "look"): boolean =>
  how === "deployment" ? installed.has(state) : state === "Deployed";

/** What is said of a deployment: nothing is deployed any more where something else was put in place later. */
export const statedAs = (stored: StoredState, isOvertaken: boolean): DeploymentState =>
  isOvertaken && installed.has(stored) ? "Superseded" : stored;

export const DeploymentView = z.object({
  id: z.string(),
  certificateId: z.string(),
  versionId: z.string(),
  serialNumber: z.string(),
  notAfter: Timestamp,
  /** Is it the current version that was deployed? */
  isCurrent: z.boolean(),
  targetId: z.string(),
  targetName: z.string(),
  targetType: z.string(),
  agentId: z.string(),
  state: DeploymentState,
  message: z.string().nullable(),
  seenAt: Timestamp.nullable(),
  seenFingerprint: z.string().nullable(),
  seenChain: z.array(z.string()).nullable(),
  tlsVersion: z.string().nullable(),
  installedAt: Timestamp.nullable(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type DeploymentView = z.output<typeof DeploymentView>;

/** What an endpoint presented, as the agent reports it. */
export const SeenReport = z.strictObject({
  endpoint: z.string().max(300),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  chain: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(20),
  tlsVersion: z.string().max(20),
  at: Timestamp,
});

export const StepReport = z.strictObject({
  name: z.string().max(64),
  outcome: z.enum(["done", "warning", "failed"]),
  detail: z.string().max(4_000).optional(),
  startedAt: Timestamp,
  finishedAt: Timestamp,
});

export const Outcome = z.enum([
  "deployed",
  "unchanged",
  "installed-not-seen",
  "rolled-back",
  "failed",
]);
export type Outcome = z.infer<typeof Outcome>;

/** One thing for the agent to do. */
export const WorkItem = z.object({
  id: Id,
  type: JobType,
  action: z.enum(["csr", "deploy", "test", "probe"]),
  status: z.string(),
  /** Only for work that is claimed: the report must name it. */
  leaseToken: z.string().nullable(),
  certificateId: z.string().nullable(),
  versionId: z.string().nullable(),
  commonName: z.string().nullable(),
  sans: z.array(z.string()),
  keyAlgorithm: z.string().nullable(),
  mustStaple: z.boolean(),
  targetId: z.string().nullable(),
  targetType: z.string().nullable(),
  targetConfig: z.record(z.string(), z.unknown()).nullable(),
  certificatePem: z.string().nullable(),
  chainPem: z.string().nullable(),
});
export type WorkItem = z.output<typeof WorkItem>;

const states: Readonly<Record<Outcome, StoredState>> = {
  deployed: "Deployed",
  unchanged: "Deployed",
  "installed-not-seen": "InstalledNotSeen",
  "rolled-back": "RolledBack",
  failed: "Failed",
};

/** "Deployed" needs the evidence: an outcome of success without a look at the served leaf is *installed, not seen*. */
export function stateOf(outcome: Outcome, seen: string | undefined, expected: string): StoredState {
  const state = states[outcome];
  return state === "Deployed" && seen !== expected ? "InstalledNotSeen" : state;
}
