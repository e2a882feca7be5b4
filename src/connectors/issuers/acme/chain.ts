/** The certificate as the server hands it out (RFC 8555 section 7.4.2): the leaf first, then what issued it. */
import { Problem } from "#base/problem.ts";
import { type ForeignCertificate, parseForeignCertificate } from "#pki/certificate-reader.ts";
import { orderChain } from "#pki/chain.ts";
import { parsePemOf } from "#pki/pem.ts";
import { ConnectorFailure } from "../../failure.ts";
import type { Issued } from "../issuer.ts";
import type { Session } from "./session.ts";

const stage = "download";

export async function download(session: Session, url: string): Promise<Issued> {
  const accept = "application/pem-certificate-chain";
  const reply = await session.post({ stage, url, payload: undefined, accept });
  const [certificate, ...others] = certificatesOf(reply.text, reply.host);
  if (certificate === undefined) {
    const detail = `${reply.host} handed out no certificate`;
    throw new ConnectorFailure(detail, { stage, retryable: true });
  }
  // What did not sign the leaf would be deployed, and no client would believe it.
  if (others.length > 0 && certificate.signatureAlgorithm && !signedBy(certificate, others)) {
    const detail = `${reply.host} handed out a chain that did not issue the certificate`;
    throw new ConnectorFailure(detail, { stage, retryable: true });
  }
  // Clients have the trust anchor; one that is sent is only weight.
  const chain = others.filter((it) => !it.selfIssued).map((it) => it.der);
  return { certificate: certificate.der, chain };
}

const signedBy = (leaf: ForeignCertificate, others: readonly ForeignCertificate[]): boolean =>
  orderChain(leaf, others).length > 1;

function certificatesOf(text: string, host: string) {
  try {
    return parsePemOf("CERTIFICATE", text).map((der) => parseForeignCertificate(der));
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    const detail = `${host} handed out something that is not a chain of certificates: ${cause.detail}`;
    throw new ConnectorFailure(detail, { stage, retryable: true, cause });
  }
}
