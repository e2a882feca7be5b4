/** SQL on certificates. */
import { type Kysely, type SqlBool, sql } from "kysely";
import { z } from "zod";
import { Lost } from "#base/problem.ts";
import { hours, type Instant } from "#base/time.ts";
import { type json, parseJson } from "#db/portable.ts";
import { searchable } from "#db/search.ts";
import { statement } from "#db/statement.ts";
import type { Tables } from "#db/tables.ts";
import type { Job } from "#jobs/job.ts";
import { toJob } from "#jobs/queries.ts";
import type { TeamScope } from "../context.ts";
import { type Activity, type CertificateView, statusOf } from "./certificate.ts";

type Db = Kysely<Tables>;

function certificates(db: Db, scope: TeamScope) {
  const query = db
    .selectFrom("certificates")
    .innerJoin("issuers", "issuers.pk", "certificates.issuer_pk")
    .leftJoin("owners", "owners.pk", "certificates.owner_pk")
    .leftJoin("teams", "teams.pk", "certificates.team_pk")
    .leftJoin("profiles", "profiles.pk", "certificates.profile_pk")
    .leftJoin("renewal_policies", "renewal_policies.pk", "certificates.renewal_policy_pk");
  return scope === "all" ? query : query.where("certificates.team_pk", "in", scope);
}

export const references = [
  "issuers.id as issuer_id",
  "owners.id as owner_id",
  "teams.id as team_id",
  "profiles.id as profile_id",
  "renewal_policies.id as renewal_policy_id",
] as const;

export async function findCertificate(db: Db, id: string, scope: TeamScope) {
  return await certificates(db, scope)
    .selectAll("certificates")
    .select(references)
    .where("certificates.id", "=", id)
    .executeTakeFirst();
}

export type CertificateRow = NonNullable<Awaited<ReturnType<typeof findCertificate>>>;

const certificateByPk = statement((db, it: { readonly pk: number }) =>
  certificates(db, "all")
    .selectAll("certificates")
    .select(references)
    .where("certificates.pk", "=", it.pk),
);

export async function findCertificateByPk(db: Db, pk: number): Promise<CertificateRow | undefined> {
  return (await certificateByPk(db, { pk })).rows[0];
}

// Made once: making a schema costs more than parsing with it.
const Sans = z.array(z.string());
const StoredTags = z.record(z.string(), z.string());

export const sansOf = (row: Pick<CertificateRow, "sans">): string[] => parseJson(row.sans, Sans);

export const activityOf = (row: Pick<CertificateRow, "activity">): Activity =>
  // The column holds what this module wrote.
  row.activity as Activity;

export function certificateView(row: CertificateRow, now: Instant): CertificateView {
  return {
    id: row.id,
    name: row.name,
    commonName: row.common_name,
    sans: sansOf(row),
    status: statusOf(
      {
        activity: activityOf(row),
        notAfter: row.not_after,
        expiringAt: row.expiring_at,
        archivedAt: row.archived_at,
        revokedAt: row.revoked_at,
      },
      now,
    ),
    environment: row.environment,
    ownerId: row.owner_id,
    teamId: row.team_id,
    issuerId: row.issuer_id,
    certificateProfileId: row.profile_id,
    renewalPolicyId: row.renewal_policy_id,
    tags: parseJson(row.tags, StoredTags),
    source: row.source,
    keyAlgorithm: row.key_algorithm,
    notBefore: row.not_before,
    notAfter: row.not_after,
    expiresAt: row.not_after,
    renewAt: row.renew_at,
    failure: row.failure,
    lastRenewalAt: row.last_renewal_at,
    lastDeploymentAt: row.last_deployment_at,
    revokedAt: row.revoked_at,
    revocationReason: row.revocation_reason,
    archivedAt: row.archived_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    revision: row.revision,
  };
}

export async function replaceSearchText(db: Db, pk: number, text: string): Promise<void> {
  await db.deleteFrom("certificate_search").where("rowid", "=", pk).execute();
  await db
    .insertInto("certificate_search")
    .values({ rowid: pk, text: searchable(text) })
    .execute();
}

type Change = Partial<{
  name: string;
  environment: string;
  owner_pk: number | null;
  team_pk: number | null;
  renewal_policy_pk: number | null;
  tags: ReturnType<typeof json>;
  activity: Activity;
  failure: string | null;
  not_before: Instant;
  not_after: Instant;
  expiring_at: Instant;
  renew_at: Instant | null;
  archived_at: Instant | null;
  last_renewal_at: Instant;
  last_deployment_at: Instant;
}>;

/** Changes what a person may change; guarded by the revision that was seen. */
export async function updateCertificate(
  db: Db,
  row: Pick<CertificateRow, "pk" | "revision">,
  change: Change,
  now: Instant,
): Promise<void> {
  const result = await db
    .updateTable("certificates")
    .set({ ...change, revision: row.revision + 1, updated_at: now })
    .where("pk", "=", row.pk)
    .where("revision", "=", row.revision)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new Lost("the certificate");
}

/** Records what a job found; jobs of one certificate are serialised by their dedupe keys, so no revision is needed. */
export async function recordProgress(
  db: Db,
  pk: number,
  change: Change,
  now: Instant,
): Promise<void> {
  await db
    .updateTable("certificates")
    .set((eb) => ({ ...change, revision: eb("revision", "+", 1), updated_at: now }))
    .where("pk", "=", pk)
    .execute();
}

export async function replaceTargets(
  db: Db,
  pk: number,
  targetPks: readonly number[],
): Promise<void> {
  await db.deleteFrom("certificate_targets").where("certificate_pk", "=", pk).execute();
  await insertTargets(db, pk, targetPks);
}

export async function insertTargets(
  db: Db,
  pk: number,
  targetPks: readonly number[],
): Promise<void> {
  if (targetPks.length === 0) return;
  await db
    .insertInto("certificate_targets")
    .values(targetPks.map((target_pk) => ({ certificate_pk: pk, target_pk })))
    .execute();
}

export async function listTargetsOf(db: Db, pk: number) {
  return await db
    .selectFrom("certificate_targets")
    .innerJoin("targets", "targets.pk", "certificate_targets.target_pk")
    .innerJoin("agents", "agents.pk", "targets.agent_pk")
    .select([
      "targets.pk",
      "targets.id",
      "targets.agent_pk",
      "agents.id as agent_id",
      "agents.team_pk",
    ])
    .where("certificate_targets.certificate_pk", "=", pk)
    .where("targets.retired_at", "is", null)
    .orderBy("targets.pk")
    .execute();
}

/** Agents that hold a current version, or are to hold one because a target of theirs gets it. */
export async function listHolders(db: Db, pk: number): Promise<readonly number[]> {
  const held = await db
    .selectFrom("certificate_versions")
    .innerJoin("agents", "agents.pk", "certificate_versions.holder_pk")
    .select("agents.pk")
    .where("certificate_versions.certificate_pk", "=", pk)
    .where("certificate_versions.is_current", "=", 1)
    .where("agents.retired_at", "is", null)
    .execute();
  const wanted = await listTargetsOf(db, pk);
  return [...new Set([...held.map((it) => it.pk), ...wanted.map((it) => it.agent_pk)])];
}

export interface DueRow {
  readonly pk: number;
  readonly id: string;
}

/** Certificates whose renewal is due and who are not being renewed already. Failed ones are tried again as well. */
export async function listDueForRenewal(
  db: Db,
  now: Instant,
  limit: number,
): Promise<readonly DueRow[]> {
  return await db
    .selectFrom("certificates")
    .select(["pk", "id"])
    .where("renew_at", "<=", now)
    .where("archived_at", "is", null)
    .where("revoked_at", "is", null)
    .where("activity", "in", ["idle", "failed"])
    .orderBy("renew_at")
    .limit(limit)
    .execute();
}

/** Is another holder of this certificate still waiting for its version? */
export async function hasOtherIssueJobs(db: Db, pk: number, jobPk: number): Promise<boolean> {
  const row = await db
    .selectFrom("jobs")
    .select("pk")
    .where("certificate_pk", "=", pk)
    .where("kind", "=", "certificates.issue")
    .where("pk", "<>", jobPk)
    .where("state", "in", ["Pending", "AwaitingCSR", "AwaitingApproval", "Running"])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** A job that is meant for this agent. */
export async function findJobOfAgent(
  db: Db,
  id: string,
  agentPk: number,
): Promise<Job | undefined> {
  const row = await db
    .selectFrom("jobs")
    .selectAll()
    .where("id", "=", id)
    .where("agent_pk", "=", agentPk)
    .executeTakeFirst();
  return row && toJob(row);
}

/** Does an agent hold a current version? Then agents renew it. */
export async function isHeldByAgents(db: Db, pk: number): Promise<boolean> {
  const row = await db
    .selectFrom("certificate_versions")
    .select("pk")
    .where("certificate_pk", "=", pk)
    .where("is_current", "=", 1)
    .where("holder_pk", "is not", null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function listActiveJobs(db: Db, pk: number): Promise<readonly number[]> {
  const rows = await db
    .selectFrom("jobs")
    .select("pk")
    .where("certificate_pk", "=", pk)
    .where("state", "in", ["Pending", "AwaitingCSR", "AwaitingApproval", "Running"])
    .execute();
  return rows.map((row) => row.pk);
}

/** Certificates of short-lived profiles that ended between two instants. */
export async function listShortLivedExpired(
  db: Db,
  span: { readonly after: Instant; readonly until: Instant },
  limit: number,
): Promise<readonly { pk: number; id: string; team_pk: number | null }[]> {
  return await db
    .selectFrom("certificates")
    .select(["pk", "id", "team_pk"])
    .where("not_after", ">", span.after)
    .where("not_after", "<=", span.until)
    .where(sql<SqlBool>`not_after - not_before < ${hours(1)}`)
    .where("archived_at", "is", null)
    .orderBy("not_after")
    .limit(limit)
    .execute();
}

/** When the next renewal is due; what is due already and being renewed does not count. */
export async function nextRenewal(db: Db): Promise<Instant | null> {
  const row = await db
    .selectFrom("certificates")
    .select("renew_at")
    .where("renew_at", "is not", null)
    .where("archived_at", "is", null)
    .where("activity", "in", ["idle", "failed"])
    .orderBy("renew_at")
    .limit(1)
    .executeTakeFirst();
  return row?.renew_at ?? null;
}
