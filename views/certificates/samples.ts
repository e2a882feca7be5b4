/** Values that tests of pages of certificates begin with. */
import { days, instant, later } from "#base/time.ts";
import type { CertificateWithTargets, VersionView } from "#features/certificates/certificate.ts";
import type { DeploymentView } from "#features/deployments/deployment.ts";
import type { JobView } from "#features/work/job-view.ts";

export const now = instant(Date.UTC(2026, 10, 23, 12));
export const fingerprint = "ab".repeat(32);

export const version = (change: Partial<VersionView> = {}): VersionView => ({
  id: "ver-1",
  certificateId: "mc-1",
  holder: "ag-1",
  serialNumber: "01",
  fingerprint,
  notBefore: now,
  notAfter: later(now, days(90)),
  keyAlgorithm: "ECDSA-P256",
  isCurrent: true,
  keyAvailable: true,
  issuerId: "iss-local",
  authorityId: null,
  certificatePem: "",
  createdAt: now,
  ...change,
});

export const deployment = (change: Partial<DeploymentView> = {}): DeploymentView => ({
  id: "dep-1",
  certificateId: "mc-1",
  versionId: "ver-1",
  serialNumber: "01",
  notAfter: later(now, days(90)),
  isCurrent: true,
  targetId: "tgt-1",
  targetName: "site",
  targetType: "NGINX",
  agentId: "ag-1",
  state: "Deployed",
  message: null,
  seenAt: now,
  seenFingerprint: fingerprint,
  seenChain: null,
  tlsVersion: "TLSv1.3",
  installedAt: now,
  createdAt: now,
  updatedAt: now,
  ...change,
});

export const certificate = (
  change: Partial<CertificateWithTargets> = {},
): CertificateWithTargets => ({
  id: "mc-1",
  name: "shop.example.org",
  commonName: "shop.example.org",
  sans: ["shop.example.org"],
  status: "Active",
  environment: "production",
  ownerId: null,
  teamId: null,
  issuerId: "iss-local",
  certificateProfileId: null,
  renewalPolicyId: null,
  tags: {},
  source: "local",
  keyAlgorithm: "ECDSA-P256",
  notBefore: now,
  notAfter: later(now, days(90)),
  expiresAt: later(now, days(90)),
  renewAt: null,
  failure: null,
  lastRenewalAt: null,
  lastDeploymentAt: null,
  revokedAt: null,
  revocationReason: null,
  archivedAt: null,
  createdAt: now,
  updatedAt: now,
  revision: 1,
  targetIds: ["tgt-1"],
  ...change,
});

export const job = (change: Partial<JobView> = {}): JobView => ({
  id: "job-1",
  kind: "certificates.issue",
  type: "Issuance",
  status: "Completed",
  certificateId: "mc-1",
  targetId: null,
  agentId: null,
  issuerId: "iss-local",
  attempts: 1,
  maxAttempts: 11,
  lastError: null,
  result: null,
  requestedBy: "Ana",
  runAfter: now,
  deadline: null,
  startedAt: now,
  completedAt: now,
  createdAt: now,
  updatedAt: now,
  ...change,
});
