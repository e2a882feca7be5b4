/** SQL on deployments, and on jobs as an agent takes and ends them. */
import { type ExpressionBuilder, type Kysely, type SqlBool, sql } from "kysely";
import { z } from "zod";
import type { Window } from "#base/page.ts";
import { type Instant, instant } from "#base/time.ts";
import { json, listed, parseJson } from "#db/portable.ts";
import { statement } from "#db/statement.ts";
import type { Tables } from "#db/tables.ts";
import type { Job } from "#jobs/job.ts";
import { insertSteps, toJob } from "#jobs/queries.ts";
import { serialText } from "../certificates/versions.ts";
import type { TeamScope } from "../context.ts";
import { type Listing, listPage } from "../list.ts";
import { type DeploymentView, type StoredState, statedAs } from "./deployment.ts";

type Db = Kysely<Tables>;

/** SQLite uses the index on jobs by agent only for a condition that repeats its own, word by word and without parameters. */
const isActive = sql<boolean>`state in ('Pending', 'AwaitingCSR', 'AwaitingApproval', 'Running')`;

/** What is due for an agent: work, and requests nobody was reminded of lately. */
const isDue = (now: Instant) => (eb: ExpressionBuilder<Tables, "jobs">) =>
  eb.or([
    eb.and([eb("state", "=", "Pending"), eb("executor", "=", "agent"), eb("run_after", "<=", now)]),
    eb.and([
      eb("state", "=", "AwaitingCSR"),
      eb.or([eb("lease_until", "is", null), eb("lease_until", "<", now)]),
    ]),
  ]);

/** Every agent asks all the time: building the statement each time would cost more than executing it. */
const dueWork = statement(
  (db, it: { readonly agentPk: number; readonly now: Instant; readonly limit: number }) =>
    db
      .selectFrom("jobs")
      .selectAll()
      .where("agent_pk", "=", it.agentPk)
      .where(isActive)
      .where("state", "in", ["Pending", "AwaitingCSR"])
      .where(isDue(it.now))
      .orderBy("priority", "desc")
      .orderBy("run_after")
      .orderBy("pk")
      .limit(it.limit),
);

const dueAgents = statement((db, it: { readonly agentPks: string; readonly now: Instant }) =>
  db
    .selectFrom("jobs")
    .select("agent_pk")
    .distinct()
    .where("agent_pk", "in", listed(db, it.agentPks))
    .where(isActive)
    .where("state", "in", ["Pending", "AwaitingCSR"])
    .where(isDue(it.now)),
);

/** Those of the agents for whom `listWork` would find something now. */
export async function agentsWithWork(
  db: Db,
  agentPks: readonly number[],
  now: Instant,
): Promise<readonly number[]> {
  const { rows } = await dueAgents(db, { agentPks: agentPks.join(","), now });
  return rows.flatMap((it) => (it.agent_pk === null ? [] : [it.agent_pk]));
}

/** What an agent may take now: due deployments and probes, and requests nobody was reminded of lately. */
export async function listWork(
  db: Db,
  agentPk: number,
  now: Instant,
  limit: number,
): Promise<readonly Job[]> {
  return (await dueWork(db, { agentPk, now, limit })).rows.map(toJob);
}

/**
 * Notes that the agent was told of a request job; it is told again when it has not answered by `until`. The first time
 * is when the work on it begins, and the step of the job that tells so.
 */
export async function remind(
  db: Db,
  job: Pick<Job, "pk" | "attempts">,
  at: { readonly now: Instant; readonly until: Instant },
): Promise<void> {
  const waiting = db
    .updateTable("jobs")
    .where("pk", "=", job.pk)
    .where("state", "=", "AwaitingCSR");
  const first = await waiting
    .set({ lease_until: at.until, started_at: at.now })
    .where("started_at", "is", null)
    .executeTakeFirst();
  if (first.numUpdatedRows === 1n) {
    const asked = { outcome: "success", detail: null, startedAt: at.now, endedAt: at.now };
    await insertSteps(db, job, [{ name: "ask", ...asked }]);
    return;
  }
  await waiting.set({ lease_until: at.until }).execute();
}

/** Makes or refreshes the row of a version on a target. */
export async function expectDeployment(
  db: Db,
  it: {
    readonly id: string;
    readonly certificatePk: number;
    readonly versionPk: number;
    readonly targetPk: number;
  },
  now: Instant,
): Promise<void> {
  await db
    .insertInto("deployments")
    .values({
      id: it.id,
      certificate_pk: it.certificatePk,
      version_pk: it.versionPk,
      target_pk: it.targetPk,
      state: "Pending",
      message: null,
      seen_at: null,
      seen_fingerprint: null,
      seen_chain: null,
      tls_version: null,
      in_use: null,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["version_pk", "target_pk"])
        .doUpdateSet({ state: "Pending", message: null, updated_at: now }),
    )
    .execute();
}

export interface Sighting {
  readonly at: Instant;
  readonly fingerprint: Uint8Array;
  readonly chain: readonly string[];
  readonly tlsVersion: string;
}

export async function endDeployment(
  db: Db,
  by: { readonly versionPk: number; readonly targetPk: number },
  end: {
    readonly state: StoredState;
    readonly message: string | null;
    readonly seen: Sighting | null;
  },
  now: Instant,
): Promise<void> {
  await db
    .updateTable("deployments")
    .set({
      state: end.state,
      message: end.message?.slice(0, 2_000) ?? null,
      updated_at: now,
      ...(end.seen
        ? {
            seen_at: end.seen.at,
            seen_fingerprint: end.seen.fingerprint,
            seen_chain: json(end.seen.chain),
            tls_version: end.seen.tlsVersion,
          }
        : {}),
    })
    .where("version_pk", "=", by.versionPk)
    .where("target_pk", "=", by.targetPk)
    .execute();
}

/**
 * From now on this version is what is at the target. A deployment is later than all that were there before, whatever the
 * clocks of two replicas say; a look is as old as what it saw, and what was deployed since stays in place.
 */
export async function putInPlace(
  db: Db,
  by: { readonly certificatePk: number; readonly versionPk: number; readonly targetPk: number },
  how: { readonly seenAt: Instant | null; readonly now: Instant },
): Promise<void> {
  const before = await db
    .selectFrom("deployments")
    .select("installed_at")
    .where("certificate_pk", "=", by.certificatePk)
    .where("target_pk", "=", by.targetPk)
    .where("version_pk", "<>", by.versionPk)
    .where("installed_at", "is not", null)
    .orderBy("installed_at", "desc")
    .limit(1)
    .executeTakeFirst();
  const last = before?.installed_at ?? 0;
  if (how.seenAt !== null && how.seenAt <= last) return;
  const at = instant(Math.max(how.now, last + 1));
  await db
    .updateTable("deployments")
    .set({ installed_at: at })
    .where("version_pk", "=", by.versionPk)
    .where("target_pk", "=", by.targetPk)
    .execute();
}

/** Was another version of the certificate put in place at the same target later? */
const isOvertaken = sql<SqlBool>`exists (select 1 from deployments as others
  where others.certificate_pk = deployments.certificate_pk and others.target_pk = deployments.target_pk
  and others.installed_at is not null and others.installed_at > coalesce(deployments.installed_at, 0))`;

function deployments(db: Db) {
  return db
    .selectFrom("deployments")
    .innerJoin("certificates", "certificates.pk", "deployments.certificate_pk")
    .innerJoin("certificate_versions", "certificate_versions.pk", "deployments.version_pk")
    .innerJoin("targets", "targets.pk", "deployments.target_pk")
    .innerJoin("agents", "agents.pk", "targets.agent_pk");
}

/** Of one certificate, or at one target: there of the certificates in scope. */
type Place =
  | { readonly certificatePk: number }
  | { readonly targetPk: number; readonly scope: TeamScope };

function deploymentsAt(db: Db, of: Place) {
  const all = deployments(db);
  if ("certificatePk" in of) return all.where("deployments.certificate_pk", "=", of.certificatePk);
  const here = all.where("deployments.target_pk", "=", of.targetPk);
  return of.scope === "all" ? here : here.where("certificates.team_pk", "in", of.scope);
}

export async function listDeployments(
  db: Db,
  window: Window,
  of: Place & { readonly onlyInPlace: boolean },
): Promise<Listing<DeploymentView>> {
  const all = deploymentsAt(db, of);
  const matching = of.onlyInPlace
    ? all.where("deployments.installed_at", "is not", null).where(sql<SqlBool>`not ${isOvertaken}`)
    : all;
  const rows = matching
    .selectAll("deployments")
    .select([
      "certificates.id as certificate_id",
      "certificate_versions.id as version_id",
      "certificate_versions.serial_number",
      "certificate_versions.not_after",
      "certificate_versions.is_current",
      "targets.id as target_id",
      "targets.name as target_name",
      "targets.type as target_type",
      "agents.id as agent_id",
      sql<number>`case when ${isOvertaken} then 1 else 0 end`.as("is_overtaken"),
    ]);
  return await listPage(
    {
      window,
      key: "deployments.pk",
      columns: { created_at: { ref: "deployments.created_at" } },
      matching,
      rows,
    },
    (row) => ({
      id: row.id,
      certificateId: row.certificate_id,
      versionId: row.version_id,
      serialNumber: serialText(row.serial_number),
      notAfter: row.not_after,
      isCurrent: row.is_current === 1,
      targetId: row.target_id,
      targetName: row.target_name,
      targetType: row.target_type,
      agentId: row.agent_id,
      // The column holds what this module wrote.
      state: statedAs(row.state as StoredState, row.is_overtaken === 1),
      message: row.message,
      seenAt: row.seen_at,
      seenFingerprint: row.seen_fingerprint && Buffer.from(row.seen_fingerprint).toString("hex"),
      seenChain: row.seen_chain && parseJson(row.seen_chain, z.array(z.string())),
      tlsVersion: row.tls_version,
      installedAt: row.installed_at,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    }),
  );
}

function targetsOf(db: Db, certificatePk: number) {
  return db
    .selectFrom("certificate_targets")
    .innerJoin("targets", "targets.pk", "certificate_targets.target_pk")
    .select(["targets.pk", "targets.id", "targets.agent_pk", "targets.enabled"])
    .where("certificate_targets.certificate_pk", "=", certificatePk)
    .where("targets.retired_at", "is", null)
    .orderBy("targets.pk");
}

/** Targets of a certificate that one agent serves. */
export async function listTargets(
  db: Db,
  by: { readonly certificatePk: number; readonly agentPk: number },
) {
  return await targetsOf(db, by.certificatePk)
    .where("targets.agent_pk", "=", by.agentPk)
    .where("targets.enabled", "=", 1)
    .execute();
}

/** All targets of a certificate, or one of them; also those that are disabled. */
export async function listAllTargets(db: Db, certificatePk: number, id: string | undefined) {
  const all = targetsOf(db, certificatePk);
  return await (id === undefined ? all : all.where("targets.id", "=", id)).execute();
}

/** Keys that an agent removed cannot be deployed again. */
export async function markPruned(
  db: Db,
  agentPk: number,
  versionIds: readonly string[],
): Promise<void> {
  if (versionIds.length === 0) return;
  await db
    .updateTable("certificate_versions")
    .set({ key_available: 0 })
    .where("holder_pk", "=", agentPk)
    .where("id", "in", versionIds)
    .execute();
}

/** Deployments of the same certificate to the same target that have not begun are overtaken by a newer one. */
export async function cancelWaiting(
  db: Db,
  targetPk: number,
  certificatePk: number,
  now: Instant,
): Promise<void> {
  await db
    .updateTable("jobs")
    .set({
      state: "Cancelled",
      last_error: "a newer deployment took its place",
      completed_at: now,
      updated_at: now,
    })
    .where("target_pk", "=", targetPk)
    .where("certificate_pk", "=", certificatePk)
    .where("kind", "=", "deployments.deploy")
    .where("state", "=", "Pending")
    .execute();
}
