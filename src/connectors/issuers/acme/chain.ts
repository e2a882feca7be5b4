/** The certificate as the server hands it out (RFC 8555 section 7.4.2): the leaf first, then what issued it. */
import { Problem } from "#base/problem.ts";
import { parseForeignCertificate } from "#pki/certificate-reader.ts";
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
  // Clients have the trust anchor; one that is sent is only weight.
  const chain = others.filter((it) => !it.selfIssued).map((it) => it.der);
  return { certificate: certificate.der, chain };
}

function certificatesOf(text: string, host: string) {
  try {
    return parsePemOf("CERTIFICATE", text).map((der) => parseForeignCertificate(der));
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    const detail = `${host} handed out something that is not a chain of certificates: ${cause.detail}`;
    throw new ConnectorFailure(detail, { stage, retryable: true, cause });
  }
}
