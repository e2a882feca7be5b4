/** What the dashboard is made of: what needs a person, numbers with their history, strips and the feed. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { Timestamp } from "#base/time.ts";
import { CertificateStatus } from "../certificates/certificate.ts";
import { Attention } from "./attention.ts";

const reading = {
  method: "GET",
  permission: "system:read",
  scope: "team",
  effect: "read",
  answer: "json",
  problems: [],
} as const;

const Day = z.string().meta({ title: "Day (UTC)", description: "2026-11-23" });
const days = (usual: number) =>
  z
    .int()
    .min(1)
    .max(90)
    .default(usual)
    .meta({ title: "Days", description: `Default ${usual}` });
/** Where there is no row of that day, because no server ran when it ended, or it was before the first. */
const Level = z.int().nullable();

const Trend = z.object({
  now: z.int(),
  yesterday: Level.meta({ title: "When the day before ended" }),
  weekAgo: Level,
  monthAgo: Level.meta({ title: "30 days ago" }),
});
const Series = z.array(z.object({ date: Day, count: Level }));
const Share = z.object({ count: z.int(), of: z.int() });

export const Counts = z.object({
  certificates: Trend,
  certificatesByDay: Series,
  expiringUnplanned: Trend.meta({ title: "End within 14 days, and nothing will renew them" }),
  failing: Trend.meta({ title: "Certificates whose last renewal or issuance failed" }),
  expired: z.int(),
  revoked: z.int(),
  inOrder: z.int().meta({
    title: "Certificates that are valid, do not fail, and end later than in 14 days or are renewed",
  }),
  nextRenewalAt: Timestamp.nullable(),
  renewedAtFirst: Share.meta({ title: "Renewals that needed one attempt, in 30 days" }),
  issuedInADay: z.int().meta({ title: "Versions issued in the last 24 hours" }),
  renewalsByDay: z
    .array(z.object({ date: Day, count: z.int(), of: z.int() }))
    .meta({ title: "Renewals that needed one attempt, of those that ended, for 30 days" }),
  issuedByDay: Series.meta({ title: "Versions issued, for 30 days" }),
  inUse: Share.meta({ title: "Deployments that the last look saw, of all that should be in use" }),
  inUseThen: z.object({ yesterday: Share.nullable(), monthAgo: Share.nullable() }),
  asOf: Timestamp,
});
export type Counts = z.output<typeof Counts>;

export const Timeline = z.object({
  data: z.array(
    z.object({
      date: Day,
      count: z.int(),
      failing: z.int(),
      unplanned: z.int().meta({ title: "Nothing will renew them" }),
      planned: z.int().meta({ title: "Renewed by themselves" }),
    }),
  ),
  failing: z.int(),
  unplanned: z.int(),
  planned: z.int(),
  total: z.int(),
});
export type Timeline = z.output<typeof Timeline>;

export const JobTrends = z.object({
  data: z.array(
    z.object({
      date: Day,
      completedCount: z.int(),
      failedCount: z.int(),
      renewals: z.int().meta({ title: "Renewals that ended" }),
      renewalsAtFirst: z.int().meta({ title: "Those that needed one attempt" }),
    }),
  ),
  total: z.int(),
});
export type JobTrends = z.output<typeof JobTrends>;

export const IssuerStrip = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  enabled: z.boolean(),
  testStatus: z.enum(["untested", "success", "failed"]),
  testMessage: z.string().nullable(),
  lastTestedAt: Timestamp.nullable(),
  authority: z
    .object({
      id: z.string(),
      name: z.string(),
      state: z.string(),
      notBefore: Timestamp,
      notAfter: Timestamp,
    })
    .nullable()
    .meta({ title: "The authority of ours that issues for it" }),
  issued: z.int().meta({ title: "Versions it issued since the beginning" }),
  issuedInAMonth: z.int().meta({ title: "Versions it issued in 30 days" }),
});
export type IssuerStrip = z.output<typeof IssuerStrip>;

export const AgentGrouping = z.enum(["platform", "version", "team"]);
export type AgentGrouping = z.infer<typeof AgentGrouping>;

export const AgentStrip = z.object({
  group: z.string().meta({ title: "linux/amd64, a version, or a team's name" }),
  total: z.int(),
  inTouch: z.int(),
  versions: z.array(z.object({ version: z.string(), count: z.int() })),
  hours: z.array(
    z.object({
      hour: Timestamp,
      total: z.int().meta({ title: "Agents that had joined" }),
      heard: z.int().nullable().meta({ title: "Agents heard of; null: before history began" }),
    }),
  ),
});
export type AgentStrip = z.output<typeof AgentStrip>;

export const Happening = z.object({
  position: z.int(),
  type: z.string(),
  at: Timestamp,
  actor: z.object({ type: z.string(), name: z.string() }).nullable(),
  subject: z.object({ type: z.string(), id: z.string(), name: z.string() }),
  certificate: z
    .object({ id: z.string(), name: z.string() })
    .nullable()
    .meta({ title: "The certificate that a job was about" }),
  target: z.object({ id: z.string(), name: z.string() }).nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type Happening = z.output<typeof Happening>;

export const statsApi = {
  attention: contract({
    ...reading,
    name: "stats.attention",
    summary: "What needs a person, the most urgent first",
    path: "/api/v1/stats/attention",
    input: z.strictObject({
      limit: z.int().min(1).max(100).default(20).meta({ title: "At most" }),
    }),
    output: z.object({ data: z.array(Attention), total: z.int(), asOf: Timestamp }),
    cli: { noun: "stats", verb: "attention" },
  }),
  counts: contract({
    ...reading,
    name: "stats.counts",
    summary: "The numbers of the dashboard, each with what it was",
    path: "/api/v1/stats/counts",
    input: z.strictObject({}),
    output: Counts,
    cli: { noun: "stats", verb: "counts" },
  }),
  byStatus: contract({
    ...reading,
    name: "stats.certificates-by-status",
    summary: "Certificates by status",
    path: "/api/v1/stats/certificates-by-status",
    input: z.strictObject({}),
    output: z.object({
      data: z.array(z.object({ status: CertificateStatus, count: z.int() })),
      total: z.int(),
    }),
    cli: { noun: "stats", verb: "by-status" },
  }),
  expirationTimeline: contract({
    ...reading,
    name: "stats.expiration-timeline",
    summary: "Certificates by the day they end: failing, without a plan, renewed by themselves",
    path: "/api/v1/stats/expiration-timeline",
    input: z.strictObject({ days: days(90) }),
    output: Timeline,
    cli: { noun: "stats", verb: "expirations" },
  }),
  jobTrends: contract({
    ...reading,
    name: "stats.job-trends",
    summary: "Jobs that ended, and renewals that needed one attempt, by day",
    path: "/api/v1/stats/job-trends",
    input: z.strictObject({ days: days(30) }),
    output: JobTrends,
    cli: { noun: "stats", verb: "jobs" },
  }),
  issuanceRate: contract({
    ...reading,
    name: "stats.issuance-rate",
    summary: "Versions issued by day",
    path: "/api/v1/stats/issuance-rate",
    input: z.strictObject({ days: days(30) }),
    output: z.object({
      data: z.array(z.object({ date: Day, issuedCount: z.int() })),
      total: z.int(),
    }),
    cli: { noun: "stats", verb: "issuance" },
  }),
  issuers: contract({
    ...reading,
    name: "stats.issuers",
    summary: "Issuers: the authority behind each, its last test, what it issued",
    path: "/api/v1/stats/issuers",
    input: z.strictObject({}),
    output: z.object({ data: z.array(IssuerStrip), total: z.int() }),
    cli: { noun: "stats", verb: "issuers" },
  }),
  agents: contract({
    ...reading,
    name: "stats.agents",
    summary:
      "Agents by platform, version or team: how many are in touch, and were in each of 24 hours",
    path: "/api/v1/stats/agents",
    input: z.strictObject({ by: AgentGrouping.default("platform").meta({ title: "By" }) }),
    output: z.object({ data: z.array(AgentStrip), total: z.int(), inTouch: z.int() }),
    cli: { noun: "stats", verb: "agents" },
  }),
  feed: contract({
    ...reading,
    name: "stats.feed",
    summary: "What happened, the latest first, with names instead of ids",
    path: "/api/v1/stats/feed",
    input: z.strictObject({
      limit: z.int().min(1).max(200).default(20).meta({ title: "At most" }),
      before: z.int().min(1).optional().meta({
        title: "Before this position",
        description: "`next` of the answer before; empty: the latest",
      }),
    }),
    output: z.object({
      data: z.array(Happening),
      next: z.int().nullable().meta({ title: "Where the older ones begin" }),
    }),
    cli: { noun: "stats", verb: "feed" },
  }),
};
