/**
 * Certificates built (RFC 5280 section 4.1): a template becomes the to-be-signed bytes, a signer makes them a certificate.
 * It writes what the template says: whether it may be said is for the issuance checks, which come before.
 */
import type { SignatureAlgorithm } from "./algorithms.ts";
import * as der from "./der.ts";
import { encodeSerialNumber, type SerialNumber } from "./serial-number.ts";
import type { Signer } from "./signer.ts";
import { encodeValidity, type Validity } from "./validity.ts";

export interface CertificateTemplate {
  readonly serialNumber: SerialNumber;
  /** The issuer's Name, DER: byte for byte the subject of the issuer's certificate. */
  readonly issuer: Uint8Array;
  readonly validity: Validity;
  /** The subject's Name, DER. */
  readonly subject: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** Whole extensions, in their order. */
  readonly extensions: readonly Uint8Array[];
}

const version3 = der.context(0, der.integer(2));

/** The bytes that are signed. */
export function encodeTbsCertificate(
  template: CertificateTemplate,
  algorithm: SignatureAlgorithm,
): Uint8Array {
  return der.sequence(
    version3,
    encodeSerialNumber(template.serialNumber),
    algorithm.der,
    template.issuer,
    encodeValidity(template.validity),
    template.subject,
    template.publicKey,
    der.context(3, der.sequence(...template.extensions)),
  );
}

/** The certificate, DER: at once when the signer answers at once, so that the hot path waits for nothing. */
export function signCertificate(
  template: CertificateTemplate,
  signer: Signer,
): Uint8Array | Promise<Uint8Array> {
  const tbs = encodeTbsCertificate(template, signer.algorithm);
  const assemble = (signature: Uint8Array) =>
    der.sequence(tbs, signer.algorithm.der, der.bitString(signature));
  const signature = signer.sign(tbs);
  return signature instanceof Promise ? signature.then(assemble) : assemble(signature);
}
