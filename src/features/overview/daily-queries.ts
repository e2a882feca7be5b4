/**
 * SQL on what each day had. A day that is over is kept in a few rows a team; what is not yet kept is counted from its
 * evidence, by the index of when it happened, so that the numbers are those of this moment.
 */
import { type Kysely, type RawBuilder, sql } from "kysely";
import { days, type Instant, instant } from "#base/time.ts";
import { engineOf } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import type { TeamScope } from "../context.ts";
import { everyTeam, inTeams, noTeam } from "./scoped.ts";

type Db = Kysely<Tables>;

/** What happens in a day, and can be counted again from its evidence. */
export const flows = [
  "issued",
  "jobs_completed",
  "jobs_failed",
  "renewals",
  "renewals_first",
] as const;
export type Flow = (typeof flows)[number];
/** How things stood when a day ended. */
export type Level = "certificates" | "failing" | "unplanned" | "in_use" | "deployments";

export interface DailyRow {
  readonly day: Instant;
  readonly name: string;
  readonly team_pk: number;
  readonly n: number;
}

/** Midnight (UTC) before. */
export const dayOf = (at: Instant): Instant => instant(at - (at % days(1)));

/** The last day that is kept; null: none yet. */
export async function lastKept(db: Db): Promise<Instant | null> {
  const row = await db
    .selectFrom("daily_counts")
    .select("day")
    .where("name", "=", "closed")
    .orderBy("day", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.day ?? null;
}

/** What is kept of some names since a day, the caller's teams together. */
export async function listKept(
  db: Db,
  scope: TeamScope,
  names: readonly string[],
  from: Instant,
): Promise<readonly Omit<DailyRow, "team_pk">[]> {
  const rows = await db
    .selectFrom("daily_counts")
    .select(["day", "name", sql<number>`sum(n)`.as("n")])
    .where("day", ">=", from)
    .where("name", "in", names)
    .where(scope === "all" ? sql<boolean>`team_pk = ${everyTeam}` : inTeams(scope, "team_pk"))
    .groupBy(["day", "name"])
    .execute();
  return rows.map((row) => ({ ...row, n: Number(row.n) }));
}

/** The number of the day in which an instant lies; both engines divide integers to integers. */
const dayNumber = (column: string): RawBuilder<number> =>
  sql<number>`${sql.ref(column)} / ${sql.lit(days(1))}`;

/** Versions issued since then by day, and by team and issuer where those are asked for. */
export async function countIssued(db: Db, scope: TeamScope, from: Instant) {
  const issued = db
    .selectFrom("certificate_versions as v")
    .where("v.created_at", ">=", from)
    .select([dayNumber("v.created_at").as("day"), "v.issuer_pk"])
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .groupBy(["day", "v.issuer_pk"]);
  const rows = await (scope === "all"
    ? issued
    : issued
        .innerJoin("certificates", "certificates.pk", "v.certificate_pk")
        .where(inTeams(scope, "certificates.team_pk"))
  ).execute();
  return rows.map((row) => ({
    day: instant(Number(row.day) * days(1)),
    issuerPk: row.issuer_pk,
    n: Number(row.n),
  }));
}

/** One attempt, and nobody had to have it tried again. */
const atFirst = sql`state = 'Completed' and attempts <= 1 and retried = 0`;
const sumOf = (condition: RawBuilder<unknown>) =>
  sql<number>`sum(case when ${condition} then 1 else 0 end)`;

const ended = (db: Db, from: Instant) =>
  db
    .selectFrom("jobs")
    .where("completed_at", ">=", from)
    .select([
      dayNumber("completed_at").as("day"),
      sumOf(sql`state = 'Completed'`).as("jobs_completed"),
      sumOf(sql`state = 'Failed'`).as("jobs_failed"),
      sumOf(sql`type = 'Renewal' and state in ('Completed', 'Failed')`).as("renewals"),
      sumOf(sql`type = 'Renewal' and ${atFirst}`).as("renewals_first"),
    ]);

/** Jobs that ended since then, by day. */
export async function countEnded(db: Db, scope: TeamScope, from: Instant) {
  return await ended(db, from).where(inTeams(scope, "team_pk")).groupBy("day").execute();
}

/** The flows of whole days by team, to be kept. */
export async function flowsByTeam(
  db: Db,
  from: Instant,
  until: Instant,
): Promise<readonly DailyRow[]> {
  const issued = await db
    .selectFrom("certificate_versions as v")
    .innerJoin("certificates", "certificates.pk", "v.certificate_pk")
    .where("v.created_at", ">=", from)
    .where("v.created_at", "<", until)
    .select([dayNumber("v.created_at").as("day"), "v.issuer_pk", "certificates.team_pk"])
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .groupBy(["day", "v.issuer_pk", "certificates.team_pk"])
    .execute();
  const jobs = await ended(db, from)
    .where("completed_at", "<", until)
    .select("team_pk")
    .groupBy(["day", "team_pk"])
    .execute();
  return [
    ...issued.flatMap((row) => {
      const at = { day: instant(Number(row.day) * days(1)), team_pk: row.team_pk ?? noTeam };
      const n = Number(row.n);
      return [
        { ...at, name: "issued", n },
        { ...at, name: `issued:${row.issuer_pk}`, n },
      ];
    }),
    ...jobs.flatMap(({ day, team_pk, ...counts }) =>
      Object.entries(counts).map(([name, n]) => ({
        day: instant(Number(day) * days(1)),
        team_pk: team_pk ?? noTeam,
        name,
        n: Number(n),
      })),
    ),
  ];
}

/** Versions issued before then, by issuer and team. */
export async function issuedBefore(db: Db, until: Instant) {
  const rows = await db
    .selectFrom("certificate_versions as v")
    .innerJoin("certificates", "certificates.pk", "v.certificate_pk")
    .where("v.created_at", "<", until)
    .select(["v.issuer_pk", "certificates.team_pk"])
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .groupBy(["v.issuer_pk", "certificates.team_pk"])
    .execute();
  return rows.map((row) => ({ ...row, team_pk: row.team_pk ?? noTeam, n: Number(row.n) }));
}

/** Certificates that were there at the end of each of these days, by team: what was made until then and not archived. */
export async function certificatesThen(
  db: Db,
  from: Instant,
  until: Instant,
): Promise<
  readonly { readonly day: Instant; readonly team_pk: number; readonly change: number }[]
> {
  const first = from / days(1);
  const clamped = (column: string) =>
    engineOf(db) === "sqlite"
      ? sql<number>`max(${dayNumber(column)}, ${first})`
      : sql<number>`greatest(${dayNumber(column)}, ${sql.lit(first)})`;
  const changes = async (column: "created_at" | "archived_at", sign: 1 | -1) => {
    const rows = await db
      .selectFrom("certificates")
      .select(["team_pk", clamped(column).as("day")])
      .select((eb) => eb.fn.countAll<number>().as("n"))
      .where(column, "<", until)
      .groupBy(["team_pk", "day"])
      .execute();
    return rows.map((row) => ({
      day: instant(Number(row.day) * days(1)),
      team_pk: row.team_pk ?? noTeam,
      change: sign * Number(row.n),
    }));
  };
  return [...(await changes("created_at", 1)), ...(await changes("archived_at", -1))];
}

/** The issued-ever rows of a kept day. */
export async function listIssuedEver(db: Db, day: Instant) {
  return await db
    .selectFrom("daily_counts")
    .select(["name", "team_pk", "n"])
    .where("day", "=", day)
    .where("name", ">=", "issued-ever:")
    .where("name", "<", "issued-ever;")
    .execute();
}

/** Keeps rows; one that is there stays as it was. */
export async function keep(db: Db, rows: readonly DailyRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += 500) {
    await db
      .insertInto("daily_counts")
      .values(rows.slice(at, at + 500))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

export async function forgetBefore(db: Db, day: Instant): Promise<void> {
  await db.deleteFrom("daily_counts").where("day", "<", day).execute();
}
