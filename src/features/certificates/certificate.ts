/** A certificate under management: schemas, and the status that follows from its evidence. Pure. */
import { z } from "zod";
import { Id } from "#base/id.ts";
import { hours, type Instant, later, minutes, Timestamp } from "#base/time.ts";
import { KeyAlgorithm } from "#pki/key.ts";

export const CertificateStatus = z.enum([
  "Pending",
  "Active",
  "Expiring",
  "Expired",
  "RenewalInProgress",
  "Failed",
  "Revoked",
  "Archived",
]);
export type CertificateStatus = z.infer<typeof CertificateStatus>;

/** What is being done with it now: the only part of the status that is stored. */
export type Activity = "idle" | "issuing" | "renewing" | "failed";

export interface Evidence {
  readonly activity: Activity;
  readonly notAfter: Instant | null;
  readonly expiringAt: Instant | null;
  readonly archivedAt: Instant | null;
  readonly revokedAt: Instant | null;
}

/** Computed at the moment of asking, never swept. `certificateHasStatus` says the same in SQL; a test compares them. */
export function statusOf(it: Evidence, now: Instant): CertificateStatus {
  if (it.archivedAt !== null) return "Archived";
  if (it.revokedAt !== null) return "Revoked";
  if (it.notAfter === null) return it.activity === "failed" ? "Failed" : "Pending";
  if (it.notAfter < now) return "Expired";
  if (it.activity === "renewing" || it.activity === "issuing") return "RenewalInProgress";
  if (it.activity === "failed") return "Failed";
  return it.expiringAt !== null && it.expiringAt <= now ? "Expiring" : "Active";
}

/**
 * When the renewal check tries again after all attempts of a renewal failed: within the hour, sooner where little life
 * is left. Null stays null: what is not renewed by itself is not retried by itself.
 */
export function nextTry(
  it: { readonly renewAt: Instant | null; readonly notAfter: Instant | null },
  now: Instant,
): Instant | null {
  if (it.renewAt === null || it.notAfter === null) return it.renewAt;
  const quarter = Math.max(it.notAfter - now, 0) / 4;
  return later(now, Math.round(Math.min(hours(1), Math.max(quarter, minutes(1)))));
}

export const TagName = z.string().min(1).max(64);

export const mostTags = 50;

export const Tags = z
  .record(TagName, z.string().max(256))
  .refine((it) => Object.keys(it).length <= mostTags, {
    error: `must have at most ${mostTags} entries`,
  })
  .meta({ title: "Tags", description: "key=value, one a line", widget: "map" });

const Name = z.string().trim().min(1).max(255);

/** What a person may change later as well. */
export const CertificateDetails = z.strictObject({
  name: Name.meta({ title: "Name" }),
  environment: z.string().trim().max(50).default("").meta({ title: "Environment" }),
  ownerId: Id.optional().meta({ title: "Owner" }),
  teamId: Id.optional().meta({ title: "Team", description: "Empty: the owner's team" }),
  renewalPolicyId: Id.optional().meta({ title: "Renewal policy" }),
  tags: Tags.default({}),
  targetIds: z.array(Id).max(1_000).default([]).meta({ title: "Targets" }),
});

/** What agents make where nobody says otherwise. */
export const usualKey: KeyAlgorithm = "ECDSA-P256";

export const NewCertificate = z.strictObject({
  id: Id.optional().meta({ title: "Id", description: "Made when empty" }),
  ...CertificateDetails.shape,
  name: Name.optional().meta({
    title: "Name",
    description: "Empty: the common name, with the id where it is taken",
  }),
  commonName: z
    .string()
    .trim()
    .max(253)
    .optional()
    .meta({ title: "Common name", description: "Empty: the first subjectAltName" }),
  sans: z.array(z.string().trim().min(1).max(2_048)).max(500).default([]).meta({
    title: "Names",
    description: "subjectAltName: DNS names, IP addresses, e-mail addresses, URIs",
  }),
  csrPem: z.string().max(100_000).optional().meta({
    title: "Certificate signing request (PEM)",
    description: "Empty: an agent makes the key",
    widget: "pem",
  }),
  agentId: Id.optional().meta({
    title: "Agent",
    description: "Makes the key; empty: the agents of the targets",
  }),
  issuerId: Id.default("iss-local").meta({ title: "Issuer" }),
  certificateProfileId: Id.optional().meta({ title: "Profile" }),
  keyAlgorithm: KeyAlgorithm.optional().meta({
    title: "Key",
    description: `Empty: ${usualKey}, or that of the signing request`,
  }),
  validitySeconds: z.int().min(60).max(315_360_000).optional().meta({
    title: "Validity",
    description: "Empty: as profile and issuer say",
    unit: "seconds",
  }),
});
export type NewCertificate = z.output<typeof NewCertificate>;

export const CertificateView = z.object({
  id: z.string(),
  name: z.string(),
  commonName: z.string(),
  sans: z.array(z.string()),
  status: CertificateStatus,
  environment: z.string(),
  ownerId: z.string().nullable(),
  teamId: z.string().nullable(),
  issuerId: z.string(),
  certificateProfileId: z.string().nullable(),
  renewalPolicyId: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  source: z.string(),
  keyAlgorithm: z.string(),
  notBefore: Timestamp.nullable(),
  notAfter: Timestamp.nullable(),
  /** The seeds' name of notAfter. */
  expiresAt: Timestamp.nullable(),
  renewAt: Timestamp.nullable(),
  failure: z.string().nullable().meta({ title: "Last failure" }),
  lastRenewalAt: Timestamp.nullable(),
  lastDeploymentAt: Timestamp.nullable(),
  revokedAt: Timestamp.nullable(),
  revocationReason: z.string().nullable(),
  archivedAt: Timestamp.nullable(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  revision: z.int(),
});
export type CertificateView = z.output<typeof CertificateView>;

/** One certificate by itself; a list does without its targets, which stand in another table. */
export const CertificateWithTargets = z.object({
  ...CertificateView.shape,
  targetIds: z.array(z.string()).meta({ title: "Targets" }),
});
export type CertificateWithTargets = z.output<typeof CertificateWithTargets>;

/** What a create or renew answers: the certificate at once, or the job that will make it. */
export const IssuedView = z.object({
  ...CertificateView.shape,
  jobId: z.string().nullable(),
  jobUrl: z.string().nullable(),
  certificatePem: z.string().nullable(),
  chainPem: z.string().nullable(),
});
export type IssuedView = z.output<typeof IssuedView>;

export const VersionView = z.object({
  id: z.string(),
  certificateId: z.string(),
  holder: z.string().nullable().meta({ title: "Key held by", description: "Null: the client" }),
  serialNumber: z.string(),
  fingerprint: z.string().meta({ title: "SHA-256 fingerprint" }),
  notBefore: Timestamp,
  notAfter: Timestamp,
  keyAlgorithm: z.string(),
  isCurrent: z.boolean(),
  keyAvailable: z.boolean().meta({ title: "The key is still there: it can be deployed again" }),
  issuerId: z.string(),
  authorityId: z.string().nullable(),
  certificatePem: z.string(),
  createdAt: Timestamp,
});
export type VersionView = z.output<typeof VersionView>;

/** What an order would become. */
export const CheckedOrder = z.object({
  commonName: z.string().nullable(),
  sans: z.array(z.string()),
  keyAlgorithm: z.string(),
  isClientKey: z.boolean().meta({ title: "The client holds the key" }),
  keyHolders: z.int().meta({ title: "Agents that make a key" }),
  targets: z.int(),
  notBefore: Timestamp.nullable(),
  notAfter: Timestamp.nullable(),
  renewAt: Timestamp.nullable().meta({ title: "The latest time of its first renewal" }),
  requiresApproval: z.boolean(),
  usedBy: z
    .array(z.object({ id: z.string(), name: z.string(), notAfter: Timestamp.nullable() }))
    .meta({ title: "Certificates of the same common name, at most five" }),
  problems: z.array(z.object({ path: z.string(), message: z.string() })),
});
export type CheckedOrder = z.output<typeof CheckedOrder>;
