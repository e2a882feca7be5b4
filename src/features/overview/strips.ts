/** The strips: one row an issuer, one row a group of agents. */
import { days, hours, type Instant, later } from "#base/time.ts";
import { historyBegan } from "../agents/hour-queries.ts";
import type { Context } from "../context.ts";
import * as daily from "./daily-queries.ts";
import type { AgentGrouping, AgentStrip, IssuerStrip } from "./stats-api.ts";
import * as queries from "./strip-queries.ts";

export async function issuersOf(ctx: Context): Promise<readonly IssuerStrip[]> {
  const { scanner, scope } = ctx;
  const today = daily.dayOf(ctx.clock.now());
  const month = later(today, -days(29));
  const last = await daily.lastKept(scanner);
  // Without a kept day everything is counted from the versions themselves.
  const unkept = last === null ? later(today, -today) : later(last, days(1));
  const recent = await daily.countIssued(scanner, scope, unkept);
  const before =
    last === null
      ? new Map<string, number>()
      : await queries.sumKept(scanner, scope, "issued-ever", { from: last, until: unkept });
  const kept = await queries.sumKept(scanner, scope, "issued", { from: month, until: unkept });
  const issuers = await queries.listIssuers(scanner);
  return issuers.map(({ pk, authority, ...it }) => {
    const own = recent.filter((row) => row.issuerPk === pk);
    const sum = (since: Instant) => own.reduce((n, row) => n + (row.day >= since ? row.n : 0), 0);
    return {
      id: it.id,
      name: it.name,
      type: it.type,
      enabled: it.enabled === 1,
      // The column holds what the test wrote.
      testStatus: it.test_status as IssuerStrip["testStatus"],
      testMessage: it.test_message,
      lastTestedAt: it.last_tested_at,
      authority: authority
        ? {
            id: authority.id,
            name: authority.name,
            state: authority.state,
            notBefore: authority.not_before,
            notAfter: authority.not_after,
          }
        : null,
      issued: (before.get(String(pk)) ?? 0) + sum(unkept),
      issuedInAMonth: (kept.get(String(pk)) ?? 0) + sum(month),
    };
  });
}

/** The hours of a day up to the present one, the oldest first. */
function lastHours(now: Instant): readonly Instant[] {
  const present = later(now, -(now % hours(1)));
  return Array.from({ length: 24 }, (_, at) => later(present, -hours(23 - at)));
}

export async function agentsOf(ctx: Context, by: AgentGrouping) {
  const { scanner, scope } = ctx;
  const now = ctx.clock.now();
  const wanted = lastHours(now);
  const [from = now] = wanted;
  const counted = await queries.countAgents(scanner, scope, now, by);
  const joined = await queries.countJoined(scanner, scope, from, by);
  const heard = await queries.countHeard(scanner, scope, from, by);
  const began = await historyBegan(scanner);
  const names = [...new Set(counted.map((row) => row.heading))].sort((a, b) => a.localeCompare(b));
  const data = names.map((group): AgentStrip => {
    const own = counted.filter((row) => row.heading === group);
    const sum = (of: "n" | "touched") => own.reduce((n, row) => n + row[of], 0);
    const versions = own
      .map((row) => ({ version: row.version, count: row.n }))
      .sort((a, b) => b.count - a.count);
    return {
      group,
      total: sum("n"),
      inTouch: sum("touched"),
      versions,
      hours: wanted.map((hour) => ({
        hour,
        total: joined.reduce(
          (n, it) => n + (it.heading === group && it.hour <= hour ? it.n : 0),
          0,
        ),
        heard:
          began === null || hour < began
            ? null
            : (heard.find((it) => it.heading === group && it.hour === hour)?.n ?? 0),
      })),
    };
  });
  const total = (of: "total" | "inTouch") => data.reduce((n, it) => n + it[of], 0);
  return { data, total: total("total"), inTouch: total("inTouch") };
}
