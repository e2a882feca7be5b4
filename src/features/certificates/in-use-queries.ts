/** SQL on whether deployments are in use: kept in the rows, because a page counts them all. */
import { type Kysely, type SqlBool, sql } from "kysely";
import type { Flag } from "#db/tables/column.ts";
import type { Tables } from "#db/tables.ts";

const isWanted = sql<SqlBool>`
  exists (select 1 from certificate_versions
    where certificate_versions.pk = deployments.version_pk and certificate_versions.is_current = 1)
  and exists (select 1 from certificates where certificates.pk = deployments.certificate_pk
    and certificates.archived_at is null and certificates.revoked_at is null)
  and exists (select 1 from targets
    where targets.pk = deployments.target_pk and targets.retired_at is null)`;

const isSeen = sql<SqlBool>`state = 'Deployed' and not exists (select 1 from deployments as others
  where others.certificate_pk = deployments.certificate_pk and others.target_pk = deployments.target_pk
  and others.installed_at > coalesce(deployments.installed_at, 0))`;

/**
 * Says anew of each deployment of a certificate whether the last look at its target saw it (1), did not (0), or whether
 * nobody wants it there any more (null). To be called in the transaction of whatever that follows from.
 */
export async function refreshInUse(db: Kysely<Tables>, certificatePk: number): Promise<void> {
  await db
    .updateTable("deployments")
    .set({
      in_use: sql<Flag | null>`case when not (${isWanted}) then null when ${isSeen} then 1 else 0 end`,
    })
    .where("certificate_pk", "=", certificatePk)
    // Those of old versions stay what they are.
    .where(sql<SqlBool>`(in_use is not null or ${isWanted})`)
    .execute();
}

/** The targets that serve a certificate now, as the last look at them saw. */
export async function countServing(db: Kysely<Tables>, certificatePk: number): Promise<number> {
  const { n } = await db
    .selectFrom("deployments")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .where("certificate_pk", "=", certificatePk)
    .where("in_use", "=", 1)
    .executeTakeFirstOrThrow();
  return Number(n);
}
