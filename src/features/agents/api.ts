/** Agents: joining, presence, retirement. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { Id } from "#base/id.ts";
import { listOf, listQuery, searchQuery } from "#base/page.ts";
import { Timestamp } from "#base/time.ts";
import { AgentId, AgentName, AgentStatus, AgentView, Dependencies, Metadata } from "./agent.ts";

const reading = {
  permission: "agents:read",
  scope: "team",
  effect: "read",
  answer: "json",
} as const;

export const agentsApi = {
  list: contract({
    name: "agents.list",
    summary: "List agents",
    method: "GET",
    path: "/api/v1/agents",
    ...reading,
    input: z.strictObject({
      ...listQuery(["name", "created_at", "last_heartbeat_at"]),
      ...searchQuery,
      status: AgentStatus.optional().meta({ title: "Status" }),
      platform: z
        .string()
        .max(129)
        .optional()
        .meta({ title: "Platform", description: "System and architecture: linux/amd64" }),
      version: z.string().max(64).optional().meta({ title: "Version" }),
      teamId: Id.optional().meta({ title: "Team" }),
    }),
    output: listOf(AgentView),
    problems: [],
    cli: { noun: "agents", verb: "list" },
  }),
  retired: contract({
    name: "agents.retired",
    summary: "List retired agents",
    method: "GET",
    path: "/api/v1/agents/retired",
    ...reading,
    input: z.strictObject({ ...listQuery(["name", "created_at"]), ...searchQuery }),
    output: listOf(AgentView),
    problems: [],
    cli: { noun: "agents", verb: "retired" },
  }),
  get: contract({
    name: "agents.get",
    summary: "Show one agent",
    method: "GET",
    path: "/api/v1/agents/:id",
    ...reading,
    input: z.strictObject({ id: Id }),
    output: AgentView,
    problems: ["not-found"],
    cli: { noun: "agents", verb: "get", positional: "id" },
  }),
  createJoinToken: contract({
    name: "agents.invite",
    summary: "Make a join token: single use, one hour",
    done: "A join token was made",
    description: "The answer holds the command to run on the new machine; the token is shown once.",
    method: "POST",
    path: "/api/v1/agents/join-tokens",
    permission: "agents:write",
    scope: "team",
    effect: "write",
    answer: "created",
    secret: true,
    input: z.strictObject({
      name: AgentName.optional(),
      teamId: Id.optional().meta({ title: "Team" }),
      expiresInMinutes: z
        .int()
        .min(1)
        .max(10_080)
        .default(60)
        .meta({ title: "Valid for (minutes)" }),
    }),
    output: z.object({
      id: z.string(),
      token: z.string(),
      expiresAt: Timestamp,
      caFingerprint: z.string(),
      command: z.string().meta({ title: "Run on the new machine" }),
    }),
    problems: ["forbidden"],
    cli: { noun: "agents", verb: "invite" },
  }),
  joinToken: contract({
    name: "agents.join-token",
    summary: "Show whether a join token was used, and by which agent",
    description: "Never the token itself.",
    method: "GET",
    path: "/api/v1/agents/join-tokens/:id",
    ...reading,
    input: z.strictObject({ id: Id }),
    output: z.object({
      id: z.string(),
      name: z.string().nullable().meta({ title: "The name the agent gets; null: its host's" }),
      expiresAt: Timestamp,
      usedAt: Timestamp.nullable(),
      agent: z.object({ id: z.string(), name: z.string() }).nullable(),
    }),
    problems: ["not-found"],
    cli: { noun: "agents", verb: "join-token", positional: "id" },
  }),
  dependencies: contract({
    name: "agents.dependencies",
    summary: "Count what hangs on an agent: targets, certificates, jobs that have not ended",
    method: "GET",
    path: "/api/v1/agents/:id/dependencies",
    ...reading,
    input: z.strictObject({ id: Id }),
    output: Dependencies,
    problems: ["not-found"],
    cli: { noun: "agents", verb: "dependencies", positional: "id" },
  }),
  trust: contract({
    name: "agents.trust",
    summary: "The trust anchors of this server",
    description:
      "Agents compare the fingerprint of the first with the one in their join command, and pin all of them.",
    method: "GET",
    path: "/api/v1/trust-anchors",
    permission: "public",
    scope: "global",
    effect: "read",
    answer: "json",
    machine: true,
    input: z.strictObject({}),
    output: z.object({ anchorsPem: z.array(z.string()), fingerprints: z.array(z.string()) }),
    problems: [],
  }),
  heartbeats: contract({
    name: "agents.heartbeats",
    summary: "In which hours an agent was heard of, at most a week back",
    method: "GET",
    path: "/api/v1/agents/:id/heartbeats",
    permission: "agents:read",
    scope: "team",
    effect: "read",
    answer: "json",
    input: z.strictObject({
      id: Id,
      hours: z
        .int()
        .min(1)
        .max(168)
        .default(24)
        .meta({ title: "Hours", description: "Default 24" }),
    }),
    output: z.object({
      data: z.array(
        z.object({
          hour: Timestamp,
          slots: z.array(z.int()).nullable().meta({
            title: "For each five minutes of the hour: 1 when it was heard of",
            description: "Null: it had not joined, or nothing was kept yet",
          }),
          heard: z.int().nullable().meta({ title: "How many of the slots" }),
        }),
      ),
      total: z.int(),
      slotSeconds: z.int(),
    }),
    problems: ["not-found"],
    cli: { noun: "agents", verb: "heartbeats", positional: "id" },
  }),
  join: contract({
    name: "agents.join",
    summary: "Turn a join token into an agent with its own credential",
    done: "{} was given its credential",
    method: "POST",
    path: "/api/v1/agents/join",
    permission: "public",
    scope: "global",
    effect: "write",
    answer: "created",
    secret: true,
    machine: true,
    input: z.strictObject({
      token: z.string().max(200).meta({ secret: true }),
      id: AgentId.optional(),
      name: AgentName.optional(),
      ...Metadata.shape,
      /** SubjectPublicKeyInfo, PEM: what target secrets are encrypted to. */
      encryptionKeyPem: z.string().max(4_000),
    }),
    output: z.object({
      id: z.string(),
      name: z.string(),
      credential: z.string(),
      anchorsPem: z.array(z.string()),
      heartbeatSeconds: z.int(),
    }),
    problems: ["forbidden", "already-exists"],
  }),
  heartbeat: contract({
    name: "agents.heartbeat",
    summary: "Tell that the agent lives, and what it is",
    method: "POST",
    path: "/api/v1/agents/:id/heartbeat",
    permission: "agent",
    scope: "global",
    effect: "direct",
    answer: "json",
    machine: true,
    input: z.strictObject({
      id: Id,
      ...Metadata.shape,
      /** `running` is all there is: what else was given out was lost with a process or on the way, and is offered again. */
      startedAnew: z.boolean().default(false),
      /** With `startedAnew`: the process is the one that polled, and what it does not hold never reached it. */
      answerLost: z.boolean().default(false),
      /** Jobs in hand with their lease tokens: their leases are extended. */
      running: z
        .array(z.strictObject({ jobId: Id, leaseToken: z.string().max(100) }))
        .max(200)
        .default([]),
    }),
    output: z.object({
      status: z.literal("ok"),
      anchorsPem: z.array(z.string()),
      /** Jobs to stop: cancelled, or given to somebody else. */
      lost: z.array(z.string()),
    }),
    problems: ["gone", "forbidden"],
  }),
  retire: contract({
    name: "agents.retire",
    summary: "Retire an agent; with force also what hangs on it",
    done: "{} was retired",
    method: "DELETE",
    path: "/api/v1/agents/:id",
    permission: "agents:write",
    scope: "team",
    effect: "write",
    answer: "json",
    emptyWhen: "alreadyRetired",
    input: z.strictObject({
      id: Id,
      force: z
        .boolean()
        .default(false)
        .meta({ title: "Retire its targets and cancel its jobs too" }),
      reason: z.string().trim().min(1).max(500).optional().meta({ title: "Reason" }),
    }),
    output: z.object({
      retiredAt: Timestamp,
      alreadyRetired: z.boolean(),
      cascade: z.boolean(),
      counts: Dependencies,
    }),
    problems: ["not-found", "forbidden", "blocked-by-dependencies", "invalid-input"],
    cli: { noun: "agents", verb: "retire", positional: "id" },
  }),
};
