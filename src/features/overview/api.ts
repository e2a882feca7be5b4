/** The state of the installation in numbers. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { ByteStream } from "#base/stream.ts";
import { Timestamp } from "#base/time.ts";

export const Summary = z.object({
  totalCertificates: z.int(),
  expiringCertificates: z.int(),
  expiredCertificates: z.int(),
  revokedCertificates: z.int(),
  failedCertificates: z.int(),
  activeAgents: z.int(),
  offlineAgents: z.int(),
  totalAgents: z.int(),
  pendingJobs: z.int(),
  failedJobs: z.int(),
  completeJobs: z.int(),
  completedAt: Timestamp,
});
export type Summary = z.output<typeof Summary>;

const reading = {
  method: "GET",
  permission: "system:read",
  scope: "shared",
  effect: "read",
  problems: [],
} as const;

export const overviewApi = {
  version: contract({
    ...reading,
    name: "system.version",
    summary: "The version of the server",
    path: "/api/v1/version",
    permission: "public",
    answer: "json",
    input: z.strictObject({}),
    output: z.object({
      version: z.string(),
      commit: z.string(),
      modified: z.boolean(),
      buildTime: z.string(),
      runtime: z.string(),
      database: z.string(),
    }),
    cli: { noun: "server", verb: "version" },
  }),
  summary: contract({
    ...reading,
    name: "stats.summary",
    summary: "Certificates, agents and jobs in numbers",
    path: "/api/v1/stats/summary",
    scope: "team",
    answer: "json",
    input: z.strictObject({}),
    output: Summary,
    cli: { noun: "server", verb: "summary" },
  }),
  metrics: contract({
    ...reading,
    name: "system.metrics",
    summary: "Gauges, counters and uptime as JSON",
    path: "/api/v1/metrics",
    answer: "json",
    input: z.strictObject({}),
    output: z.object({
      gauges: z.record(z.string(), z.number()),
      counters: z.record(z.string(), z.number()),
      uptimeSeconds: z.number(),
      collectedAt: Timestamp,
    }),
    cli: { noun: "server", verb: "metrics" },
  }),
  prometheus: contract({
    ...reading,
    name: "system.prometheus",
    summary: "Metrics in the Prometheus text format",
    path: "/api/v1/metrics/prometheus",
    answer: { stream: ["text/plain; version=0.0.4"] },
    input: z.strictObject({}),
    output: ByteStream,
  }),
};
