/** The operations that the dashboard is made of. */
import { countByStatus } from "../certificates/list-queries.ts";
import { bind, type Operation, read } from "../handler.ts";
import { byUrgency } from "./attention.ts";
import { expired, failing, unplanned } from "./attention-certificates.ts";
import { unused } from "./attention-deployments.ts";
import { endingAuthorities, failedIssuers, silentAgents } from "./attention-fleet.ts";
import { approvals, failedJobs, failedSchedules, ownRequests } from "./attention-work.ts";
import { countsOf, issuanceOf, jobTrendsOf, timelineOf } from "./counts.ts";
import { feedOf } from "./feed.ts";
import { helperOf } from "./help.ts";
import { statsApi } from "./stats-api.ts";
import { agentsOf, issuersOf } from "./strips.ts";

const attention = read(statsApi.attention, async (ctx, { limit }) => {
  const now = ctx.clock.now();
  const help = helperOf(ctx);
  const found = await Promise.all([
    expired(ctx, now, help),
    failing(ctx, now, help),
    unused(ctx, help),
    silentAgents(ctx, now),
    failedIssuers(ctx, help),
    endingAuthorities(ctx, now),
    unplanned(ctx, now, help),
    failedJobs(ctx, now, help),
    failedSchedules(ctx, help),
    approvals(ctx, help),
    ownRequests(ctx, help),
  ]);
  const all = found.flat().sort(byUrgency);
  return { data: all.slice(0, limit), total: all.length, asOf: now };
});

const counts = read(statsApi.counts, countsOf);
const byStatus = read(statsApi.byStatus, async (ctx) => {
  const data = await countByStatus(ctx.scanner, ctx.scope, ctx.clock.now());
  return { data: [...data], total: data.reduce((n, it) => n + it.count, 0) };
});
const expirationTimeline = read(statsApi.expirationTimeline, (ctx, { days }) =>
  timelineOf(ctx, days),
);
const jobTrends = read(statsApi.jobTrends, (ctx, { days }) => jobTrendsOf(ctx, days));
const issuanceRate = read(statsApi.issuanceRate, (ctx, { days }) => issuanceOf(ctx, days));
const issuers = read(statsApi.issuers, async (ctx) => {
  const data = await issuersOf(ctx);
  return { data: [...data], total: data.length };
});
const agents = read(statsApi.agents, (ctx, { by }) => agentsOf(ctx, by));
const feed = read(statsApi.feed, feedOf);

export const statsOperations: readonly Operation[] = bind(statsApi, {
  attention,
  counts,
  byStatus,
  expirationTimeline,
  jobTrends,
  issuanceRate,
  issuers,
  agents,
  feed,
});
