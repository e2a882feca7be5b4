/** The life of a job, as a table. The SQL, the pages, the metrics and the docs' diagram all read this. */
import { z } from "zod";
import { machine } from "#base/machine.ts";

export const JobState = z.enum([
  "Pending",
  "AwaitingCSR",
  "AwaitingApproval",
  "Running",
  "Paused",
  "Completed",
  "Failed",
  "Cancelled",
]);
export type JobState = z.infer<typeof JobState>;

export const JobType = z.enum(["Issuance", "Renewal", "Deployment", "Validation", "Bulk"]);
export type JobType = z.infer<typeof JobType>;

export type JobEvent =
  | "claim"
  | "submit"
  | "approve"
  | "reject"
  | "timeOut"
  | "succeed"
  | "retry"
  | "giveUp"
  | "cancel"
  | "leaseExpired"
  | "awaitCsr"
  | "pause"
  | "resume";

/** Every transition that exists. A job waiting for its next attempt is Pending with a later `run_after`. */
export const transitions = {
  Pending: { claim: "Running", cancel: "Cancelled", timeOut: "Failed", pause: "Paused" },
  AwaitingCSR: {
    submit: "Pending",
    succeed: "Completed",
    giveUp: "Failed",
    timeOut: "Failed",
    cancel: "Cancelled",
  },
  AwaitingApproval: {
    approve: "Pending",
    awaitCsr: "AwaitingCSR",
    reject: "Cancelled",
    timeOut: "Failed",
    cancel: "Cancelled",
  },
  Running: {
    succeed: "Completed",
    retry: "Pending",
    giveUp: "Failed",
    cancel: "Cancelled",
    leaseExpired: "Pending",
    awaitCsr: "AwaitingCSR",
    timeOut: "Failed",
    pause: "Paused",
  },
  Paused: { resume: "Pending", cancel: "Cancelled" },
  Failed: { retry: "Pending" },
  Completed: {},
  Cancelled: {},
} as const satisfies Record<JobState, Partial<Record<JobEvent, JobState>>>;

export const jobMachine = machine<JobState, JobEvent>(transitions);

/** States in which a job still has something to do; the dedupe index covers these. */
export const activeStates: readonly JobState[] = [
  "Pending",
  "AwaitingCSR",
  "AwaitingApproval",
  "Running",
  "Paused",
];
