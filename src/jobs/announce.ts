/** Tells that a job is new or has changed: pages watch jobs, and whatever a job is about. */
import { statement } from "#db/statement.ts";
import type { Tx } from "./tx.ts";

/** Subqueries instead of joins: see `statement`. */
const jobByPk = statement((db, it: { readonly pk: number }) =>
  db
    .selectFrom("jobs")
    .select((eb) => [
      "jobs.id",
      "jobs.team_pk",
      "jobs.state",
      "jobs.type",
      eb
        .selectFrom("certificates")
        .select("certificates.id")
        .whereRef("certificates.pk", "=", "jobs.certificate_pk")
        .as("certificate_id"),
      eb
        .selectFrom("targets")
        .select("targets.id")
        .whereRef("targets.pk", "=", "jobs.target_pk")
        .as("target_id"),
      eb
        .selectFrom("agents")
        .select("agents.id")
        .whereRef("agents.pk", "=", "jobs.agent_pk")
        .as("agent_id"),
      eb
        .selectFrom("issuers")
        .select("issuers.id")
        .whereRef("issuers.pk", "=", "jobs.issuer_pk")
        .as("issuer_id"),
    ])
    .where("jobs.pk", "=", it.pk),
);

/** Emits `job.changed` with the state that the job has now, in the transaction that changed it. */
export async function announce(tx: Tx, job: { readonly pk: number }): Promise<void> {
  const [row] = (await jobByPk(tx.db, { pk: job.pk })).rows;
  if (!row) return;
  const about = {
    certificateId: row.certificate_id,
    targetId: row.target_id,
    agentId: row.agent_id,
    issuerId: row.issuer_id,
  };
  const named = Object.entries(about).filter(([, id]) => id !== null);
  await tx.emit(
    "job.changed",
    { id: row.id, teamPk: row.team_pk },
    { state: row.state, type: row.type, ...Object.fromEntries(named) },
  );
}
