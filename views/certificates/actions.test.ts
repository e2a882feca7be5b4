import { expect, test } from "bun:test";
import type { CertificateWithTargets, VersionView } from "#features/certificates/certificate.ts";
import { renewingOf } from "./actions.tsx";
import { certificate, version } from "./samples.ts";

const byAgent = [version()];
const byClient = [version({ holder: null }), version({ isCurrent: false })];

test.each<[string, Partial<CertificateWithTargets>, VersionView[], ReturnType<typeof renewingOf>]>([
  ["its agent can make a key", {}, byAgent, "now"],
  ["its last renewal failed", { status: "Failed" }, byAgent, "now"],
  ["the client holds its key", { targetIds: [] }, byClient, "request"],
  ["the agent of a new target can make one", { targetIds: ["tgt-1"] }, byClient, "now"],
  ["it has expired", { status: "Expired" }, byAgent, "force"],
  ["it is being renewed", { status: "RenewalInProgress" }, byAgent, "no"],
  ["it is being issued", { status: "Pending" }, [], "no"],
  ["it was revoked", { status: "Revoked" }, byAgent, "no"],
])("what renews a certificate when %s", (_, change, versions, way) => {
  expect(renewingOf(certificate(change), versions)).toBe(way);
});
