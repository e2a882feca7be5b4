/** What follows when a certificate is given another target: it is brought there, or first issued for the agent there. */
import { days, later } from "#base/time.ts";
import type { Tx } from "#jobs/tx.ts";
import type { Policy } from "../policies/index.ts";
import type { Profile } from "../profiles/index.ts";
import { issueJob } from "./jobs.ts";
import * as queries from "./queries.ts";
import { listCurrent } from "./version-queries.ts";

export interface Placing {
  readonly certificate: queries.CertificateRow;
  readonly teamPk: number | null;
  readonly policy: Policy;
  readonly profile: Profile;
  /** The targets that it had before. */
  readonly before: readonly number[];
}

/**
 * Call it when the new targets are written. A version goes to new targets of the agent that holds its key; an agent that
 * holds none is asked for its request, as the renewal check asks.
 */
export async function followTargets(tx: Tx, it: Placing): Promise<readonly string[]> {
  const { certificate, teamPk } = it;
  const isIssued = certificate.not_after !== null;
  if (!isIssued || certificate.archived_at !== null || certificate.revoked_at !== null) return [];
  const targets = await queries.listTargetsOf(tx.db, certificate.pk);
  const added = targets.filter(({ pk }) => !it.before.includes(pk));
  if (added.length === 0) return [];
  const current = await listCurrent(tx.db, certificate.pk);
  const holders = new Set(current.map((version) => version.holder_pk));
  const jobIds: string[] = [];
  for (const agentPk of new Set(added.map((target) => target.agent_pk))) {
    if (holders.has(agentPk)) continue;
    const job = await tx.enqueue(issueJob, {
      state: it.profile.rules.requiresApproval ? "AwaitingApproval" : "AwaitingCSR",
      certificatePk: certificate.pk,
      teamPk,
      issuerPk: certificate.issuer_pk,
      agentPk,
      priority: 10,
      maxAttempts: it.policy.fields.maxRetries + 1,
      input: { certificateId: certificate.id, versionId: tx.newId("version"), isRenewal: false },
      dedupeKey: `certificates.issue/${certificate.pk}/${agentPk}`,
      deadline: later(tx.now, days(7)),
    });
    jobIds.push(job.id);
  }
  const targetIds = added.map((target) => target.id);
  await tx.emit("certificate.placed", { id: certificate.id, teamPk }, { targetIds });
  return jobIds;
}
