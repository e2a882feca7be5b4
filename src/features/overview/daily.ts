/** What each day had: days that are over are kept once, the rest is counted when it is asked for. */
import { days, hours, type Instant, later, minutes, toRfc3339 } from "#base/time.ts";
import type { Recurring, RecurringContext } from "#jobs/recurring.ts";
import { runBy } from "#jobs/schedule-queries.ts";
import type { Context, TeamScope } from "../context.ts";
import { levelsByTeam } from "./counts-queries.ts";
import * as queries from "./daily-queries.ts";
import { everyTeam, noTeam } from "./scoped.ts";

export const dateOf = (day: Instant): string => toRfc3339(day).slice(0, 10);

/** The last `count` days, today included, the oldest first. */
export function lastDays(now: Instant, count: number): readonly Instant[] {
  const today = queries.dayOf(now);
  return Array.from({ length: count }, (_, at) => later(today, -days(count - 1 - at)));
}

export type ByDay = ReadonlyMap<Instant, Readonly<Record<queries.Flow, number>>>;

const nothing: Readonly<Record<queries.Flow, number>> = {
  issued: 0,
  jobs_completed: 0,
  jobs_failed: 0,
  renewals: 0,
  renewals_first: 0,
};

/** From where on nothing is kept yet: at most so far back. */
async function unkeptFrom(ctx: Pick<Context, "scanner">, from: Instant): Promise<Instant> {
  const last = await queries.lastKept(ctx.scanner);
  const next = last === null ? from : later(last, days(1));
  return next > from ? next : from;
}

/** What happened in each of these days; the days are consecutive. */
export async function flowsOf(
  ctx: Pick<Context, "scanner">,
  scope: TeamScope,
  wanted: readonly Instant[],
): Promise<ByDay> {
  const byDay = new Map(wanted.map((day) => [day, { ...nothing }]));
  const [from] = wanted;
  if (from === undefined) return byDay;
  const unkept = await unkeptFrom(ctx, from);
  const kept = await queries.listKept(ctx.scanner, scope, queries.flows, from);
  for (const row of kept) {
    const day = byDay.get(row.day);
    // The names asked for are those of the record.
    if (day && row.day < unkept) day[row.name as queries.Flow] = row.n;
  }
  for (const row of await queries.countIssued(ctx.scanner, scope, unkept)) {
    const day = byDay.get(row.day);
    if (day) day.issued += row.n;
  }
  for (const { day: number, ...counts } of await queries.countEnded(ctx.scanner, scope, unkept)) {
    const day = byDay.get(later(0 as Instant, Number(number) * days(1)));
    if (!day) continue;
    for (const [name, n] of Object.entries(counts)) day[name as queries.Flow] = Number(n);
  }
  return byDay;
}

/** A transaction that began before midnight may end after it: a day is over a little later. */
const grace = minutes(5);
/** So many days are kept, and counted back at the first run. */
const keptFor = days(100);
/** How things stood when a day ended can be said only shortly after. */
const stillTrue = hours(1);

export const dailyCounts: Recurring = {
  name: "daily-counts",
  summary: "Keep what each day had, once it is over, for the dashboard's history",
  setting: "CERTCTL_DAILY_COUNTS_INTERVAL",
  interval: hours(1),
  timeout: minutes(5),
  async run(ctx) {
    const today = queries.dayOf(ctx.clock.now());
    const over = later(queries.dayOf(later(ctx.clock.now(), -grace)), -days(1));
    const last = await queries.lastKept(ctx.database.scanner);
    const from = last === null ? later(today, -keptFor) : later(last, days(1));
    let count = 0;
    if (from <= over) {
      await keepDays(ctx, from, over, last);
      count = Math.round((over - from) / days(1)) + 1;
    }
    const next = later(over, days(2) + grace);
    await ctx.commit((tx) => runBy(tx.db, dailyCounts.name, next));
    return `${count} ${count === 1 ? "day" : "days"} kept`;
  },
};

/** The reads are off the main thread and outside of any transaction; what is kept is written at once. */
async function keepDays(
  ctx: RecurringContext,
  from: Instant,
  over: Instant,
  last: Instant | null,
): Promise<void> {
  const db = ctx.database.scanner;
  const until = later(over, days(1));
  const rows: queries.DailyRow[] = [...(await queries.flowsByTeam(db, from, until))];
  const isNew = ctx.clock.now() - until < stillTrue;
  if (isNew) {
    const levels = await levelsByTeam(db, ctx.clock.now());
    rows.push(...levels.map((it) => ({ ...it, day: over })));
  }
  // Days that ended while no server ran, or before the first: certificates alone tell when they came and went.
  const missed = isNew ? over : until;
  if (from < missed) rows.push(...(await certificatesOf(ctx, from, missed)));
  rows.push(...(await issuedEver(ctx, rows, { last, from, over })));
  const marks = [];
  for (let day = from; day <= over; day = later(day, days(1))) {
    marks.push({ day, name: "closed", team_pk: everyTeam, n: 1 });
  }
  const all = [...merged(rows), ...marks];
  await ctx.commit(async (tx) => {
    await queries.keep(tx.db, all);
    await queries.forgetBefore(tx.db, later(from, -keptFor));
  });
}

async function certificatesOf(
  ctx: RecurringContext,
  from: Instant,
  until: Instant,
): Promise<readonly queries.DailyRow[]> {
  const changes = await queries.certificatesThen(ctx.database.scanner, from, until);
  const rows: queries.DailyRow[] = [];
  for (const team_pk of new Set([noTeam, ...changes.map((it) => it.team_pk)])) {
    let n = 0;
    for (let day = from; day < until; day = later(day, days(1))) {
      for (const it of changes) if (it.team_pk === team_pk && it.day === day) n += it.change;
      rows.push({ day, name: "certificates", team_pk, n });
    }
  }
  return rows;
}

/** What each issuer has issued since the beginning, as of the last of these days. */
async function issuedEver(
  ctx: RecurringContext,
  rows: readonly queries.DailyRow[],
  it: { readonly last: Instant | null; readonly from: Instant; readonly over: Instant },
): Promise<readonly queries.DailyRow[]> {
  const { scanner } = ctx.database;
  const sums = new Map<string, queries.DailyRow>();
  const add = (name: string, team_pk: number, n: number) => {
    const key = `${name}/${team_pk}`;
    sums.set(key, { day: it.over, name, team_pk, n: n + (sums.get(key)?.n ?? 0) });
  };
  if (it.last === null) {
    for (const row of await queries.issuedBefore(scanner, it.from)) {
      add(`issued-ever:${row.issuer_pk}`, row.team_pk, row.n);
    }
  } else {
    for (const row of await queries.listIssuedEver(scanner, it.last)) {
      if (row.team_pk !== everyTeam) add(row.name, row.team_pk, row.n);
    }
  }
  for (const row of rows) {
    if (!row.name.startsWith("issued:")) continue;
    add(row.name.replace("issued:", "issued-ever:"), row.team_pk, row.n);
  }
  return [...sums.values()];
}

/** One row a day, name and team, and one of all teams together: mostly that one is asked for. */
function merged(rows: readonly queries.DailyRow[]): readonly queries.DailyRow[] {
  const sums = new Map<string, queries.DailyRow>();
  for (const row of rows) {
    for (const team_pk of [row.team_pk, everyTeam]) {
      const key = `${row.day}/${row.name}/${team_pk}`;
      sums.set(key, { ...row, team_pk, n: row.n + (sums.get(key)?.n ?? 0) });
    }
  }
  return [...sums.values()];
}
