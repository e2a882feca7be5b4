/** Jobs, approvals of jobs, and what recurs. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { Id } from "#base/id.ts";
import { boundedListOf, countQuery, listOf, listQuery, searchQuery } from "#base/page.ts";
import { JobState, JobType } from "#jobs/state.ts";
import { ItemState, ItemView } from "../bulk/answer.ts";
import { JobDetail, JobView, ScheduleView } from "./job-view.ts";

const named = <T extends string>(options: readonly T[], title: string) =>
  z
    .string()
    .refine((it) => options.some((option) => option.toLowerCase() === it.toLowerCase()), {
      error: `must be one of ${options.join(", ")}`,
    })
    .meta({ title, options });

const acting = {
  method: "POST",
  scope: "team",
  effect: "write",
  answer: "json",
  permission: "jobs:write",
} as const;
const byId = z.strictObject({ id: Id });

export const workApi = {
  list: contract({
    name: "jobs.list",
    summary: "List jobs",
    method: "GET",
    path: "/api/v1/jobs",
    permission: "jobs:read",
    scope: "team",
    effect: "read",
    answer: "json",
    input: z.strictObject({
      ...listQuery(["-created_at", "updated_at"]),
      ...countQuery,
      q: searchQuery.q.meta({ title: "Job id" }),
      status: named(JobState.options, "Status").optional(),
      type: named(JobType.options, "Type").optional(),
      certificateId: Id.optional().meta({ title: "Certificate" }),
      agentId: Id.optional().meta({ title: "Agent" }),
      targetId: Id.optional().meta({ title: "Target" }),
    }),
    output: boundedListOf(JobView),
    problems: [],
    cli: { noun: "jobs", verb: "list" },
  }),
  get: contract({
    name: "jobs.get",
    summary: "Show one job with its steps",
    method: "GET",
    path: "/api/v1/jobs/:id",
    permission: "jobs:read",
    scope: "team",
    effect: "read",
    answer: "json",
    input: byId,
    output: JobDetail,
    problems: ["not-found"],
    cli: { noun: "jobs", verb: "get", positional: "id" },
  }),
  cancel: contract({
    name: "jobs.cancel",
    summary: "Cancel a job; a running one is asked to stop",
    path: "/api/v1/jobs/:id/cancel",
    ...acting,
    input: byId,
    output: JobView,
    problems: ["not-found", "wrong-state"],
    cli: { noun: "jobs", verb: "cancel", positional: "id" },
  }),
  retry: contract({
    name: "jobs.retry",
    summary: "Try a failed job again, or one that waits for its next attempt now",
    path: "/api/v1/jobs/:id/retry",
    ...acting,
    input: byId,
    output: JobView,
    problems: ["not-found", "wrong-state"],
    cli: { noun: "jobs", verb: "retry", positional: "id" },
  }),
  pause: contract({
    name: "jobs.pause",
    summary: "Pause bulk work between two of its items",
    path: "/api/v1/jobs/:id/pause",
    ...acting,
    input: byId,
    output: JobView,
    problems: ["not-found", "wrong-state"],
    cli: { noun: "jobs", verb: "pause", positional: "id" },
  }),
  resume: contract({
    name: "jobs.resume",
    summary: "Go on with a paused job",
    path: "/api/v1/jobs/:id/resume",
    ...acting,
    input: byId,
    output: JobView,
    problems: ["not-found", "wrong-state"],
    cli: { noun: "jobs", verb: "resume", positional: "id" },
  }),
  items: contract({
    name: "jobs.items",
    summary: "List what a bulk job is about, with a result each",
    method: "GET",
    path: "/api/v1/jobs/:id/items",
    permission: "jobs:read",
    scope: "team",
    effect: "read",
    answer: "json",
    input: z.strictObject({
      id: Id,
      ...listQuery(["position"]),
      status: ItemState.optional().meta({ title: "Status" }),
    }),
    output: listOf(ItemView),
    problems: ["not-found"],
    cli: { noun: "jobs", verb: "items", positional: "id" },
  }),
  approve: contract({
    name: "jobs.approve",
    summary: "Approve what a job waits to do; never one's own",
    path: "/api/v1/jobs/:id/approve",
    ...acting,
    aliases: ["/api/v1/approvals/:id/approve"],
    permission: "jobs:approve",
    input: z.strictObject({
      id: Id,
      note: z.string().max(1_000).optional().meta({ title: "Note" }),
    }),
    output: JobView,
    problems: ["not-found", "wrong-state", "forbidden"],
    cli: { noun: "jobs", verb: "approve", positional: "id" },
  }),
  reject: contract({
    name: "jobs.reject",
    summary: "Reject what a job waits to do",
    path: "/api/v1/jobs/:id/reject",
    ...acting,
    aliases: ["/api/v1/approvals/:id/reject"],
    permission: "jobs:approve",
    input: z.strictObject({
      id: Id,
      note: z.string().max(1_000).optional().meta({ title: "Note" }),
    }),
    output: JobView,
    problems: ["not-found", "wrong-state", "forbidden"],
    cli: { noun: "jobs", verb: "reject", positional: "id" },
  }),
  schedules: contract({
    name: "schedules.list",
    summary: "List what recurs: last run, result, next run",
    method: "GET",
    path: "/api/v1/schedules",
    permission: "schedules:read",
    scope: "shared",
    effect: "read",
    answer: "json",
    input: z.strictObject({}),
    output: z.object({ data: z.array(ScheduleView), total: z.int() }),
    problems: [],
    cli: { noun: "schedules", verb: "list" },
  }),
  runSchedule: contract({
    name: "schedules.run",
    summary: "Run a recurring row now",
    method: "POST",
    path: "/api/v1/schedules/:name/run",
    permission: "schedules:run",
    scope: "shared",
    effect: "write",
    answer: "accepted",
    input: z.strictObject({ name: z.string().max(64) }),
    output: z.object({ name: z.string(), status: z.literal("requested") }),
    problems: ["not-found"],
    cli: { noun: "schedules", verb: "run", positional: "name" },
  }),
};
