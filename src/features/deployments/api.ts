/** Deploying, and the agents' side of work: poll, report. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { Id } from "#base/id.ts";
import { listOf, listQuery } from "#base/page.ts";
import { DeploymentView, Outcome, SeenReport, StepReport, WorkItem } from "./deployment.ts";

const writing = {
  method: "POST",
  permission: "certificates:write",
  scope: "team",
  effect: "write",
  answer: "accepted",
} as const;

const Jobs = z.object({
  status: z.literal("deployment_triggered"),
  jobIds: z.array(z.string()),
  jobId: z.string().nullable(),
  jobUrl: z.string().nullable(),
});

const Skipped = z.object({ targetId: z.string(), reason: z.string() });

export const deploymentsApi = {
  list: contract({
    name: "deployments.list",
    summary: "List where a certificate is, and what was seen there",
    method: "GET",
    path: "/api/v1/certificates/:id/deployments",
    permission: "certificates:read",
    scope: "team",
    effect: "read",
    answer: "json",
    input: z.strictObject({
      id: Id,
      inPlace: z
        .boolean()
        .optional()
        .meta({ title: "In place", description: "Only what was put in place last, by target" }),
      ...listQuery(["-created_at"]),
    }),
    output: listOf(DeploymentView),
    problems: ["not-found"],
    cli: { noun: "certs", verb: "deployments", positional: "id" },
  }),
  atTarget: contract({
    name: "targets.deployments",
    summary: "List what was deployed to a target, and what was seen there",
    method: "GET",
    path: "/api/v1/targets/:id/deployments",
    permission: "certificates:read",
    scope: "team",
    effect: "read",
    answer: "json",
    input: z.strictObject({
      id: Id,
      inPlace: z.boolean().optional().meta({
        title: "In place",
        description: "Only what was put in place last, by certificate",
      }),
      ...listQuery(["-created_at"]),
    }),
    output: listOf(DeploymentView),
    problems: ["not-found"],
    cli: { noun: "targets", verb: "deployments", positional: "id" },
  }),
  deploy: contract({
    name: "certificates.deploy",
    summary: "Deploy the current versions now, to all targets or to one",
    done: "The deployment of {} was asked for",
    path: "/api/v1/certificates/:id/deploy",
    ...writing,
    input: z.strictObject({
      id: Id,
      targetId: Id.optional().meta({ title: "Target", description: "Empty: all" }),
    }),
    output: Jobs.extend({ skipped: z.array(Skipped) }),
    problems: ["not-found", "wrong-state"],
    cli: { noun: "certs", verb: "deploy", positional: "id" },
  }),
  redeploy: contract({
    name: "certificates.redeploy",
    summary: "Deploy an earlier version, whose key the agent still has",
    done: "The deployment of an earlier version of {} was asked for",
    path: "/api/v1/certificates/:id/versions/:versionId/redeploy",
    ...writing,
    input: z.strictObject({ id: Id, versionId: Id }),
    output: Jobs,
    problems: ["not-found", "wrong-state"],
    cli: { noun: "certs", verb: "redeploy", positional: "id" },
  }),
  validate: contract({
    name: "certificates.validate",
    summary: "Look now at what every target of a certificate serves",
    done: "A look at the targets of {} was asked for",
    path: "/api/v1/certificates/:id/validate",
    ...writing,
    input: z.strictObject({ id: Id }),
    output: Jobs,
    problems: ["not-found", "wrong-state"],
    cli: { noun: "certs", verb: "validate", positional: "id" },
  }),
  work: contract({
    name: "agents.work",
    summary: "Take work; answers when there is some, at most 30 seconds later",
    method: "GET",
    path: "/api/v1/agents/:id/work",
    permission: "agent",
    scope: "global",
    effect: "direct",
    answer: "json",
    machine: true,
    patience: 40_000,
    input: z.strictObject({ id: Id, wait: z.int().min(0).max(30).default(0) }),
    output: z.object({ jobs: z.array(WorkItem), count: z.int() }),
    problems: ["gone", "forbidden"],
  }),
  report: contract({
    name: "agents.report",
    summary: "Tell how a job ended",
    done: "A result was reported",
    method: "POST",
    path: "/api/v1/agents/:id/jobs/:jobId/status",
    permission: "agent",
    scope: "global",
    effect: "write",
    answer: "json",
    machine: true,
    input: z.strictObject({
      id: Id,
      jobId: Id,
      status: z.enum(["Completed", "Failed"]),
      leaseToken: z.string().max(100).nullable().default(null),
      error: z.string().max(4_000).optional(),
      /** Another attempt may help. */
      retryable: z.boolean().default(true),
      outcome: Outcome.optional(),
      seen: SeenReport.nullable().default(null),
      steps: z.array(StepReport).max(50).default([]),
      /** Versions whose keys the agent has removed. */
      prunedVersions: z.array(Id).max(200).default([]),
    }),
    output: z.object({ status: z.literal("updated"), counted: z.boolean() }),
    problems: ["not-found", "forbidden", "wrong-state"],
  }),
};
