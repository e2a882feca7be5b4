/** Ordering a certificate: from names, so that agents make the keys, or from a signing request, signed at once where the issuer can. */

import { prefixes } from "#base/id.ts";
import { invalid, Lost, Problem } from "#base/problem.ts";
import { newId } from "#base/random.ts";
import { days, later } from "#base/time.ts";
import type { Tx } from "#jobs/tx.ts";
import { keyAlgorithmOf, keyText } from "#pki/algorithms.ts";
import type { CertificateRequest } from "#pki/request.ts";
import { generalNameToText } from "#pki/subject-alt-name.ts";
import { refuseTakenId, unlessTaken } from "../conflicts.ts";
import { type Context, requireTeam } from "../context.ts";
import { digestOf } from "../digest.ts";
import { write } from "../handler.ts";
import { issuerById, signingHost, type UsableIssuer } from "../issuers/use.ts";
import { loadPolicy, type Policy } from "../policies/index.ts";
import { expiringAt } from "../policies/renewal-policy.ts";
import { loadProfile, type Profile } from "../profiles/index.ts";
import { answerOf, knownAnswer } from "./answer.ts";
import { certificatesApi } from "./api.ts";
import { type NewCertificate, usualKey } from "./certificate.ts";
import { type Signed, signUnlessDeferred } from "./draft.ts";
import { insertCertificate, sourceOfName } from "./insert-queries.ts";
import { issueJob } from "./jobs.ts";
import {
  type Names,
  readRequest,
  requireSameKey,
  requireUsableNames,
  wantedNames,
} from "./names.ts";
import { findOrder, insertOrder, type OrderKey } from "./order-queries.ts";
import { type Placement, resolvePlacement } from "./placement-queries.ts";
import * as queries from "./queries.ts";
import { recordVersion } from "./record.ts";
import { searchText } from "./search-text.ts";

/** How long an agent may take to hand in its request when nothing else is set (CERTCTL_JOB_AWAITING_CSR_TIMEOUT). */
const patience = days(1);

interface Planned {
  readonly kind: "new";
  readonly names: Names;
  readonly placement: Placement;
  readonly issuer: UsableIssuer;
  readonly profile: Profile;
  readonly policy: Policy;
  readonly request: CertificateRequest | undefined;
  readonly signed: Signed | undefined;
  readonly versionId: string;
  readonly holders: readonly number[];
  readonly order: OrderKey;
}

/** The same request was sent before: here is its certificate, or the job that it waits for. */
interface Known {
  readonly kind: "known";
  readonly certificatePk: number;
  readonly versionPk: number | null;
  readonly jobId: string | null;
}

export const create = write(certificatesApi.create, {
  async prepare(ctx, input): Promise<Planned | Known> {
    const order: OrderKey = {
      edge: "rest",
      client: `${ctx.actor.type}:${ctx.actor.id}`,
      requestHash: digestOf(input),
    };
    // Only a signing request makes two orders the same: names alone may be wanted twice.
    const known = input.csrPem === undefined ? undefined : await findOrder(ctx.reader, order);
    if (known && known.state !== "refused") {
      const { certificate_pk: certificatePk, version_pk: versionPk, job_id } = known;
      return { kind: "known", certificatePk, versionPk, jobId: versionPk === null ? job_id : null };
    }
    return await plan(ctx, input, order);
  },
  demands(_, it) {
    if (it.kind === "known" || !it.profile.rules.requiresApproval) return undefined;
    return {
      approvers: 1,
      reason: `the profile ${it.profile.id} demands approval`,
      type: "Issuance",
      certificatePk: null,
      teamPk: it.placement.teamPk,
      evidence: {
        commonName: it.names.commonName,
        sans: it.names.sans.map(generalNameToText),
        issuer: it.issuer.id,
        profile: it.profile.id,
        publicKey: it.request && Buffer.from(it.request.publicKey).toString("base64"),
      },
    };
  },
  async commit(tx, it, input) {
    if (it.kind === "known") {
      const known = await knownAnswer(tx, it.certificatePk, it.versionPk);
      return it.jobId === null ? known : { ...known, ...jobLink(it.jobId) };
    }
    const id = input.id ?? tx.newId("certificate");
    if (input.id !== undefined) {
      refuseTakenId("certificate", await queries.findCertificate(tx.db, input.id, "all"));
    }
    const row = await unlessTaken("certificate", () => insertRow(tx, id, it, input)).catch(
      (error: unknown) => {
        const ours = input.name === undefined && it.request !== undefined;
        // Somebody else took the common name this moment: next time it is seen.
        throw ours && isNamed(error) ? new Lost("the name") : error;
      },
    );
    const certificatePk = row.pk;
    const certificate = { pk: certificatePk, id, teamPk: it.placement.teamPk };
    await queries.insertTargets(tx.db, certificatePk, it.placement.targetPks);
    const details = { name: row.name, issuerId: it.issuer.id };
    tx.subject({ id, teamPk: it.placement.teamPk, details });
    await tx.emit("certificate.created", certificate, {});
    if (it.signed && it.request) {
      const { versionPk } = await recordVersion(tx, {
        certificate,
        versionId: it.versionId,
        holderPk: null,
        issuerPk: it.issuer.pk,
        policy: it.policy,
        request: it.request.der,
        signed: it.signed,
        isNew: true,
        isRenewal: false,
        othersPending: false,
      });
      await saveOrder(tx, it, { certificatePk, versionPk, jobPk: null });
      return answerOf(tx, row, it.signed);
    }
    const job = await enqueue(tx, it, certificate);
    if (it.request) await saveOrder(tx, it, { certificatePk, versionPk: null, jobPk: job.pk });
    return { ...answerOf(tx, row), ...jobLink(job.id) };
  },
});

const isNamed = (error: unknown): boolean =>
  error instanceof Problem && error.kind === "already-exists" && error.errors[0]?.path === "name";

export const jobLink = (id: string) => ({ jobId: id, jobUrl: `/api/v1/jobs/${id}` });

async function plan(ctx: Context, input: NewCertificate, order: OrderKey): Promise<Planned> {
  const request = input.csrPem === undefined ? undefined : readRequest(input.csrPem);
  if (request) requireSameKey(request, input.keyAlgorithm);
  const names = wantedNames(input, request);
  const [placement, issuer, profile, policy] = await Promise.all([
    resolvePlacement(ctx, input),
    loadIssuer(ctx, input.issuerId),
    loadProfile(ctx.reader, input.certificateProfileId, "certificate_profile_id"),
    loadPolicy(ctx.reader, input.renewalPolicyId, "renewal_policy_id"),
  ]);
  requireTeam(ctx.scope, placement.teamPk);
  if (!request) {
    const { authority } = await signingHost(ctx, issuer);
    requireUsableNames(names, profile.rules.commonNameInSans, authority?.nameConstraints);
  }
  const holders = request ? [] : placement.agentPks;
  if (!request && holders.length === 0) {
    throw invalid(
      "csr_pem",
      "give a signing request, or target_ids or agent_id so that an agent makes the key",
    );
  }
  if (request && placement.targetPks.length > 0) {
    throw invalid("target_ids", "a key that the client holds cannot be deployed by an agent");
  }
  const versionId = newId(prefixes.version, ctx.clock.now(), ctx.random);
  const validitySeconds = input.validitySeconds ?? null;
  const draft = { names, profile: profile.rules, issuer, validitySeconds, orderId: versionId };
  const signed = request && (await signUnlessDeferred(ctx, { ...draft, request }));
  return {
    kind: "new",
    names,
    placement,
    issuer,
    profile,
    policy,
    request,
    signed,
    versionId,
    holders,
    order,
  };
}

async function loadIssuer(ctx: Context, id: string): Promise<UsableIssuer> {
  const issuer = await issuerById(ctx, id);
  if (!issuer) throw invalid("issuer_id", `there is no issuer ${id}`);
  if (!issuer.enabled) throw invalid("issuer_id", `the issuer ${id} is disabled`);
  return issuer;
}

/**
 * Clients order the same names again and again: where the common name is taken, the id makes the name their own. An
 * order of names that agents have a certificate for already is a mistake, and refused as one.
 */
async function usualName(tx: Tx, id: string, { request, names }: Planned): Promise<string> {
  const { commonName } = names;
  const taken = await sourceOfName(tx.db, commonName);
  const withId = taken !== undefined && (request !== undefined || taken !== "Agent");
  return withId ? `${commonName} ${id}` : commonName;
}

async function insertRow(
  tx: Tx,
  id: string,
  it: Planned,
  input: NewCertificate,
): Promise<queries.CertificateRow> {
  const sans = it.names.sans.map(generalNameToText);
  const name = input.name ?? (await usualName(tx, id, it));
  const key = it.request?.key;
  const row = await insertCertificate(
    tx.db,
    {
      id,
      name,
      commonName: it.names.commonName,
      sans,
      environment: input.environment,
      ownerPk: it.placement.ownerPk,
      teamPk: it.placement.teamPk,
      issuerPk: it.issuer.pk,
      profilePk: it.profile.pk,
      renewalPolicyPk: it.policy.pk,
      tags: input.tags,
      source: it.request ? "API" : "Agent",
      keyAlgorithm: key ? (keyAlgorithmOf(key) ?? keyText(key)) : (input.keyAlgorithm ?? usualKey),
      validitySeconds: input.validitySeconds ?? null,
      activity: it.signed ? "idle" : "issuing",
      validity: it.signed
        ? {
            notBefore: it.signed.leaf.notBefore,
            notAfter: it.signed.leaf.notAfter,
            expiringAt: expiringAt(it.signed.leaf, it.policy.fields),
          }
        : null,
      searchText: searchText({ name, sans, owner: it.placement.ownerName, tags: input.tags }),
    },
    tx.now,
  );
  return {
    ...row,
    issuer_id: it.issuer.id,
    owner_id: input.ownerId ?? null,
    team_id: it.placement.teamId,
    profile_id: it.profile.id,
    renewal_policy_id: input.renewalPolicyId ?? null,
  };
}

/** One job per key holder: an agent makes its key first, a client's request is ready. */
async function enqueue(
  tx: Tx,
  it: Planned,
  certificate: { readonly pk: number; readonly id: string; readonly teamPk: number | null },
) {
  const common = {
    certificatePk: certificate.pk,
    teamPk: certificate.teamPk,
    issuerPk: it.issuer.pk,
    priority: 10,
    maxAttempts: it.policy.fields.maxRetries + 1,
  };
  const input = { certificateId: certificate.id, isRenewal: false };
  if (it.request) {
    const csr = Buffer.from(it.request.der).toString("base64");
    return await tx.enqueue(issueJob, {
      ...common,
      input: { ...input, versionId: it.versionId, csr },
      dedupeKey: `certificates.issue/${certificate.pk}/client`,
    });
  }
  let first: { pk: number; id: string } | undefined;
  for (const agentPk of it.holders) {
    const job = await tx.enqueue(issueJob, {
      ...common,
      state: "AwaitingCSR",
      agentPk,
      input: { ...input, versionId: tx.newId("version") },
      dedupeKey: `certificates.issue/${certificate.pk}/${agentPk}`,
      deadline: later(tx.now, patience),
    });
    first ??= job;
  }
  if (!first) throw new Error("a certificate without key holder was planned");
  return first;
}

async function saveOrder(
  tx: Tx,
  it: Planned,
  of: { certificatePk: number; versionPk: number | null; jobPk: number | null },
): Promise<void> {
  const state = of.versionPk === null ? "pending" : "issued";
  await insertOrder(tx.db, { ...it.order, ...of, id: tx.newId("order"), state }, tx.now);
}
