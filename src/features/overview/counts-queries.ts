/** SQL of how things stand now: counts by ranges of covering indexes, no row is read where all teams may be seen. */
import { type Kysely, type SqlBool, sql } from "kysely";
import { type Instant, later } from "#base/time.ts";
import { pairs } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import { certificateHasStatus } from "../certificates/list-queries.ts";
import { isIdleToo, isStanding } from "../certificates/standing.ts";
import type { TeamScope } from "../context.ts";
import { unplannedWithin } from "./attention-certificate-queries.ts";
import type { Level } from "./daily-queries.ts";
import { inTeams, noTeam } from "./scoped.ts";

type Db = Kysely<Tables>;

const certificates = (db: Db, scope: TeamScope) =>
  db
    .selectFrom("certificates")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .where(inTeams(scope, "certificates.team_pk"));

const counted = async (query: ReturnType<typeof certificates>) =>
  Number((await query.executeTakeFirstOrThrow()).n);

export interface Standing {
  readonly certificates: number;
  readonly expired: number;
  readonly revoked: number;
  /** Valid ones and those that were never issued. */
  readonly failing: number;
  readonly pending: number;
  readonly unplanned: number;
}

export async function countStanding(db: Db, scope: TeamScope, now: Instant): Promise<Standing> {
  const open = () => certificates(db, scope).where("archived_at", "is", null);
  // All, and those few that are archived, are counted in a third of the time of those that are not.
  const all = await counted(certificates(db, scope));
  const archived = await counted(certificates(db, scope).where("archived_at", "is not", null));
  const standing = () => certificates(db, scope).where(isStanding);
  return {
    certificates: all - archived,
    revoked: await counted(open().where("revoked_at", "is not", null)),
    expired: await counted(standing().where("not_after", "<", now)),
    failing: await countFailing(db, scope, now),
    pending: await counted(
      certificates(db, scope).where((eb) => certificateHasStatus(eb, "Pending", now)),
    ),
    unplanned: await counted(
      standing()
        .where("not_after", ">=", now)
        .where("not_after", "<", later(now, unplannedWithin))
        .where(isIdleToo)
        .where("renew_at", "is", null),
    ),
  };
}

async function countFailing(db: Db, scope: TeamScope, now: Instant): Promise<number> {
  const failed = () =>
    certificates(db, scope).where(isStanding).where(sql<SqlBool>`certificates.activity = 'failed'`);
  return await counted(failed().where(sql<SqlBool>`coalesce(not_after, ${now}) >= ${now}`));
}

/** Deployments whose last look saw them, of all that should be in use. */
export async function countInUse(db: Db, scope: TeamScope): Promise<{ count: number; of: number }> {
  const counted = async (value: 0 | 1) => {
    const query = db
      .selectFrom("deployments")
      .select((eb) => eb.fn.countAll<number>().as("n"))
      .where("in_use", "=", value);
    const { n } = await (scope === "all"
      ? query
      : query
          .innerJoin("certificates", "certificates.pk", "deployments.certificate_pk")
          .where(inTeams(scope, "certificates.team_pk"))
    ).executeTakeFirstOrThrow();
    return Number(n);
  };
  const count = await counted(1);
  return { count, of: count + (await counted(0)) };
}

/** How far to look for a row of the caller's teams. */
const mostWalked = 20_000;

/** The next renewal among the caller's certificates; what is being renewed already does not count. */
export async function nextRenewal(db: Db, scope: TeamScope): Promise<Instant | null> {
  const soonest = db
    .selectFrom("certificates")
    .select(["renew_at", "team_pk", "archived_at", "activity"])
    .where("renew_at", "is not", null)
    .orderBy("renew_at")
    .limit(mostWalked);
  const row = await db
    .selectFrom(soonest.as("certificates"))
    .select("renew_at")
    .where("archived_at", "is", null)
    .where("activity", "in", ["idle", "failed"])
    .where(inTeams(scope, "certificates.team_pk"))
    .orderBy("renew_at")
    .limit(1)
    .executeTakeFirst();
  return row?.renew_at ?? null;
}

export const levels: readonly Level[] = [
  "certificates",
  "failing",
  "unplanned",
  "in_use",
  "deployments",
];

/** Levels by team, for the day that ended this moment; also those of which a team has none. */
export async function levelsByTeam(db: Db, now: Instant) {
  const teams = await db.selectFrom("teams").select("pk").execute();
  const none = [noTeam, ...teams.map((it) => it.pk)].flatMap((team_pk) =>
    levels.map((name) => ({ name, team_pk, n: 0 })),
  );
  const each = async (name: Level, query: ReturnType<typeof certificates>) => {
    const rows = await query.select("team_pk").groupBy("team_pk").execute();
    return rows.map((row) => ({ name, team_pk: row.team_pk ?? noTeam, n: Number(row.n) }));
  };
  const standing = () => certificates(db, "all").where(isStanding);
  const inUse = await db
    .selectFrom("deployments")
    .innerJoin("certificates", "certificates.pk", "deployments.certificate_pk")
    .select(["certificates.team_pk", (eb) => eb.fn.countAll<number>().as("n")])
    .select(sql<number>`sum(deployments.in_use)`.as("used"))
    .where("deployments.in_use", "is not", null)
    .groupBy("certificates.team_pk")
    .execute();
  return [
    ...none,
    ...(await each("certificates", certificates(db, "all").where("archived_at", "is", null))),
    ...(await each(
      "failing",
      standing()
        .where("activity", "=", "failed")
        .where((eb) => eb.or([eb("not_after", ">=", now), eb("not_after", "is", null)])),
    )),
    ...(await each(
      "unplanned",
      standing()
        .where("not_after", ">=", now)
        .where("not_after", "<", later(now, unplannedWithin))
        .where(isIdleToo)
        .where("renew_at", "is", null),
    )),
    ...inUse.flatMap((row) => [
      { name: "in_use" as const, team_pk: row.team_pk ?? noTeam, n: Number(row.used) },
      { name: "deployments" as const, team_pk: row.team_pk ?? noTeam, n: Number(row.n) },
    ]),
  ];
}

/** A span of time in which certificates end. */
export interface Span {
  readonly from: Instant;
  readonly until: Instant;
}

/**
 * Certificates by when they end, in each of these spans. One walk of the index of ends for each span; its three numbers
 * are one text, since a subquery has one value: three subqueries took 2.8 times as long on PostgreSQL and 1.8 on SQLite,
 * and groups of a join 6 times.
 */
export async function countEnding(db: Db, scope: TeamScope, spans: readonly Span[]) {
  const table = pairs(db, JSON.stringify(spans.map((it) => [it.from, it.until])));
  const rows = await db
    .selectFrom(table.as("span"))
    .select([
      "span.key",
      sql<string>`(select count(*) || ' '
          || count(*) filter (where certificates.activity = 'failed') || ' '
          || count(*) filter (where ${isIdleToo} and certificates.renew_at is null)
        from certificates where ${isStanding}
          and certificates.not_after >= span.key and certificates.not_after < span.value
          and ${inTeams(scope, "certificates.team_pk")})`.as("numbers"),
    ])
    .execute();
  return rows.map((row) => {
    const [count, failing, unplanned] = row.numbers.split(" ").map(Number) as [
      number,
      number,
      number,
    ];
    return { from: row.key, count, failing, unplanned, planned: count - failing - unplanned };
  });
}
