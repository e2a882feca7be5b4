/**
 * The templates of a local authority: a self-signed root, an issuing CA below it, and leaves (RFC 5280 section 4.2).
 * Pure: keys, serial numbers and times come from outside, and nothing here signs.
 */
import type { Instant } from "#base/time.ts";
import type { CertificateTemplate } from "./certificate.ts";
import type { ParsedCertificate } from "./certificate-reader.ts";
import {
  authorityInfoAccessExtension,
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  certificatePoliciesExtension,
  crlDistributionPointsExtension,
  extendedKeyUsageExtension,
  keyIdentifierOf,
  keyUsageExtension,
  mustStapleExtension,
  subjectAltNameExtension,
  subjectKeyIdentifierExtension,
} from "./extensions.ts";
import type { ExtendedKeyUsage, KeyUsage } from "./key-usage.ts";
import { type DistinguishedName, encodeName } from "./name.ts";
import { type PublicKey, parsePublicKey } from "./public-key.ts";
import type { SerialNumber } from "./serial-number.ts";
import { distinctNames, type GeneralName } from "./subject-alt-name.ts";
import { isValidAt, type Validity } from "./validity.ts";

/** Where relying parties find an authority's data; plain HTTP (RFC 5280 section 4.2.1.13). */
export interface AuthorityUrls {
  readonly crl: readonly string[];
  readonly ocsp: readonly string[];
  readonly caIssuers: readonly string[];
}

export const noUrls: AuthorityUrls = { crl: [], ocsp: [], caIssuers: [] };

/** What of an issuer goes into every certificate it issues, encoded once. */
export interface Issuing {
  readonly nameDer: Uint8Array;
  readonly validity: Validity;
  readonly authorityKeyIdentifier: Uint8Array;
  /** Extensions with the issuer's URLs. */
  readonly urlExtensions: readonly Uint8Array[];
}

/** Call it once for an issuer and keep the answer: it spares work in each issuance. */
export function issuingWith(certificate: ParsedCertificate, urls: AuthorityUrls): Issuing {
  const { notBefore, notAfter, key } = certificate;
  const keyIdentifier = certificate.subjectKeyIdentifier ?? keyIdentifierOf(key);
  return {
    nameDer: certificate.subjectDer,
    validity: { notBefore, notAfter },
    authorityKeyIdentifier: authorityKeyIdentifierExtension(keyIdentifier),
    urlExtensions: urlExtensions(urls),
  };
}

function urlExtensions({ crl, ocsp, caIssuers }: AuthorityUrls): readonly Uint8Array[] {
  const extensions: Uint8Array[] = [];
  if (crl.length > 0) extensions.push(crlDistributionPointsExtension(crl));
  if (ocsp.length + caIssuers.length > 0) {
    extensions.push(authorityInfoAccessExtension({ ocsp, caIssuers }));
  }
  return extensions;
}

/** Why a certificate from outside cannot become an issuing authority with this key; undefined when it can. */
export function authorityComplaint(
  certificate: ParsedCertificate,
  publicKey: Uint8Array,
  at: Instant,
): string | undefined {
  const { basicConstraints, keyUsage } = certificate;
  if (basicConstraints?.ca !== true)
    return "the CA certificate is not a CA (basicConstraints has no CA:TRUE)";
  if (keyUsage !== undefined && !keyUsage.includes("keyCertSign")) {
    return "the CA certificate may not sign certificates (keyUsage has no keyCertSign)";
  }
  if (Buffer.compare(certificate.publicKey, publicKey) !== 0) {
    return "the private key does not belong to the CA certificate";
  }
  if (isValidAt(certificate, at)) return undefined;
  return at < certificate.notBefore
    ? "the CA certificate is not valid yet"
    : "the CA certificate has expired";
}

export interface AuthoritySpec {
  readonly name: DistinguishedName;
  /** SubjectPublicKeyInfo, DER: the `publicKey` of the signer. */
  readonly publicKey: Uint8Array;
  readonly serialNumber: SerialNumber;
  readonly validity: Validity;
  /** How many CA certificates may follow below it; undefined: any number. */
  readonly pathLen: number | undefined;
}

const caUsages: readonly KeyUsage[] = ["keyCertSign", "cRLSign"];

/** A root: sign it with its own key. */
export function rootTemplate(spec: AuthoritySpec): CertificateTemplate {
  const name = encodeName(spec.name);
  return { ...caTemplate(spec, name), issuer: name };
}

/** An issuing CA: sign it with the key of the CA above. */
export function issuingCaTemplate(spec: AuthoritySpec, issuing: Issuing): CertificateTemplate {
  const template = caTemplate(spec, encodeName(spec.name));
  return {
    ...template,
    issuer: issuing.nameDer,
    extensions: [issuing.authorityKeyIdentifier, ...template.extensions, ...issuing.urlExtensions],
  };
}

function caTemplate(spec: AuthoritySpec, subject: Uint8Array): Omit<CertificateTemplate, "issuer"> {
  const { serialNumber, validity, publicKey, pathLen } = spec;
  const keyIdentifier = keyIdentifierOf(parsePublicKey(publicKey));
  return {
    serialNumber,
    validity,
    subject,
    publicKey,
    extensions: [
      subjectKeyIdentifierExtension(keyIdentifier),
      basicConstraintsExtension({ ca: true, pathLen }),
      keyUsageExtension(caUsages),
    ],
  };
}

export interface LeafSpec {
  /** The subject's Name, DER: as in the request, or encoded anew. */
  readonly subjectDer: Uint8Array;
  readonly key: PublicKey;
  /** Written in canonical form, each once. */
  readonly subjectAltNames: readonly GeneralName[];
  readonly serialNumber: SerialNumber;
  readonly validity: Validity;
  readonly keyUsage: readonly KeyUsage[];
  readonly extendedKeyUsage: readonly ExtendedKeyUsage[];
  readonly mustStaple?: boolean;
  /** OIDs. */
  readonly certificatePolicies?: readonly string[];
}

/** An empty SEQUENCE has two octets. */
const isEmptyName = (subjectDer: Uint8Array): boolean => subjectDer.length === 2;

/** Whether a leaf's subjectAltName is written as critical: exactly when its subject is empty. */
export const subjectAltNameIsCritical = (subjectDer: Uint8Array): boolean =>
  isEmptyName(subjectDer);

/** A leaf, to be signed by the issuer after the issuance checks. */
export function leafTemplate(spec: LeafSpec, issuing: Issuing): CertificateTemplate {
  const { subjectDer, key, serialNumber, validity } = spec;
  const names = distinctNames(spec.subjectAltNames);
  const { mustStaple = false, certificatePolicies = [] } = spec;
  const extensions = [
    issuing.authorityKeyIdentifier,
    subjectKeyIdentifierExtension(keyIdentifierOf(key)),
    leafConstraints,
    keyUsageExtension(spec.keyUsage),
    extendedKeyUsageExtension(spec.extendedKeyUsage),
  ];
  if (names.length > 0) {
    const critical = subjectAltNameIsCritical(subjectDer);
    extensions.push(subjectAltNameExtension(names, { critical }));
  }
  extensions.push(...issuing.urlExtensions);
  if (certificatePolicies.length > 0) {
    extensions.push(certificatePoliciesExtension(certificatePolicies));
  }
  if (mustStaple) extensions.push(mustStapleExtension);
  return {
    serialNumber,
    issuer: issuing.nameDer,
    validity,
    subject: subjectDer,
    publicKey: key.spki,
    extensions,
  };
}

const leafConstraints = basicConstraintsExtension({ ca: false, pathLen: undefined });
