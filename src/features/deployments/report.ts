/** How a job ended, as its agent tells. A late report, after the lease was lost, counts for nothing. */

import type { Input } from "#base/contract.ts";
import { notFound } from "#base/problem.ts";
import { announce } from "#jobs/announce.ts";
import { endFailed } from "#jobs/attempt.ts";
import type { Job } from "#jobs/job.ts";
import * as leases from "#jobs/lease-queries.ts";
import * as jobs from "#jobs/queries.ts";
import { requireSelf } from "../agents/self.ts";
import { refreshInUse } from "../certificates/in-use-queries.ts";
import { recordFailure } from "../certificates/jobs.ts";
import { findJobOfAgent, findVersionById, recordProgress } from "../certificates/versions.ts";
import { type WriteTx, write } from "../handler.ts";
import { findTargetByPk, saveTest } from "../targets/lookup.ts";
import { deploymentsApi } from "./api.ts";
import { isPutInPlace, type StoredState, stateOf } from "./deployment.ts";
import { deployJob } from "./enqueue.ts";
import * as queries from "./queries.ts";

type Report = Input<typeof deploymentsApi.report>;

export const report = write(deploymentsApi.report, {
  async prepare(ctx, input) {
    requireSelf(ctx.actor, input.id);
    const job = await findJobOfAgent(ctx.reader, input.jobId, ctx.actor.pk);
    if (!job) throw notFound("job", input.jobId);
    const versionId = (job.input as { versionId?: string }).versionId;
    const version = versionId ? await findVersionById(ctx.reader, versionId) : undefined;
    const target =
      job.targetPk === null ? undefined : await findTargetByPk(ctx.reader, job.targetPk);
    const { metrics, actor } = ctx;
    return { job, version, metrics, agentPk: actor.pk, targetType: target?.type };
  },
  async commit(tx, { job, version, metrics, agentPk, targetType }, input) {
    tx.subject({
      type: "jobs",
      id: job.id,
      teamPk: job.teamPk,
      details: { status: input.status, outcome: input.outcome, error: input.error },
    });
    await queries.markPruned(tx.db, agentPk, input.prunedVersions);
    if (job.state === "AwaitingCSR") return await refusedRequest(tx, job, input);
    const held = job.state === "Running" && job.leaseToken === input.leaseToken;
    if (!held) return { status: "updated" as const, counted: false };
    if (job.kind === "targets.test") await endTest(tx, job, input);
    else if (version) await endOnTarget(tx, job, version, input);
    await endJob(tx, job, input);
    if (input.outcome) {
      const labels = { target_type: targetType ?? "unknown", result: input.outcome };
      metrics.count("certctl_deploy_attempts_total", labels);
    }
    return { status: "updated" as const, counted: true };
  },
});

/** The agent could not make its request, or the server refused it for good. */
async function refusedRequest(tx: WriteTx, job: Job, input: Report) {
  const error = input.error ?? "the agent could not make its request";
  if (input.status === "Failed" && !input.retryable) {
    const at = { startedAt: tx.now, endedAt: tx.now };
    await jobs.insertSteps(tx.db, job, [
      { name: "request", outcome: "failure", detail: error, ...at },
    ]);
    await jobs.moveIdle(tx.db, job.pk, "giveUp", tx.now, { error, isFinal: true });
    await recordFailure(tx, job, error);
    await announce(tx, job);
  }
  return { status: "updated" as const, counted: input.status === "Failed" && !input.retryable };
}

async function endTest(tx: WriteTx, job: Job, input: Report): Promise<void> {
  if (job.targetPk === null) return;
  const status = input.status === "Completed" ? "success" : "failed";
  const message = input.error ?? input.steps.map((it) => it.detail ?? it.name).join("; ");
  await saveTest(tx.db, job.targetPk, { status, message }, tx.now);
  const target = await findTargetByPk(tx.db, job.targetPk);
  if (!target) return;
  const subject = { id: target.id, teamPk: target.team_pk };
  await tx.emit("target.tested", subject, { name: target.name, status });
}

type Version = NonNullable<Awaited<ReturnType<typeof findVersionById>>>;

async function endOnTarget(tx: WriteTx, job: Job, version: Version, input: Report): Promise<void> {
  if (job.targetPk === null || job.certificatePk === null) return;
  const expected = Buffer.from(version.fingerprint).toString("hex");
  const seen = input.seen && {
    at: input.seen.at,
    fingerprint: Buffer.from(input.seen.fingerprint, "hex"),
    chain: input.seen.chain,
    tlsVersion: input.seen.tlsVersion,
  };
  const state: StoredState = stateOf(
    input.outcome ?? (input.status === "Completed" ? "deployed" : "failed"),
    input.seen?.fingerprint,
    expected,
  );
  const by = { versionPk: version.pk, targetPk: job.targetPk };
  const isDeployment = job.kind === deployJob.kind;
  if (isPutInPlace(state, isDeployment ? "deployment" : "look")) {
    const seenAt = isDeployment ? null : (seen?.at ?? tx.now);
    const place = { ...by, certificatePk: job.certificatePk };
    await queries.putInPlace(tx.db, place, { seenAt, now: tx.now });
  }
  await queries.endDeployment(tx.db, by, { state, message: input.error ?? null, seen }, tx.now);
  await refreshInUse(tx.db, job.certificatePk);
  if (isDeployment && state === "Deployed") {
    await recordProgress(tx.db, job.certificatePk, { last_deployment_at: tx.now }, tx.now);
  }
  await tell(tx, job, version, { state, input });
}

async function tell(
  tx: WriteTx,
  job: Job,
  version: Version,
  { state, input }: { readonly state: StoredState; readonly input: Report },
): Promise<void> {
  const certificateId = (job.input as { certificateId: string }).certificateId;
  const subject = { id: job.id, teamPk: job.teamPk };
  if (state === "Deployed") {
    const expected = Buffer.from(version.fingerprint).toString("hex");
    const payload = { certificateId, versionId: version.id, fingerprint: expected };
    await tx.emit("deployment.seen", subject, payload);
  } else if (input.status === "Failed") {
    const message = (input.error ?? "the deployment failed").slice(0, 500);
    await tx.emit("deployment.failed", subject, { certificateId, versionId: version.id, message });
  }
}

async function endJob(tx: WriteTx, job: Job, input: Report): Promise<void> {
  const steps = input.steps.map((it) => ({
    name: it.name,
    outcome: it.outcome,
    detail: it.detail ?? null,
    startedAt: it.startedAt,
    endedAt: it.finishedAt,
  }));
  if (input.status === "Completed") {
    await jobs.insertSteps(tx.db, job, steps);
    const result = { outcome: input.outcome, seen: input.seen?.fingerprint };
    await leases.endAttempt(tx.db, job, { event: "succeed", result }, tx.now);
    await announce(tx, job);
    return;
  }
  const message = input.error ?? "the agent reported a failure";
  await endFailed(tx, job, {}, { message, retryable: input.retryable }, steps);
}
