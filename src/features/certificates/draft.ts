/**
 * The issuance path that every edge takes: request checked, profile applied, then the issuer. Everything that can be
 * refused is refused before a CA key is used; what was signed is nothing until `record.ts` has committed it.
 */
import { invalid, Problem } from "#base/problem.ts";
import { days, type Instant, instant, later, minutes, seconds } from "#base/time.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import type { Authority, Issued, IssueRequest } from "#connectors/issuers/issuer.ts";
import { type KeyAlgorithmName, keyAlgorithms } from "#pki/algorithms.ts";
import { type ForeignCertificate, parseForeignCertificate } from "#pki/certificate-reader.ts";
import { type Fingerprint, fingerprintOf } from "#pki/fingerprint.ts";
import { refusal, runChecks } from "#pki/issuance-checks.ts";
import { usualKeyUsage } from "#pki/key-usage.ts";
import { subjectAltNameIsCritical } from "#pki/local-ca.ts";
import type { PublicKey } from "#pki/public-key.ts";
import type { CertificateRequest } from "#pki/request.ts";
import { isValidAt, type Validity } from "#pki/validity.ts";
import type { Context } from "../context.ts";
import { signingHost, type UsableIssuer } from "../issuers/use.ts";
import type { ProfileRules } from "../profiles/profile.ts";
import { type Names, requireSameNames } from "./names.ts";

type Parts = Pick<
  Context,
  "reader" | "clock" | "random" | "vault" | "fetch" | "log" | "metrics" | "addresses"
>;

/** A certificate as wanted, with everything resolved. */
export interface Draft {
  readonly names: Names;
  readonly request: CertificateRequest;
  readonly profile: ProfileRules;
  readonly issuer: UsableIssuer;
  /** As asked for; null: as profile and issuer say. */
  readonly validitySeconds: number | null;
  readonly orderId: string;
}

/** What is recorded of a leaf. */
export interface Leaf extends Validity {
  /** The content octets of the INTEGER, in lower-case hex. */
  readonly serialNumber: string;
  readonly fingerprint: Fingerprint;
  /** Undefined when it is of a kind that we do not read. */
  readonly key: PublicKey | undefined;
}

/** A certificate that exists only in memory. */
export interface Signed {
  readonly leaf: Leaf;
  readonly certificate: Uint8Array;
  readonly chain: readonly Uint8Array[];
  readonly authorityPk: number | null;
}

/** Applies every check and has the issuer sign at once. Throws `refused`; `issuer-failed`. */
export async function signNow(
  parts: Parts,
  draft: Draft,
  signal: AbortSignal,
  /** Called between the checks and the signature. */
  onChecked?: () => void,
): Promise<Signed> {
  const host = await signingHost(parts, draft.issuer);
  const order = checked(parts, draft, host.authority);
  onChecked?.();
  const began = parts.clock.now();
  const labels = { issuer_type: draft.issuer.type };
  const issued = await issuedBy(draft.issuer, () =>
    draft.issuer.connector.issue(host, order, signal),
  );
  parts.metrics.count("certctl_issuance_total", { ...labels, outcome: "issued" });
  parts.metrics.time(
    "certctl_issuance_duration_seconds",
    labels,
    (parts.clock.now() - began) / seconds(1),
  );
  return accepted(issued, draft, host.authority?.pk ?? null, parts.clock.now());
}

/**
 * Where approval is demanded, or somebody else signs, the request is checked now, so that a refusal is heard at once;
 * it is signed when it comes here again approved, or by its job.
 */
export async function signUnlessDeferred(ctx: Context, draft: Draft): Promise<Signed | undefined> {
  const mustWait = draft.profile.requiresApproval && !ctx.approved;
  if (draft.issuer.signs && !mustWait) return await signNow(ctx, draft, ctx.signal);
  const host = await signingHost(ctx, draft.issuer);
  checked(ctx, draft, host.authority);
  return undefined;
}

async function issuedBy(
  issuer: UsableIssuer,
  work: () => Issued | Promise<Issued>,
): Promise<Issued> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof ConnectorFailure)) throw cause;
    throw new Problem("issuer-failed", `${issuer.id}: ${cause.message}`, { cause });
  }
}

/** What the issuer is asked for, after every rule. Counts and throws the refusal. */
export function checked(
  parts: Pick<Parts, "clock" | "metrics">,
  draft: Draft,
  authority: Authority | undefined,
): IssueRequest {
  if (!draft.issuer.enabled)
    throw invalid("issuer_id", `the issuer ${draft.issuer.id} is disabled`);
  requireSameNames(draft.request, draft.names);
  const { request, profile } = draft;
  const validity = validityFor(draft, authority, parts.clock.now());
  const keyUsage = usualKeyUsage(request.key);
  const extendedKeyUsage = purposesFor(draft);
  const findings = runChecks(
    { ...request, subjectAltNames: draft.names.sans },
    {
      validity,
      issuerValidity: authority?.issuing.validity ?? validity,
      // Somebody else's key cannot be compared, and somebody else compares it.
      issuerPublicKey: authority?.signer.publicKey ?? new Uint8Array(),
      keyUsage,
      extendedKeyUsage,
      nameConstraints: authority?.nameConstraints ?? [],
      subjectAltNameCritical: subjectAltNameIsCritical(request.subjectDer),
      commonName: profile.commonNameInSans ? "among-names" : "any",
      allowedKeys: allowedKeys(profile),
      ...(profile.maxTtlSeconds > 0 ? { maximumLifetime: seconds(profile.maxTtlSeconds) } : {}),
    },
  );
  const own = [shortLivedFinding(profile, validity), mustStapleFinding(draft)];
  const all = [...findings, ...own.filter((it) => it !== undefined)];
  if (all.length > 0) {
    for (const { rule } of all) parts.metrics.count("certctl_issuance_refused_total", { rule });
    parts.metrics.count("certctl_issuance_total", {
      issuer_type: draft.issuer.type,
      outcome: "refused",
    });
    throw refusal(all);
  }
  return {
    orderId: draft.orderId,
    request,
    subjectAltNames: draft.names.sans,
    validity,
    keyUsage,
    extendedKeyUsage,
    mustStaple: profile.mustStaple,
  };
}

/** The request may ask for fewer purposes than the profile allows, never for others. */
function purposesFor({ request, profile }: Draft): readonly string[] {
  const asked = request.requested.extendedKeyUsage;
  if (!asked || asked.length === 0) return profile.allowedEkus;
  const foreign = asked.filter((it) => !(profile.allowedEkus as readonly string[]).includes(it));
  if (foreign.length === 0) return asked;
  throw new Problem(
    "refused",
    `the profile does not allow the extended key usage ${foreign.join(", ")}`,
    {
      errors: [{ path: "csr_pem", message: `asks for ${foreign.join(", ")}` }],
      extra: { rules: ["purpose-not-allowed"] },
    },
  );
}

function shortLivedFinding(profile: ProfileRules, validity: Validity) {
  const lifetime = validity.notAfter - validity.notBefore;
  if (profile.allowShortLived || lifetime >= minutes(59)) return undefined;
  return {
    rule: "lifetime-too-short",
    path: "validity_seconds",
    message: "a lifetime under one hour needs a profile that allows short-lived certificates",
  };
}

/** Somebody else's CA takes it from the request, if from anywhere: better refused now than after an order. */
function mustStapleFinding({ profile, issuer, request }: Draft) {
  if (!profile.mustStaple || issuer.signs || request.requested.mustStaple) return undefined;
  return {
    rule: "must-staple-not-asked",
    path: "csr_pem",
    message: `the profile demands must-staple (RFC 7633), and ${issuer.id} gives it only where the request asks for it`,
  };
}

function allowedKeys(profile: ProfileRules): readonly KeyAlgorithmName[] {
  // The keys of a literal object are the names it was written with.
  const names = Object.keys(keyAlgorithms) as KeyAlgorithmName[];
  return names.filter((name) => {
    const spec = keyAlgorithms[name];
    return profile.allowedKeyAlgorithms.some(
      (it) => it.algorithm === spec.algorithm && spec.size >= it.minSize,
    );
  });
}

/** Clocks of relying parties differ; a tenth of a short lifetime at most. */
const backdate = minutes(1);

/**
 * From a little before now. What was asked for by name stays as it is and is refused where it goes too far; what
 * nobody asked for is the issuer's usual, cut to profile and CA.
 */
export function validityFor(
  draft: Pick<Draft, "profile" | "validitySeconds" | "issuer">,
  authority: Authority | undefined,
  now: Instant,
): Validity {
  const { profile, validitySeconds, issuer } = draft;
  const limit = profile.maxTtlSeconds > 0 ? seconds(profile.maxTtlSeconds) : Infinity;
  const usual = Math.min(days(Number(issuer.config["validity_days"] ?? 90)), limit);
  const lifetime = validitySeconds === null ? usual : seconds(validitySeconds);
  // Whole seconds, as the encoding has; inclusive of notAfter, hence one second less (RFC 5280 section 4.1.2.5).
  const usualStart = Math.floor((now - Math.min(backdate, lifetime / 10)) / 1_000) * 1_000;
  // Never before the issuer's own: a CA made a moment ago would otherwise refuse every certificate.
  const start = instant(Math.max(usualStart, authority?.issuing.validity.notBefore ?? 0));
  const end = later(start, lifetime - seconds(1));
  const bound = authority?.issuing.validity.notAfter;
  const notAfter = validitySeconds === null && bound !== undefined && end > bound ? bound : end;
  return { notBefore: start, notAfter };
}

/** What an answer is compared with. */
interface Order extends Pick<Draft, "request" | "names"> {
  readonly profile: Pick<ProfileRules, "mustStaple">;
  readonly issuer: Pick<UsableIssuer, "id">;
}

/** What an issuer answered, checked against what was asked: another key or a dead certificate is a failure, not a result. */
export function accepted(
  issued: Issued,
  draft: Order,
  authorityPk: number | null,
  now: Instant,
): Signed {
  const { certificate, chain, written } = issued;
  if (written) {
    const { serialNumber, validity } = written;
    const fingerprint = fingerprintOf(certificate);
    const leaf = { ...validity, serialNumber, fingerprint, key: draft.request.key };
    return { leaf, certificate, chain, authorityPk };
  }
  const leaf = parseForeignCertificate(certificate);
  const complaint = complaintOf(leaf, draft, now);
  if (complaint) {
    throw new Problem(
      "issuer-failed",
      `${draft.issuer.id} answered with a certificate that ${complaint}`,
    );
  }
  return { leaf, certificate, chain, authorityPk };
}

function complaintOf(leaf: ForeignCertificate, draft: Order, now: Instant): string | undefined {
  if (Buffer.compare(leaf.publicKey, draft.request.publicKey) !== 0) return "has another key";
  if (leaf.notAfter <= now) return "has expired already";
  if (isValidAt(leaf, now) === false && leaf.notBefore > later(now, days(1))) {
    return "is not valid yet";
  }
  if (draft.profile.mustStaple && !leaf.mustStaple) {
    return "lacks must-staple (RFC 7633), which the profile demands";
  }
  const names = new Set(leaf.subjectAltNames.map((it) => `${it.type}:${it.value}`));
  const missing = draft.names.sans.filter((it) => !names.has(`${it.type}:${it.value}`));
  if (missing.length === 0) return undefined;
  return `lacks the name ${missing.map((it) => it.value).join(", ")}`;
}
