/** The built-in CA: builds the to-be-signed certificate and has it signed by the authority's signer, in process. */
import { signCertificate } from "#pki/certificate.ts";
import { leafTemplate } from "#pki/local-ca.ts";
import { newSerialNumber } from "#pki/serial-number.ts";
import { ConnectorFailure } from "../failure.ts";
import { type Authority, type Issued, type IssuerHost, issuer } from "./issuer.ts";
import { localKind } from "./local.config.ts";

export const local = issuer({
  ...localKind,
  issue(host, _, it) {
    const authority = authorityOf(host);
    const { request, subjectAltNames, validity, keyUsage, extendedKeyUsage, mustStaple } = it;
    const serialNumber = newSerialNumber(host.random);
    const template = leafTemplate(
      {
        subjectDer: request.subjectDer,
        key: request.key,
        subjectAltNames,
        serialNumber,
        validity,
        keyUsage,
        extendedKeyUsage,
        mustStaple,
      },
      authority.issuing,
    );
    const signed = signCertificate(template, authority.signer);
    const finish = (certificate: Uint8Array): Issued => ({
      certificate,
      chain: authority.chain,
      written: { serialNumber, validity },
    });
    return signed instanceof Promise ? signed.then(finish) : finish(signed);
  },
  async test(host) {
    const authority = authorityOf(host);
    return `ready: ${authority.id} signs with ${authority.signer.algorithm.name}`;
  },
});

function authorityOf(host: IssuerHost): Authority {
  if (host.authority) return host.authority;
  throw new ConnectorFailure("no authority of this issuer is active", {
    stage: "sign",
    retryable: false,
  });
}
