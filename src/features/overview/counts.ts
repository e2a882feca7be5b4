/** The numbers of the dashboard with what they were, from how things stand now and what each day had. */
import { days, hours, type Instant, instant, later } from "#base/time.ts";
import type { Context } from "../context.ts";
import * as now from "./counts-queries.ts";
import { dateOf, flowsOf, lastDays } from "./daily.ts";
import * as daily from "./daily-queries.ts";
import type { Counts, JobTrends, Timeline } from "./stats-api.ts";

type Then = (name: daily.Level, daysAgo: number) => number | null;

/** How things stood at the end of the day so many days ago; null where that was not kept. */
async function levelsThen(ctx: Context, today: Instant): Promise<Then> {
  const from = later(today, -days(30));
  const rows = await daily.listKept(ctx.scanner, ctx.scope, now.levels, from);
  const known = new Map(rows.map((row) => [`${row.name}/${row.day}`, row.n]));
  return (name, daysAgo) => {
    const day = later(today, -days(daysAgo));
    return known.get(`${name}/${day}`) ?? null;
  };
}

const trend = (then: Then, name: daily.Level, present: number) => ({
  now: present,
  yesterday: then(name, 1),
  weekAgo: then(name, 7),
  monthAgo: then(name, 30),
});

export async function countsOf(ctx: Context): Promise<Counts> {
  const at = ctx.clock.now();
  const { scanner, scope } = ctx;
  const standing = await now.countStanding(scanner, scope, at);
  const inUse = await now.countInUse(scanner, scope);
  const today = daily.dayOf(at);
  const then = await levelsThen(ctx, today);
  const month = await flowsOf(ctx, scope, lastDays(at, 30));
  const flows = [...month];
  const sum = (name: daily.Flow) => flows.reduce((n, [, it]) => n + it[name], 0);
  const share = (daysAgo: number) => {
    const count = then("in_use", daysAgo);
    const of = then("deployments", daysAgo);
    return count === null || of === null ? null : { count, of };
  };
  const { certificates, expired, revoked, failing, pending, unplanned } = standing;
  return {
    certificates: trend(then, "certificates", certificates),
    certificatesByDay: lastDays(at, 30).map((day) => ({
      date: dateOf(day),
      count: day === today ? certificates : then("certificates", (today - day) / days(1)),
    })),
    expiringUnplanned: trend(then, "unplanned", unplanned),
    failing: trend(then, "failing", failing),
    expired,
    revoked,
    inOrder: certificates - revoked - expired - failing - pending - unplanned,
    nextRenewalAt: await now.nextRenewal(scanner, scope),
    renewedAtFirst: { count: sum("renewals_first"), of: sum("renewals") },
    issuedInADay: (await daily.countIssued(scanner, scope, later(at, -hours(24)))).reduce(
      (n, row) => n + row.n,
      0,
    ),
    renewalsByDay: flows.map(([day, it]) => ({
      date: dateOf(day),
      count: it.renewals_first,
      of: it.renewals,
    })),
    issuedByDay: flows.map(([day, it]) => ({ date: dateOf(day), count: it.issued })),
    inUse,
    inUseThen: { yesterday: share(1), monthAgo: share(30) },
    asOf: at,
  };
}

export async function jobTrendsOf(ctx: Context, count: number): Promise<JobTrends> {
  const flows = await flowsOf(ctx, ctx.scope, lastDays(ctx.clock.now(), count));
  const data = [...flows].map(([day, it]) => ({
    date: dateOf(day),
    completedCount: it.jobs_completed,
    failedCount: it.jobs_failed,
    renewals: it.renewals,
    renewalsAtFirst: it.renewals_first,
  }));
  return { data, total: data.length };
}

export async function issuanceOf(ctx: Context, count: number) {
  const flows = await flowsOf(ctx, ctx.scope, lastDays(ctx.clock.now(), count));
  const data = [...flows].map(([day, it]) => ({ date: dateOf(day), issuedCount: it.issued }));
  return { data, total: data.length };
}

/** A row for each day from today, also for those on which nothing ends. */
export async function timelineOf(ctx: Context, count: number): Promise<Timeline> {
  const at = ctx.clock.now();
  const today = daily.dayOf(at);
  const wanted = Array.from({ length: count }, (_, ahead) => later(today, days(ahead)));
  const spans = wanted.map((day) => ({
    from: instant(Math.max(day, at)),
    until: later(day, days(1)),
  }));
  const found = new Map(
    (await now.countEnding(ctx.scanner, ctx.scope, spans)).map(({ from, ...it }) => [
      daily.dayOf(instant(Number(from))),
      it,
    ]),
  );
  const none = { count: 0, failing: 0, unplanned: 0, planned: 0 };
  const data = wanted.map((day) => ({ date: dateOf(day), ...(found.get(day) ?? none) }));
  const sum = (name: keyof typeof none) => data.reduce((n, it) => n + it[name], 0);
  return {
    data,
    failing: sum("failing"),
    unplanned: sum("unplanned"),
    planned: sum("planned"),
    total: sum("count"),
  };
}
