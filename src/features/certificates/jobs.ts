/** The issue job: waits for the agent's request where there is one, then has the issuer answer, with retries. */
import { z } from "zod";
import { Problem } from "#base/problem.ts";
import { minutes } from "#base/time.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import { type Job, type JobContext, JobFailure, serverJob } from "#jobs/job.ts";
import type { Tx } from "#jobs/tx.ts";
import { parseRequest } from "#pki/request.ts";
import { generalNameFromText } from "#pki/subject-alt-name.ts";
import { concurrencyOf, forgetOrder, issuerByPk, workingHost } from "../issuers/use.ts";
import { type Policy, policyByPk } from "../policies/index.ts";
import { profileByPk } from "../profiles/index.ts";
import { nextTry } from "./certificate.ts";
import { accepted, checked, type Draft, type Signed } from "./draft.ts";
import { endOrder } from "./order-queries.ts";
import * as queries from "./queries.ts";
import { recordVersion } from "./record.ts";

export const IssueInput = z.strictObject({
  certificateId: z.string(),
  versionId: z.string(),
  isRenewal: z.boolean(),
  /** The signing request, DER in base64; missing while the agent has not handed it in. */
  csr: z.string().optional(),
});
export type IssueInput = z.output<typeof IssueInput>;

interface Prepared {
  readonly certificate: queries.CertificateRow;
  readonly draft: Draft;
  readonly policy: Policy;
  readonly signed: Signed;
}

export const issueJob = serverJob<IssueInput, Prepared>({
  kind: "certificates.issue",
  type: "Issuance",
  executor: "server",
  input: IssueInput,
  attempts: 11,
  timeout: minutes(10),
  concurrency: { per: "issuer", limit: concurrencyOf },
  async run(ctx, job, input) {
    const certificate = await loadCertificate(ctx, job);
    const { draft, policy } = await draftOf(ctx, certificate, input);
    const host = await ctx.step("prepare", () => workingHost(ctx, draft.issuer));
    const order = await ctx.step("check", async () =>
      asFailure(() => checked(ctx, draft, host.authority)),
    );
    await ctx.confirmLease();
    const issued = await ctx.step("issue", () =>
      asJobFailure(async () => draft.issuer.connector.issue(host, order, ctx.signal)),
    );
    const labels = { issuer_type: draft.issuer.type, outcome: "issued" };
    ctx.metrics.count("certctl_issuance_total", labels);
    const signed = asFailure(() =>
      accepted(issued, draft, host.authority?.pk ?? null, ctx.clock.now()),
    );
    return { certificate, draft, policy, signed };
  },
  async commit(tx, job, { certificate, draft, policy, signed }, input) {
    const { versionPk } = await recordVersion(tx, {
      certificate: { pk: certificate.pk, id: certificate.id, teamPk: certificate.team_pk },
      versionId: input.versionId,
      holderPk: job.agentPk,
      issuerPk: draft.issuer.pk,
      policy,
      request: draft.request.der,
      signed,
      isRenewal: input.isRenewal,
      othersPending: await queries.hasOtherIssueJobs(tx.db, certificate.pk, job.pk),
    });
    await endOrder(tx.db, job.pk, { state: "issued", versionPk, reason: null }, tx.now);
    await forgetOrder(tx.db, draft.issuer.pk, input.versionId);
    await tx.audit({
      action: input.isRenewal ? "certificate_renewed" : "certificate_issued",
      resourceType: "certificates",
      resourceId: certificate.id,
      outcome: "success",
      teamPk: certificate.team_pk,
      details: { jobId: job.id, versionId: input.versionId, issuerId: draft.issuer.id },
    });
    return { version_id: input.versionId };
  },
  failed: (tx, job, failure) => recordFailure(tx, job, failure.message),
  async cancelled(tx, job) {
    await recordCancelled(tx, job);
    const { versionId } = IssueInput.parse(job.input);
    if (job.issuerPk !== null) await forgetOrder(tx.db, job.issuerPk, versionId);
  },
});

/** The old certificate stays; the row says why the new one did not come, and the renewal check tries again later. */
export async function recordFailure(tx: Tx, job: Job, message: string): Promise<void> {
  if (job.certificatePk === null) return;
  const certificate = await queries.findCertificateByPk(tx.db, job.certificatePk);
  if (!certificate) return;
  const change = { activity: "failed" as const, failure: message.slice(0, 1_000) };
  const again = nextTry({ renewAt: certificate.renew_at, notAfter: certificate.not_after }, tx.now);
  await queries.recordProgress(tx.db, certificate.pk, { ...change, renew_at: again }, tx.now);
  await endOrder(tx.db, job.pk, { state: "refused", versionPk: null, reason: message }, tx.now);
  const subject = { id: certificate.id, teamPk: certificate.team_pk };
  await tx.emit("certificate.failed", subject, { message: message.slice(0, 500) });
  await tx.audit({
    action: "certificate_issue_failed",
    resourceType: "certificates",
    resourceId: certificate.id,
    outcome: "failure",
    teamPk: certificate.team_pk,
    details: { jobId: job.id, message: message.slice(0, 500) },
  });
}

/**
 * What somebody calls off has not failed: the certificate in service is as it was, and renews in its time. When that
 * has come, it waits as after a failure, or the next check would order again at once. A first issuance leaves nothing
 * in service, and says why.
 */
async function recordCancelled(tx: Tx, job: Job): Promise<void> {
  if (job.certificatePk === null) return;
  const certificate = await queries.findCertificateByPk(tx.db, job.certificatePk);
  if (!certificate) return;
  if (certificate.not_after === null) return await recordFailure(tx, job, "cancelled");
  const others = await queries.hasOtherIssueJobs(tx.db, certificate.pk, job.pk);
  const ends = { renewAt: certificate.renew_at, notAfter: certificate.not_after };
  const isDue = ends.renewAt !== null && ends.renewAt <= tx.now;
  const change = {
    activity: others ? ("renewing" as const) : ("idle" as const),
    failure: null,
    renew_at: isDue ? nextTry(ends, tx.now) : ends.renewAt,
  };
  await queries.recordProgress(tx.db, certificate.pk, change, tx.now);
  await endOrder(tx.db, job.pk, { state: "refused", versionPk: null, reason: "cancelled" }, tx.now);
  const subject = { id: certificate.id, teamPk: certificate.team_pk };
  await tx.emit("certificate.changed", subject, {});
}

async function loadCertificate(ctx: JobContext, job: Job): Promise<queries.CertificateRow> {
  const pk = job.certificatePk ?? 0;
  const certificate = await queries.findCertificateByPk(ctx.database.reader, pk);
  if (!certificate) throw new JobFailure("the certificate is gone", { retryable: false });
  if (certificate.archived_at !== null) {
    throw new JobFailure("the certificate is archived", { retryable: false });
  }
  return certificate;
}

async function draftOf(
  ctx: JobContext,
  certificate: queries.CertificateRow,
  input: IssueInput,
): Promise<{ draft: Draft; policy: Policy }> {
  if (input.csr === undefined)
    throw new JobFailure("there is no signing request", { retryable: false });
  const { reader } = ctx.database;
  const [issuer, profile, policy] = await Promise.all([
    issuerByPk({ ...ctx, reader }, certificate.issuer_pk),
    profileByPk(reader, certificate.profile_pk),
    policyByPk(reader, certificate.renewal_policy_pk),
  ]);
  if (!issuer) throw new JobFailure("the issuer is gone", { retryable: false });
  const draft: Draft = {
    names: storedNames(certificate),
    request: parseRequest(Buffer.from(input.csr, "base64")),
    profile: profile.rules,
    issuer,
    validitySeconds: certificate.validity_seconds,
    orderId: input.versionId,
  };
  return { draft, policy };
}

/** The names of a stored certificate. */
export const storedNames = (row: queries.CertificateRow) => ({
  commonName: row.common_name,
  sans: queries.sansOf(row).map((text) => generalNameFromText(text)),
});

/** A refusal will be one next time as well; everything else may pass. */
function asFailure<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    const retryable = cause.kind === "issuer-failed";
    throw new JobFailure(cause.detail, { retryable, cause });
  }
}

async function asJobFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof ConnectorFailure)) throw cause;
    const { message, retryable, retryAfter } = cause;
    throw new JobFailure(message, {
      retryable,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      cause,
    });
  }
}
