/** SQL on deployments that are not in use: by the index of those, however many are. */
import { type Kysely, sql } from "kysely";
import type { Instant } from "#base/time.ts";
import { listed } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import type { TeamScope } from "../context.ts";
import { inTeams } from "./scoped.ts";

type Db = Kysely<Tables>;

/** At most so many of each state are looked at. */
const most = 100;

/** `Pending` is under way, and its job tells when it fails. */
const states = ["Failed", "RolledBack", "InstalledNotSeen", "Deployed"] as const;

export type UnusedRow = Awaited<ReturnType<typeof listUnused>>["rows"][number];

/** Deployments of current versions whose last look did not see them, the newest first. */
export async function listUnused(db: Db, scope: TeamScope, state: (typeof states)[number]) {
  const unused = () => {
    const query = db
      .selectFrom("deployments")
      .where("deployments.in_use", "=", sql.lit(0 as const))
      .where("deployments.state", "=", sql.lit(state));
    // A million certificates are not joined where all may be seen.
    return scope === "all"
      ? query
      : query
          .innerJoin("certificates as owned", "owned.pk", "deployments.certificate_pk")
          .where(inTeams(scope, "owned.team_pk"));
  };
  const newest = unused()
    .select("deployments.pk")
    .orderBy("deployments.certificate_pk", "desc")
    .limit(most);
  const rows = await db
    .selectFrom("deployments")
    .innerJoin("certificates", "certificates.pk", "deployments.certificate_pk")
    .innerJoin("certificate_versions", "certificate_versions.pk", "deployments.version_pk")
    .innerJoin("targets", "targets.pk", "deployments.target_pk")
    .select([
      "deployments.certificate_pk",
      "deployments.target_pk",
      "deployments.state",
      "deployments.message",
      "deployments.seen_at",
      "deployments.seen_fingerprint",
      "deployments.updated_at",
      "certificates.id as certificate_id",
      "certificates.name as certificate_name",
      "certificates.not_after",
      "certificate_versions.fingerprint",
      "targets.id as target_id",
      "targets.name as target_name",
      "targets.type as target_type",
    ])
    .where("deployments.pk", "in", newest)
    .execute();
  if (rows.length < most) return { rows, total: rows.length };
  const { n } = await unused()
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  return { rows, total: Number(n) };
}

export const unusedStates: typeof states = states;

/** The end of what is in place instead, by `certificate/target`. */
export async function endsInPlace(
  db: Db,
  certificatePks: readonly number[],
): Promise<ReadonlyMap<string, Instant>> {
  const rows = await db
    .selectFrom("deployments")
    .innerJoin("certificate_versions", "certificate_versions.pk", "deployments.version_pk")
    .select([
      "deployments.certificate_pk",
      "deployments.target_pk",
      "certificate_versions.not_after",
    ])
    .where("deployments.certificate_pk", "in", listed(db, certificatePks.join(",")))
    .where("deployments.installed_at", "is not", null)
    .orderBy("deployments.installed_at")
    .execute();
  // The last one that was put there is there.
  return new Map(rows.map((it) => [`${it.certificate_pk}/${it.target_pk}`, it.not_after]));
}
