/** What a signature leaves behind, in one commit: version, certificate, event. */
import { hours, later, toRfc3339 } from "#base/time.ts";
import { runBy } from "#jobs/schedule-queries.ts";
import type { Tx } from "#jobs/tx.ts";
import { keyText } from "#pki/algorithms.ts";
import type { Policy } from "../policies/index.ts";
import { expiringAt, renewAt } from "../policies/renewal-policy.ts";
import type { Signed } from "./draft.ts";
import { refreshInUse } from "./in-use-queries.ts";
import * as queries from "./queries.ts";
import * as versions from "./version-queries.ts";

export interface Recording {
  readonly certificate: {
    readonly pk: number;
    readonly id: string;
    readonly teamPk: number | null;
  };
  readonly versionId: string;
  /** The agent that holds the key; null: the client. */
  readonly holderPk: number | null;
  readonly issuerPk: number;
  readonly policy: Policy;
  readonly request: Uint8Array;
  readonly signed: Signed;
  /** The certificate's row was made in this commit with the validity of this version, which the client holds. */
  readonly isNew?: true;
  readonly isRenewal: boolean;
  /** Other holders of the same certificate are still waiting for theirs. */
  readonly othersPending: boolean;
}

/** Records a signed certificate as the current version of its holder. */
export async function recordVersion(tx: Tx, it: Recording): Promise<{ versionPk: number }> {
  const { leaf } = it.signed;
  // The octets of the number without the sign octet that DER puts before a high bit.
  const serial = leaf.serialNumber.replace(/^(00)+(?=..)/, "");
  // An agent's first version too may be what a retired agent's are replaced by.
  const mayReplace = it.isRenewal || (it.holderPk !== null && !it.isNew);
  if (mayReplace) await versions.supersede(tx.db, it.certificate.pk, it.holderPk);
  const versionPk = await versions.insertVersion(
    tx.db,
    {
      id: it.versionId,
      certificatePk: it.certificate.pk,
      holderPk: it.holderPk,
      issuerPk: it.issuerPk,
      authorityPk: it.signed.authorityPk,
      serialNumber: Buffer.from(serial, "hex"),
      fingerprint: Buffer.from(leaf.fingerprint, "hex"),
      notBefore: leaf.notBefore,
      notAfter: leaf.notAfter,
      certificate: it.signed.certificate,
      chain: it.signed.chain,
      request: it.request,
      keyAlgorithm: leaf.key ? keyText(leaf.key) : "unknown",
      isCurrent: true,
    },
    tx.now,
  );
  if (!it.isNew) await recordValidity(tx, it);
  if (mayReplace) await refreshInUse(tx.db, it.certificate.pk);
  await tx.emit(
    "certificate.issued",
    { id: it.certificate.id, teamPk: it.certificate.teamPk },
    {
      versionId: it.versionId,
      serialNumber: serial.replace(/^0+(?=.)/, ""),
      notAfter: toRfc3339(leaf.notAfter),
      heldBy: it.holderPk === null ? "client" : "agent",
    },
  );
  return { versionPk };
}

/** Writes what follows for the certificate: when it ends, when it is renewed. */
async function recordValidity(tx: Tx, it: Recording): Promise<void> {
  const { leaf } = it.signed;
  // With one holder the new version is the whole truth; with several the first to end decides.
  const validity =
    it.holderPk === null
      ? leaf
      : ((await versions.currentValidity(tx.db, it.certificate.pk)) ?? leaf);
  // A client that holds its own key renews by itself.
  const renewal =
    it.holderPk === null ? null : renewAt(validity, it.policy.fields, tx.random.fraction());
  if (renewal !== null && renewal < later(tx.now, hours(1))) {
    await runBy(tx.db, "renewal-check", renewal);
  }
  await queries.recordProgress(
    tx.db,
    it.certificate.pk,
    {
      activity: it.othersPending ? "renewing" : "idle",
      failure: null,
      not_before: validity.notBefore,
      not_after: validity.notAfter,
      expiring_at: expiringAt(validity, it.policy.fields),
      renew_at: renewal,
      ...(it.isRenewal ? { last_renewal_at: tx.now } : {}),
    },
    tx.now,
  );
}
