/** What is answered to an order: the certificate, with its PEM when there is a version. */
import { Problem } from "#base/problem.ts";
import type { Tx } from "#jobs/tx.ts";
import { encodePem } from "#pki/pem.ts";
import type { IssuedView } from "./certificate.ts";
import type { Signed } from "./draft.ts";
import * as queries from "./queries.ts";
import { findVersionByPk, loadChain, pemOfChain } from "./version-queries.ts";

/** The certificate of a request that was sent before, as it now stands. */
export async function knownAnswer(
  tx: Tx,
  certificatePk: number,
  versionPk: number | null,
): Promise<IssuedView> {
  const row = await queries.findCertificateByPk(tx.db, certificatePk);
  if (!row) throw new Problem("not-found", "the certificate is gone");
  const version = versionPk === null ? undefined : await findVersionByPk(tx.db, versionPk);
  if (!version) return answerOf(tx, row);
  const chain = await loadChain(tx.db, version.chain_pk);
  return answerOf(tx, row, { certificate: version.certificate, chain });
}

export function answerOf(
  tx: Tx,
  row: queries.CertificateRow,
  issued?: Pick<Signed, "certificate" | "chain">,
): IssuedView {
  return {
    ...queries.certificateView(row, tx.now),
    jobId: null,
    jobUrl: null,
    certificatePem: issued ? encodePem("CERTIFICATE", issued.certificate) : null,
    chainPem: issued ? pemOfChain(issued.chain) : null,
  };
}
