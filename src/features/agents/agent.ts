/** Agents: their identity, presence and retirement. Schemas and pure rules. */
import { z } from "zod";
import { Id } from "#base/id.ts";
import { type Instant, type Milliseconds, seconds, Timestamp } from "#base/time.ts";

export const heartbeatInterval: Milliseconds = seconds(60);
/** Offline after three missed heartbeats. */
export const offlineAfter: Milliseconds = 3 * heartbeatInterval;

/** Ids that stand for parts of the server, not for machines: they cannot join and cannot be retired. */
export const sentinels: readonly string[] = [
  "server-scanner",
  "cloud-aws-sm",
  "cloud-azure-kv",
  "cloud-gcp-sm",
];

export const AgentStatus = z.enum(["Online", "Offline", "Retired"]);
export type AgentStatus = z.infer<typeof AgentStatus>;

const Text = (length: number) => z.string().max(length);

/** What an agent says of itself. */
export const Metadata = z.strictObject({
  hostname: Text(255),
  os: Text(64),
  architecture: Text(64),
  ipAddress: Text(64),
  version: Text(64),
  capabilities: z.array(Text(64)).max(64).default([]),
});
export type Metadata = z.output<typeof Metadata>;

export const AgentView = z.object({
  id: z.string(),
  name: z.string(),
  teamId: z.string().nullable(),
  status: AgentStatus,
  ...Metadata.shape,
  lastHeartbeatAt: Timestamp.nullable(),
  registeredAt: Timestamp,
  retiredAt: Timestamp.nullable(),
  retiredReason: z.string().nullable(),
  revision: z.int(),
});
export type AgentView = z.output<typeof AgentView>;

export const AgentName = z
  .string()
  .trim()
  .min(1)
  .max(128)
  .meta({ title: "Name", description: "Empty: the host's name" });

/** What hangs on an agent, as the wire counts it. */
export const Dependencies = z.object({
  activeTargets: z.int(),
  activeCertificates: z.int(),
  pendingJobs: z.int(),
});
export type Dependencies = z.output<typeof Dependencies>;

export const AgentId = Id.refine((id) => !sentinels.includes(id), {
  error: "is reserved for a part of the server",
});

/** Presence follows from the last heartbeat; nothing sweeps it. */
export function statusOf(
  agent: { readonly lastHeartbeatAt: Instant | null; readonly retiredAt: Instant | null },
  now: Instant,
): AgentStatus {
  if (agent.retiredAt !== null) return "Retired";
  const heard = agent.lastHeartbeatAt;
  return heard !== null && now - heard <= offlineAfter ? "Online" : "Offline";
}
