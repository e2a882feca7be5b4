/** Renewing: one new version for every key holder, together; a client's request is signed again or replaced. */

import { prefixes } from "#base/id.ts";
import { notFound, Problem } from "#base/problem.ts";
import { newId } from "#base/random.ts";
import { days, type Instant, later, type Milliseconds, seconds } from "#base/time.ts";
import type { Tx } from "#jobs/tx.ts";
import { type CertificateRequest, parseRequest } from "#pki/request.ts";
import { type Context, matchRevision } from "../context.ts";
import { write } from "../handler.ts";
import { issuerByPk, type UsableIssuer } from "../issuers/use.ts";
import { type Policy, policyByPk } from "../policies/index.ts";
import { type Profile, profileByPk } from "../profiles/index.ts";
import { certificatesApi } from "./api.ts";
import { jobLink } from "./create.ts";
import { type Draft, signUnlessDeferred } from "./draft.ts";
import { issueJob, storedNames } from "./jobs.ts";
import { readRequest } from "./names.ts";
import * as queries from "./queries.ts";
import { recordVersion } from "./record.ts";
import { listCurrent } from "./version-queries.ts";

export const renew = write(certificatesApi.renew, {
  async prepare(ctx, input) {
    const certificate = await queries.findCertificate(ctx.reader, input.id, ctx.scope);
    if (!certificate) throw notFound("certificate", input.id);
    matchRevision(ctx, certificate.revision);
    refuseUnfit(certificate, input.force, ctx.clock.now());
    const [issuer, profile, policy, holders] = await Promise.all([
      loadIssuer(ctx, certificate),
      profileByPk(ctx.reader, certificate.profile_pk),
      policyByPk(ctx.reader, certificate.renewal_policy_pk),
      queries.listHolders(ctx.reader, certificate.pk),
    ]);
    const base = { certificate, issuer, profile, policy, holders };
    if (holders.length > 0)
      return { ...base, request: undefined, signed: undefined, versionId: null };
    const request = await clientRequest(ctx, certificate, input.csrPem);
    const versionId = newId(prefixes.version, ctx.clock.now(), ctx.random);
    const draft: Draft = {
      names: storedNames(certificate),
      request,
      profile: profile.rules,
      issuer,
      validitySeconds: certificate.validity_seconds,
      orderId: versionId,
    };
    return { ...base, request, versionId, signed: await signUnlessDeferred(ctx, draft) };
  },
  demands(_, it) {
    if (!it.profile.rules.requiresApproval) return undefined;
    return {
      approvers: 1,
      reason: `the profile ${it.profile.id} demands approval`,
      type: "Renewal",
      certificatePk: it.certificate.pk,
      teamPk: it.certificate.team_pk,
      evidence: {
        certificate: it.certificate.id,
        commonName: it.certificate.common_name,
        sans: queries.sansOf(it.certificate),
        issuer: it.issuer.id,
        publicKey: it.request && Buffer.from(it.request.publicKey).toString("base64"),
      },
    };
  },
  async commit(tx, it) {
    const { certificate } = it;
    tx.subject({ id: certificate.id, teamPk: certificate.team_pk });
    const none = { status: "renewal_triggered" as const, jobIds: [], jobId: null, jobUrl: null };
    if (it.signed && it.request && it.versionId !== null) {
      await queries.updateCertificate(tx.db, certificate, {}, tx.now);
      await recordVersion(tx, {
        certificate: { pk: certificate.pk, id: certificate.id, teamPk: certificate.team_pk },
        versionId: it.versionId,
        holderPk: null,
        issuerPk: it.issuer.pk,
        policy: it.policy,
        request: it.request.der,
        signed: it.signed,
        isRenewal: true,
        othersPending: false,
      });
      return { ...none, versionId: it.versionId };
    }
    const jobIds = await enqueueRenewal(tx, it, { priority: 10, approvalNeeded: false });
    const [first] = jobIds;
    return {
      ...none,
      ...(first ? jobLink(first) : {}),
      jobIds: [...jobIds],
      versionId: it.versionId,
    };
  },
});

function refuseUnfit(row: queries.CertificateRow, force: boolean, now: Instant): void {
  if (row.archived_at !== null) throw new Problem("wrong-state", "the certificate is archived");
  if (row.revoked_at !== null) throw new Problem("wrong-state", "the certificate is revoked");
  if (force) return;
  const activity = queries.activityOf(row);
  if (activity === "renewing" || activity === "issuing") {
    throw new Problem(
      "wrong-state",
      "a renewal is in progress already; use force to start another",
    );
  }
  if (row.not_after !== null && row.not_after < now) {
    throw new Problem(
      "wrong-state",
      "the certificate has expired; use force to renew it all the same",
    );
  }
}

export const noHolder =
  "no agent holds its key any more: give it a target of another agent, or give csr_pem";

async function loadIssuer(ctx: Context, row: queries.CertificateRow): Promise<UsableIssuer> {
  const issuer = await issuerByPk(ctx, row.issuer_pk);
  if (!issuer) throw notFound("issuer", row.issuer_id);
  if (!issuer.enabled) throw new Problem("wrong-state", `the issuer ${issuer.id} is disabled`);
  return issuer;
}

/** The request given now, or the one the client's last version was made from: then the key stays the same. */
async function clientRequest(
  ctx: Context,
  certificate: queries.CertificateRow,
  csrPem: string | undefined,
): Promise<CertificateRequest> {
  if (csrPem !== undefined) return readRequest(csrPem);
  const versions = await listCurrent(ctx.reader, certificate.pk);
  // Never an agent's: it was retired, perhaps because its keys are no longer its own.
  const current = versions.find((it) => it.holder_pk === null);
  if (!current) throw new Problem("wrong-state", noHolder);
  return parseRequest(current.request);
}

export interface Renewal {
  readonly certificate: queries.CertificateRow;
  readonly issuer: { readonly pk: number };
  readonly policy: Policy;
  readonly profile: Profile;
  readonly holders: readonly number[];
  readonly request?: CertificateRequest | undefined;
  readonly versionId?: string | null;
}

/** One job per holder (or one for the client's request); the certificate shows that it is being renewed. */
export async function enqueueRenewal(
  tx: Tx,
  it: Renewal,
  how: { readonly priority: number; readonly approvalNeeded: boolean },
): Promise<readonly string[]> {
  const { certificate } = it;
  const common = {
    type: "Renewal" as const,
    certificatePk: certificate.pk,
    teamPk: certificate.team_pk,
    issuerPk: it.issuer.pk,
    priority: how.priority,
    maxAttempts: it.policy.fields.maxRetries + 1,
    retrySeconds: retrySeconds(certificate, it.policy),
  };
  const input = { certificateId: certificate.id, isRenewal: true };
  const ids: string[] = [];
  if (it.request) {
    const csr = Buffer.from(it.request.der).toString("base64");
    const job = await tx.enqueue(issueJob, {
      ...common,
      input: { ...input, versionId: it.versionId ?? tx.newId("version"), csr },
      dedupeKey: `certificates.issue/${certificate.pk}/client`,
    });
    ids.push(job.id);
  }
  for (const agentPk of it.holders) {
    const job = await tx.enqueue(issueJob, {
      ...common,
      state: how.approvalNeeded ? "AwaitingApproval" : "AwaitingCSR",
      agentPk,
      input: { ...input, versionId: tx.newId("version") },
      dedupeKey: `certificates.issue/${certificate.pk}/${agentPk}`,
      deadline: later(tx.now, days(7)),
    });
    ids.push(job.id);
  }
  const change = { activity: "renewing" as const };
  await queries.updateCertificate(tx.db, certificate, change, tx.now);
  await tx.emit("certificate.changed", { id: certificate.id, teamPk: certificate.team_pk }, {});
  return ids;
}

/** The policy's interval; for a lifetime under a day a fortieth of it, because the usual waits would outlive it. */
function retrySeconds(certificate: queries.CertificateRow, policy: Policy): number | null {
  if (policy.fields.retryIntervalSeconds > 0) return policy.fields.retryIntervalSeconds;
  if (certificate.not_after === null || certificate.not_before === null) return null;
  const lifetime: Milliseconds = certificate.not_after - certificate.not_before;
  return lifetime < days(1) ? Math.max(5, Math.round(lifetime / seconds(40))) : null;
}
