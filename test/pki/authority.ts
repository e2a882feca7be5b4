/** A small authority for tests: a root, an issuing CA below it, and leaves of any kind. */
import type { KeyObject } from "node:crypto";
import type { Random } from "#base/random.ts";
import { systemRandom } from "#base/random.ts";
import { days, type Instant, instant } from "#base/time.ts";
import { signCertificate } from "#pki/certificate.ts";
import { type ParsedCertificate, parseCertificate } from "#pki/certificate-reader.ts";
import type { IssuanceContext } from "#pki/issuance-rule.ts";
import { generateKey, type KeyAlgorithm } from "#pki/key.ts";
import { usualKeyUsage } from "#pki/key-usage.ts";
import {
  type AuthorityUrls,
  type Issuing,
  issuingCaTemplate,
  issuingWith,
  leafTemplate,
  noUrls,
  rootTemplate,
  subjectAltNameIsCritical,
} from "#pki/local-ca.ts";
import { nameFromText } from "#pki/name-text.ts";
import { buildRequest, type CertificateRequest, parseRequest } from "#pki/request.ts";
import { newSerialNumber } from "#pki/serial-number.ts";
import { type Signer, softwareSigner } from "#pki/signer.ts";
import { generalNameFromText } from "#pki/subject-alt-name.ts";
import { type Validity, validityFrom } from "#pki/validity.ts";

export const testNow: Instant = instant(Date.UTC(2026, 10, 23, 12));

export const testUrls: AuthorityUrls = {
  crl: ["http://pki.example/ca1.crl"],
  ocsp: ["http://pki.example/ocsp"],
  caIssuers: ["http://pki.example/ca1.cer"],
};

export interface TestAuthority {
  readonly certificate: ParsedCertificate;
  readonly signer: Signer;
  readonly privateKey: KeyObject;
  readonly issuing: Issuing;
}

const random: Random = systemRandom;

export interface AuthorityOptions {
  readonly name?: string;
  readonly keyAlgorithm?: KeyAlgorithm;
  readonly validity?: Validity;
  readonly pathLen?: number | undefined;
  readonly urls?: AuthorityUrls;
  /** The authority above; without it a root is made. */
  readonly parent?: TestAuthority;
}

export async function makeAuthority(options: AuthorityOptions = {}): Promise<TestAuthority> {
  const { keyAlgorithm = "ECDSA-P256", parent, urls = noUrls } = options;
  const privateKey = await generateKey(keyAlgorithm);
  const signer = softwareSigner(privateKey);
  const spec = {
    name: nameFromText(
      options.name ?? (parent === undefined ? "CN=Test Root,O=Acme" : "CN=Test Issuing,O=Acme"),
    ),
    publicKey: signer.publicKey,
    serialNumber: newSerialNumber(random),
    validity: options.validity ?? validityFrom(testNow, days(parent === undefined ? 3_650 : 1_825)),
    pathLen: options.pathLen,
  };
  const template =
    parent === undefined ? rootTemplate(spec) : issuingCaTemplate(spec, parent.issuing);
  const der = await signCertificate(template, parent === undefined ? signer : parent.signer);
  const certificate = parseCertificate(der);
  return { certificate, signer, privateKey, issuing: issuingWith(certificate, urls) };
}

export interface RequestOptions {
  readonly subject?: string;
  readonly names?: readonly string[];
  readonly privateKey: KeyObject;
  readonly mustStaple?: boolean;
}

export async function makeRequest(options: RequestOptions): Promise<CertificateRequest> {
  const {
    subject = "CN=api.example.com",
    names = ["api.example.com"],
    privateKey,
    mustStaple = false,
  } = options;
  const subjectAltNames = names.map((it) => generalNameFromText(it));
  return parseRequest(
    await buildRequest({ subject: nameFromText(subject), subjectAltNames, privateKey, mustStaple }),
  );
}

/** What the checks want to know for an ordinary TLS leaf. */
export const tlsContext = (
  request: CertificateRequest,
  issuer: Validity & { readonly publicKey?: Uint8Array },
  validity: Validity = validityFrom(testNow, days(90)),
): IssuanceContext => ({
  validity,
  issuerPublicKey: issuer.publicKey ?? new Uint8Array(),
  issuerValidity: { notBefore: issuer.notBefore, notAfter: issuer.notAfter },
  keyUsage: usualKeyUsage(request.key),
  extendedKeyUsage: ["serverAuth", "clientAuth"],
  subjectAltNameCritical: subjectAltNameIsCritical(request.subjectDer),
  commonName: "among-names",
});

/** A leaf for a request, DER; nothing is checked. */
export async function issueLeaf(
  request: CertificateRequest,
  authority: TestAuthority,
  validity: Validity = validityFrom(testNow, days(90)),
): Promise<Uint8Array> {
  const template = leafTemplate(
    {
      subjectDer: request.subjectDer,
      key: request.key,
      subjectAltNames: request.subjectAltNames,
      serialNumber: newSerialNumber(random),
      validity,
      keyUsage: usualKeyUsage(request.key),
      extendedKeyUsage: ["serverAuth", "clientAuth"],
      mustStaple: request.requested.mustStaple,
    },
    authority.issuing,
  );
  return await signCertificate(template, authority.signer);
}
