/** Jobs for agents: deploy a version to a target, or look at what a target serves. */
import { z } from "zod";
import { days, later, minutes } from "#base/time.ts";
import { agentJob } from "#jobs/job.ts";
import { on, type Tx } from "#jobs/tx.ts";
import { refreshInUse } from "../certificates/in-use-queries.ts";
import { findCertificate, findVersionById, listCurrent } from "../certificates/versions.ts";
import * as queries from "./queries.ts";

const Input = z.strictObject({
  certificateId: z.string(),
  versionId: z.string(),
  targetId: z.string(),
});

export const deployJob = agentJob({
  kind: "deployments.deploy",
  type: "Deployment",
  executor: "agent",
  input: Input,
  attempts: 6,
  timeout: minutes(10),
  concurrency: { per: "target", limit: 1 },
});

export const probeJob = agentJob({
  kind: "deployments.probe",
  type: "Validation",
  executor: "agent",
  input: Input,
  attempts: 2,
  timeout: minutes(2),
});

export interface Deployment {
  readonly certificate: {
    readonly pk: number;
    readonly id: string;
    readonly teamPk: number | null;
  };
  readonly version: { readonly pk: number; readonly id: string };
  readonly target: { readonly pk: number; readonly id: string; readonly agent_pk: number };
}

/** One deployment; a newer wish for the same target replaces one that has not begun. */
export async function enqueueDeployment(tx: Tx, it: Deployment, priority: number): Promise<string> {
  await queries.cancelWaiting(tx.db, it.target.pk, it.certificate.pk, tx.now);
  await queries.expectDeployment(
    tx.db,
    {
      id: tx.newId("deployment"),
      certificatePk: it.certificate.pk,
      versionPk: it.version.pk,
      targetPk: it.target.pk,
    },
    tx.now,
  );
  await refreshInUse(tx.db, it.certificate.pk);
  const job = await tx.enqueue(deployJob, {
    ...subjectOf(it),
    dedupeKey: `deployments.deploy/${it.target.pk}/${it.version.pk}`,
    priority,
    deadline: later(tx.now, days(7)),
  });
  return job.id;
}

export async function enqueueProbe(tx: Tx, it: Deployment): Promise<string> {
  const job = await tx.enqueue(probeJob, {
    ...subjectOf(it),
    dedupeKey: `deployments.probe/${it.target.pk}/${it.certificate.pk}`,
    priority: 10,
    deadline: later(tx.now, days(1)),
  });
  return job.id;
}

const subjectOf = ({ certificate, version, target }: Deployment) => ({
  input: { certificateId: certificate.id, versionId: version.id, targetId: target.id },
  certificatePk: certificate.pk,
  targetPk: target.pk,
  agentPk: target.agent_pk,
  teamPk: certificate.teamPk,
});

/** A new version goes to all targets of the agent that holds its key. */
export const deployIssued = on("certificate.issued", async (tx, event) => {
  if (event.payload.heldBy === "client") return;
  const version = await findVersionById(tx.db, event.payload.versionId);
  if (!version || version.holder_pk === null) return;
  const by = { certificatePk: version.certificate_pk, agentPk: version.holder_pk };
  const certificate = { pk: version.certificate_pk, id: event.subjectId, teamPk: event.teamPk };
  for (const target of await queries.listTargets(tx.db, by)) {
    await enqueueDeployment(tx, { certificate, version, target }, 5);
  }
});

/** Targets that a certificate was given get what their agent holds already; for the others it is issued first. */
export const deployPlaced = on("certificate.placed", async (tx, event) => {
  const row = await findCertificate(tx.db, event.subjectId, "all");
  if (!row) return;
  const certificate = { pk: row.pk, id: row.id, teamPk: event.teamPk };
  for (const version of await listCurrent(tx.db, row.pk)) {
    if (version.holder_pk === null) continue;
    const by = { certificatePk: row.pk, agentPk: version.holder_pk };
    for (const target of await queries.listTargets(tx.db, by)) {
      if (!event.payload.targetIds.includes(target.id)) continue;
      await enqueueDeployment(tx, { certificate, version, target }, 10);
    }
  }
});
