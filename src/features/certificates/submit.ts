/** The agent's half of issuing: it hands in the signing request of its job; a CA of ours signs at once. */

import { invalid, Lost, notFound, Problem } from "#base/problem.ts";
import type { Instant } from "#base/time.ts";
import { announce } from "#jobs/announce.ts";
import * as jobs from "#jobs/queries.ts";
import { encodePem } from "#pki/pem.ts";
import type { CertificateRequest } from "#pki/request.ts";
import { requireSelf } from "../agents/self.ts";
import type { Context } from "../context.ts";
import { write } from "../handler.ts";
import { issuerByPk } from "../issuers/use.ts";
import { policyByPk } from "../policies/index.ts";
import { profileByPk } from "../profiles/index.ts";
import { certificatesApi } from "./api.ts";
import { type Signed, signNow } from "./draft.ts";
import { IssueInput, issueJob, storedNames } from "./jobs.ts";
import { readRequest, requireSameNames } from "./names.ts";
import * as queries from "./queries.ts";
import { recordVersion } from "./record.ts";
import { findVersionById, loadChain, pemOfChain } from "./version-queries.ts";

export const submitCsr = write(certificatesApi.submitCsr, {
  async prepare(ctx, input) {
    requireSelf(ctx.actor, input.id);
    const receivedAt = ctx.clock.now();
    const job = await queries.findJobOfAgent(ctx.reader, input.jobId, ctx.actor.pk);
    if (!job || job.kind !== issueJob.kind) throw notFound("job", input.jobId);
    const { versionId, isRenewal, certificateId } = IssueInput.parse(job.input);
    if (input.certificateId !== undefined && input.certificateId !== certificateId) {
      throw invalid("certificate_id", "is not that of the job");
    }
    const request = readRequest(input.csrPem);
    const certificate = await queries.findCertificateByPk(ctx.reader, job.certificatePk ?? 0);
    if (!certificate) throw notFound("certificate", certificateId);
    if (job.state === "Completed") return { job, done: await again(ctx, versionId, request) };
    if (job.state !== "AwaitingCSR") {
      throw new Problem("wrong-state", `the job is ${job.state}, it does not wait for a request`);
    }
    requireSameNames(request, storedNames(certificate));
    const parts = { certificate, request, versionId, isRenewal };
    const steps = [step("request", receivedAt, receivedAt)];
    return { job, steps, ...parts, ...(await signed(ctx, certificate, { ...parts, steps })) };
  },
  async commit(tx, it) {
    const { job } = it;
    if ("done" in it) {
      tx.subject({ type: "jobs", id: job.id, teamPk: job.teamPk, details: { repeated: true } });
      return it.done;
    }
    const { certificate, request, versionId, isRenewal, signature, policy } = it;
    await jobs.insertSteps(tx.db, job, it.steps);
    tx.subject({
      type: "certificates",
      id: certificate.id,
      teamPk: certificate.team_pk,
      details: { jobId: job.id, versionId, isRenewal, signed: signature !== undefined },
    });
    if (!signature) {
      const csr = Buffer.from(request.der).toString("base64");
      const input = { ...IssueInput.parse(job.input), csr };
      if (!(await jobs.moveIdle(tx.db, job.pk, "submit", tx.now, { input })))
        throw new Lost("the job");
      await announce(tx, job);
      tx.wakes.add("jobs");
      return { status: "csr_accepted" as const, certificatePem: null, chainPem: null };
    }
    if (!(await jobs.moveIdle(tx.db, job.pk, "succeed", tx.now))) throw new Lost("the job");
    await recordVersion(tx, {
      certificate: { pk: certificate.pk, id: certificate.id, teamPk: certificate.team_pk },
      versionId,
      holderPk: job.agentPk,
      issuerPk: signature.issuerPk,
      policy,
      request: request.der,
      signed: signature.signed,
      isRenewal,
      othersPending: await queries.hasOtherIssueJobs(tx.db, certificate.pk, job.pk),
    });
    await announce(tx, job);
    return {
      status: "csr_signed" as const,
      certificatePem: encodePem("CERTIFICATE", signature.signed.certificate),
      chainPem: pemOfChain(signature.signed.chain),
    };
  },
});

const step = (name: string, startedAt: Instant, endedAt: Instant): jobs.Step => ({
  name,
  outcome: "success",
  detail: null,
  startedAt,
  endedAt,
});

/** Adds to `steps` what is done here; what somebody else signs, its job does. */
async function signed(
  ctx: Context,
  certificate: queries.CertificateRow,
  it: {
    readonly request: CertificateRequest;
    readonly versionId: string;
    readonly steps: jobs.Step[];
  },
): Promise<{
  signature: { signed: Signed; issuerPk: number } | undefined;
  policy: Awaited<ReturnType<typeof policyByPk>>;
}> {
  const [issuer, profile, policy] = await Promise.all([
    issuerByPk(ctx, certificate.issuer_pk),
    profileByPk(ctx.reader, certificate.profile_pk),
    policyByPk(ctx.reader, certificate.renewal_policy_pk),
  ]);
  if (!issuer) throw notFound("issuer", certificate.issuer_id);
  if (!issuer.signs) return { signature: undefined, policy };
  const draft = {
    names: storedNames(certificate),
    request: it.request,
    profile: profile.rules,
    issuer,
    validitySeconds: certificate.validity_seconds,
    orderId: it.versionId,
  };
  const beganAt = ctx.clock.now();
  let checkedAt = beganAt;
  const made = await signNow(ctx, draft, ctx.signal, () => {
    checkedAt = ctx.clock.now();
  });
  it.steps.push(step("check", beganAt, checkedAt), step("issue", checkedAt, ctx.clock.now()));
  return { signature: { signed: made, issuerPk: issuer.pk }, policy };
}

/** The agent did not hear the first answer: the same request gets the same certificate, another one is refused. */
async function again(ctx: Context, versionId: string, request: CertificateRequest) {
  const version = await findVersionById(ctx.reader, versionId);
  if (!version || Buffer.compare(version.request, request.der) !== 0) {
    throw new Problem("wrong-state", "the job has its certificate already, for another request");
  }
  const chain = await loadChain(ctx.reader, version.chain_pk);
  return {
    status: "csr_signed" as const,
    certificatePem: encodePem("CERTIFICATE", version.certificate),
    chainPem: pemOfChain(chain),
  };
}
