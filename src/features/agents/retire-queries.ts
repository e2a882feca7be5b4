/** SQL of retiring an agent: what hangs on it, and what ends with it. */
import { type Kysely, sql } from "kysely";
import type { Instant } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import type { Dependencies } from "./agent.ts";

type Db = Kysely<Tables>;

export async function countDependencies(db: Db, pk: number): Promise<Dependencies> {
  const targets = await db
    .selectFrom("targets")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .where("agent_pk", "=", pk)
    .where("retired_at", "is", null)
    .executeTakeFirstOrThrow();
  const placed = db
    .selectFrom("certificate_targets")
    .innerJoin("targets", "targets.pk", "certificate_targets.target_pk")
    .select("certificate_targets.certificate_pk")
    .where("targets.agent_pk", "=", pk)
    .where("targets.retired_at", "is", null);
  const held = db
    .selectFrom("certificate_versions")
    .select("certificate_pk")
    .where("holder_pk", "=", pk)
    .where("is_current", "=", 1);
  const certificates = await db
    .selectFrom("certificates")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .where("pk", "in", placed.union(held))
    .where("archived_at", "is", null)
    .executeTakeFirstOrThrow();
  const jobs = await db
    .selectFrom("jobs")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .where("agent_pk", "=", pk)
    .where("state", "in", ["Pending", "AwaitingCSR", "AwaitingApproval", "Running"])
    .executeTakeFirstOrThrow();
  return {
    activeTargets: Number(targets.n),
    activeCertificates: Number(certificates.n),
    pendingJobs: Number(jobs.n),
  };
}

/**
 * Retires the agent. Its credential stays known, so that it is told 410 and ends cleanly; its name is free for another.
 * `unguessable` keeps its place in the index of names, where nobody can have put a name of the same text before.
 */
export async function retireAgent(
  db: Db,
  pk: number,
  how: { readonly reason: string | null; readonly unguessable: string },
  now: Instant,
): Promise<boolean> {
  const result = await db
    .updateTable("agents")
    .set((eb) => ({
      retired_at: now,
      retired_reason: how.reason,
      retired_name: eb.ref("name"),
      name: sql<string>`name || ${` (retired ${how.unguessable})`}`,
      updated_at: now,
      revision: eb("revision", "+", 1),
    }))
    .where("pk", "=", pk)
    .where("retired_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function retireTargets(
  db: Db,
  agentPk: number,
  reason: string,
  now: Instant,
): Promise<void> {
  await db
    .updateTable("targets")
    .set({ retired_at: now, retired_reason: reason, enabled: 0, updated_at: now })
    .where("agent_pk", "=", agentPk)
    .where("retired_at", "is", null)
    .execute();
  const targets = db.selectFrom("targets").select("pk").where("agent_pk", "=", agentPk);
  await db
    .updateTable("deployments")
    .set({ in_use: null })
    .where("target_pk", "in", targets)
    .where("in_use", "is not", null)
    .execute();
}

export async function listActiveJobs(db: Db, agentPk: number): Promise<readonly number[]> {
  const rows = await db
    .selectFrom("jobs")
    .select("pk")
    .where("agent_pk", "=", agentPk)
    .where("state", "in", ["Pending", "AwaitingCSR", "AwaitingApproval", "Running"])
    .execute();
  return rows.map((row) => row.pk);
}
