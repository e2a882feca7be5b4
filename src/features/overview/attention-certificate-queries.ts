/**
 * SQL on certificates that need a person. Each read is bounded: it looks at those that are most urgent and counts the
 * rest by an index, so that a million of them cost as much as a thousand.
 */
import { type Kysely, type SqlBool, sql } from "kysely";
import { days, type Instant, later } from "#base/time.ts";
import { listed } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import { isIdleToo, isStanding, isStandingToo } from "../certificates/standing.ts";
import type { TeamScope } from "../context.ts";
import { inTeams } from "./scoped.ts";

type Db = Kysely<Tables>;

/** What ends within this time without a plan needs a person. */
export const unplannedWithin = days(14);

/** At most so many of each kind are looked at. */
const most = 200;

export interface Bounded<Row> {
  readonly rows: readonly Row[];
  /** All there are, also those that were not looked at. */
  readonly total: number;
}

const standing = (db: Db, scope: TeamScope) =>
  db.selectFrom("certificates").where(isStanding).where(inTeams(scope, "certificates.team_pk"));

async function bounded<Row>(
  rows: readonly Row[],
  count: () => Promise<{ readonly n: number } | undefined>,
): Promise<Bounded<Row>> {
  // What is few is counted already.
  if (rows.length < most) return { rows, total: rows.length };
  return { rows, total: Number((await count())?.n ?? rows.length) };
}

/** Does an agent hold a current version? Then the product can renew it by itself. */
// With LIMIT PostgreSQL looks for each certificate; without, it reads all versions first.
const isHeld = sql<number>`coalesce((select 1 from certificate_versions
  where certificate_versions.certificate_pk = certificates.pk and certificate_versions.is_current = 1
  and certificate_versions.holder_pk is not null limit 1), 0)`;

const columns = [
  "certificates.pk",
  "certificates.id",
  "certificates.name",
  "certificates.common_name",
  "certificates.not_after",
  "certificates.renew_at",
  "certificates.failure",
] as const;

export type CertificateRow = Awaited<ReturnType<typeof listExpired>>["rows"][number];

/** The expired, those that ended last first: the older ones have been missed by nobody. */
export async function listExpired(db: Db, scope: TeamScope, now: Instant) {
  const expired = () => standing(db, scope).where("certificates.not_after", "<", now);
  const rows = await expired()
    .select(columns)
    .select(isHeld.as("is_held"))
    .orderBy("certificates.not_after", "desc")
    .limit(most)
    .execute();
  return await bounded(rows, () =>
    expired()
      .select((eb) => eb.fn.countAll<number>().as("n"))
      .executeTakeFirst(),
  );
}

/** Those whose last renewal failed and which are valid, the first to end first; or those that were never issued. */
export async function listFailed(
  db: Db,
  scope: TeamScope,
  now: Instant,
  of: "renewal" | "issuance",
): Promise<Bounded<CertificateRow>> {
  const failed = () => {
    const query = standing(db, scope).where("certificates.activity", "=", "failed");
    return of === "renewal"
      ? query.where(sql<SqlBool>`+certificates.not_after >= ${now}`)
      : query.where("certificates.not_after", "is", null);
  };
  // Keys first, by the index of statuses alone: the order of ends would lead past all that do not fail.
  const first = failed()
    .select("certificates.pk")
    .orderBy(sql`+certificates.not_after`)
    .limit(most);
  const rows = await db
    .selectFrom("certificates")
    .select(columns)
    .select(isHeld.as("is_held"))
    .where("certificates.pk", "in", first)
    .orderBy(sql`+certificates.not_after`)
    .execute();
  return await bounded(rows, () =>
    failed()
      .select((eb) => eb.fn.countAll<number>().as("n"))
      .executeTakeFirst(),
  );
}

/** Those that end soon, do not fail, are not being renewed, and have no time of renewal. */
export async function listUnplanned(db: Db, scope: TeamScope, now: Instant) {
  const unplanned = () =>
    standing(db, scope)
      .where("certificates.not_after", ">=", now)
      .where("certificates.not_after", "<", later(now, unplannedWithin))
      .where(isIdleToo)
      .where("certificates.renew_at", "is", null);
  const rows = await unplanned()
    .leftJoin("renewal_policies", "renewal_policies.pk", "certificates.renewal_policy_pk")
    .select(columns)
    .select([isHeld.as("is_held"), "renewal_policies.auto_renew"])
    // PostgreSQL does not know that these two are NULL in all: this is the order of the index of ends.
    .orderBy("certificates.archived_at")
    .orderBy("certificates.revoked_at")
    .orderBy("certificates.not_after")
    .limit(most)
    .execute();
  return await bounded(rows, () =>
    unplanned()
      .select((eb) => eb.fn.countAll<number>().as("n"))
      .executeTakeFirst(),
  );
}

export interface Placed {
  readonly targets: number;
  readonly serving: number;
}

/** Of these certificates: the targets that should have them, and those whose last look saw them. */
export async function placesOf(
  db: Db,
  pks: readonly number[],
): Promise<ReadonlyMap<number, Placed>> {
  const rows = await db
    .selectFrom("deployments")
    .select(["certificate_pk", (eb) => eb.fn.countAll<number>().as("targets")])
    .select(sql<number>`sum(in_use)`.as("serving"))
    .where("certificate_pk", "in", listed(db, pks.join(",")))
    .where("in_use", "is not", null)
    .groupBy("certificate_pk")
    .execute();
  return new Map(
    rows.map((it) => [
      it.certificate_pk,
      { targets: Number(it.targets), serving: Number(it.serving) },
    ]),
  );
}

/** Which of these common names another valid certificate has that the caller may see. */
export async function namesSucceeded(
  db: Db,
  scope: TeamScope,
  now: Instant,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  const rows = await db
    .selectFrom("certificates")
    .select("certificates.common_name")
    .distinct()
    .where("certificates.common_name", "in", names)
    .where(isStandingToo)
    .where("certificates.not_after", ">=", now)
    .where(inTeams(scope, "certificates.team_pk"))
    .execute();
  return new Set(rows.map((it) => it.common_name));
}

/** When the last job of each of these certificates failed. */
export async function failedSince(
  db: Db,
  pks: readonly number[],
): Promise<ReadonlyMap<number, Instant>> {
  const rows = await db
    .selectFrom("jobs")
    .select(["certificate_pk", (eb) => eb.fn.max("completed_at").as("at")])
    .where("certificate_pk", "in", listed(db, pks.join(",")))
    .where("kind", "=", "certificates.issue")
    // By the certificate's jobs, not by all that failed.
    .where(sql<SqlBool>`state || '' = 'Failed'`)
    .groupBy("certificate_pk")
    .execute();
  return new Map(
    rows.flatMap((it) =>
      it.certificate_pk === null || it.at === null ? [] : [[it.certificate_pk, it.at] as const],
    ),
  );
}
