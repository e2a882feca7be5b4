/** Jobs and schedules as they are shown. */
import { z } from "zod";
import { Timestamp } from "#base/time.ts";
import { JobState, JobType } from "#jobs/state.ts";
import { ItemCounts } from "../bulk/answer.ts";

export const JobView = z.object({
  id: z.string(),
  kind: z.string(),
  type: JobType,
  status: JobState,
  certificateId: z.string().nullable(),
  targetId: z.string().nullable(),
  agentId: z.string().nullable(),
  issuerId: z.string().nullable(),
  attempts: z.int(),
  maxAttempts: z.int(),
  lastError: z.string().nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
  requestedBy: z.string(),
  runAfter: Timestamp.meta({ title: "Next attempt" }),
  deadline: Timestamp.nullable(),
  startedAt: Timestamp.nullable(),
  completedAt: Timestamp.nullable(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type JobView = z.output<typeof JobView>;

export const StepView = z.object({
  attempt: z.int(),
  name: z.string(),
  outcome: z.string(),
  detail: z.string().nullable(),
  startedAt: Timestamp,
  endedAt: Timestamp,
});

export const DecisionView = z.object({
  id: z.string(),
  decision: z.enum(["approved", "rejected"]),
  decidedBy: z.string(),
  note: z.string().nullable(),
  createdAt: Timestamp,
});

export const JobDetail = z.object({
  ...JobView.shape,
  steps: z.array(StepView),
  decisions: z.array(DecisionView),
  /** The operation that was asked for, when it runs as a job: after its approval, or for each of many things. */
  operation: z.string().nullable(),
  /** Of bulk work: what becomes of each item. */
  change: z.record(z.string(), z.unknown()).nullable(),
  /** Of bulk work only. */
  items: ItemCounts.nullable(),
  /** The caller may approve or reject it. */
  mayDecide: z.boolean(),
  /** How many have to agree; null: it waits for nobody. */
  approversNeeded: z.int().nullable(),
  /** What an approver must know; only for jobs that wait for approval. */
  evidence: z.record(z.string(), z.unknown()).nullable(),
});
export type JobDetail = z.output<typeof JobDetail>;

export const ScheduleView = z.object({
  name: z.string(),
  summary: z.string(),
  intervalSeconds: z.int(),
  setting: z.string(),
  nextRunAt: Timestamp,
  lastStartedAt: Timestamp.nullable(),
  lastDurationMs: z.int().nullable(),
  lastOutcome: z.string().nullable(),
  lastMessage: z.string().nullable(),
  running: z.boolean(),
});
export type ScheduleView = z.output<typeof ScheduleView>;
