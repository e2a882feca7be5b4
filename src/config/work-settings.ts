/** Settings of jobs and of what recurs. */
import { days, hours, seconds } from "#base/time.ts";
import type { Setting } from "./setting.ts";
import { duration, whole } from "./text.ts";

const Interval = duration(seconds(1), days(365));
const TimeOut = duration(seconds(1), days(365));

export const workSettings = [
  {
    key: "CERTCTL_RENEWAL_CONCURRENCY",
    property: "renewalConcurrency",
    schema: whole(1, 1_000),
    default: "25",
    summary: "Jobs that this process runs at once.",
    effect: "restart",
  },
  {
    key: "CERTCTL_JOB_LEASE",
    property: "jobLease",
    schema: duration(seconds(3), hours(1)),
    default: "1m",
    summary: "A worker that is silent for so long loses its jobs to others.",
    effect: "restart",
  },
  {
    key: "CERTCTL_JOB_AWAITING_CSR_TIMEOUT",
    property: "jobAwaitingCsrTimeout",
    schema: TimeOut,
    default: "24h",
    summary: "How long a job waits for an agent's signing request.",
    effect: "restart",
  },
  {
    key: "CERTCTL_JOB_AWAITING_APPROVAL_TIMEOUT",
    property: "jobAwaitingApprovalTimeout",
    schema: TimeOut,
    default: "168h",
    summary: "How long a job waits for approval.",
    effect: "restart",
  },
  {
    key: "CERTCTL_SCHEDULER_RENEWAL_CHECK_INTERVAL",
    property: "schedulerRenewalCheckInterval",
    schema: Interval,
    default: "1h",
    summary: "How often certificates that are due for renewal are looked for.",
    effect: "restart",
  },
  {
    key: "CERTCTL_SCHEDULER_JOB_PROCESSOR_INTERVAL",
    property: "schedulerJobProcessorInterval",
    schema: Interval,
    default: "30s",
    summary: "How often workers are woken in case a wake-up call was lost.",
    effect: "restart",
  },
  {
    key: "CERTCTL_SCHEDULER_RETRY_INTERVAL",
    property: "schedulerRetryInterval",
    schema: Interval,
    default: "5m",
    summary: "How often jobs of silent workers and agents are taken back.",
    effect: "restart",
  },
  {
    key: "CERTCTL_JOB_TIMEOUT_INTERVAL",
    property: "jobTimeoutInterval",
    schema: Interval,
    default: "10m",
    summary: "How often jobs that waited too long are ended.",
    effect: "restart",
  },
  {
    key: "CERTCTL_SCHEDULER_AGENT_HEALTH_CHECK_INTERVAL",
    property: "schedulerAgentHealthCheckInterval",
    schema: Interval,
    default: "2m",
    summary: "How often agents that fell silent or came back are announced.",
    effect: "restart",
  },
  {
    key: "CERTCTL_SHORT_LIVED_EXPIRY_CHECK_INTERVAL",
    property: "shortLivedExpiryCheckInterval",
    schema: Interval,
    default: "30s",
    summary: "How often certificates that expired are announced.",
    effect: "restart",
  },
  {
    key: "CERTCTL_SESSION_CLEANUP_INTERVAL",
    property: "sessionCleanupInterval",
    schema: Interval,
    default: "1h",
    summary: "How often ended sessions are forgotten.",
    effect: "restart",
  },
  {
    key: "CERTCTL_IDEMPOTENCY_CLEANUP_INTERVAL",
    property: "idempotencyCleanupInterval",
    schema: Interval,
    default: "1h",
    summary: "How often idempotency keys older than a day are forgotten.",
    effect: "restart",
  },
  {
    key: "CERTCTL_CHALLENGE_CLEANUP_INTERVAL",
    property: "challengeCleanupInterval",
    schema: Interval,
    default: "1h",
    summary: "How often answers to ACME challenges that are over are forgotten.",
    effect: "restart",
  },
  {
    key: "CERTCTL_EVENT_CLEANUP_INTERVAL",
    property: "eventCleanupInterval",
    schema: Interval,
    default: "1h",
    summary: "How often events older than a week are forgotten; the audit trail keeps its own.",
    effect: "restart",
  },
] as const satisfies readonly Setting[];
