/**
 * Certificates read (RFC 5280 section 4.1): ours strictly, those of strangers with their oddities noted. Strict reading
 * refuses everything our own writer would not write; foreign reading refuses only what has no legible frame.
 */
import { Problem } from "#base/problem.ts";
import { keyText, type SignatureAlgorithm, signatureAlgorithmOf } from "./algorithms.ts";
import { tags } from "./der.ts";
import { unacceptable } from "./der-element.ts";
import { type DerReader, readDer } from "./der-reader.ts";
import { type Extensions, noExtensions, type Odd, readExtensions } from "./extension-reader.ts";
import { type Fingerprint, fingerprintOf } from "./fingerprint.ts";
import { type DistinguishedName, parseName } from "./name.ts";
import { oidName } from "./oid.ts";
import { type PublicKey, parsePublicKey } from "./public-key.ts";
import {
  type ForeignSerialNumber,
  foreignSerialNumberOf,
  type SerialNumber,
  serialNumberOf,
} from "./serial-number.ts";
import { readValidity, type Validity } from "./validity.ts";

/** What every certificate has. */
export interface CertificateFields extends Extensions, Validity {
  readonly der: Uint8Array;
  readonly tbsCertificate: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly issuerDer: Uint8Array;
  readonly subject: DistinguishedName;
  readonly subjectDer: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** Undefined when it is of a kind that we do not read. */
  readonly key: PublicKey | undefined;
  /** Undefined when it is one that we do not verify. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  readonly signature: Uint8Array;
  readonly fingerprint: Fingerprint;
  /** Issuer and subject are the same name; not yet a proof that it signed itself. */
  readonly selfIssued: boolean;
}

/** A certificate that keeps all rules of RFC 5280 this program knows. */
export interface ParsedCertificate extends CertificateFields {
  readonly serialNumber: SerialNumber;
  readonly key: PublicKey;
  readonly signatureAlgorithm: SignatureAlgorithm;
}

/** A certificate seen in the wild. */
export interface ForeignCertificate extends CertificateFields {
  readonly serialNumber: ForeignSerialNumber;
  /** `RSA-2048`, `ECDSA-P256`; the OID's name for other kinds. */
  readonly keyText: string;
  readonly signatureText: string;
  /** What is wrong with it, in sentences. */
  readonly oddities: readonly string[];
}

/** One megabyte: a certificate with ten thousand names has 300 KiB. */
const maximumOctets = 1_048_576;
const what = "the certificate";

/** Throws a Problem on the first deviation. */
export function parseCertificate(der: Uint8Array): ParsedCertificate {
  const { serialOctets, signatureOid, ...fields } = readCertificate(der, {
    lenient: false,
    odd: (problem) => {
      throw problem;
    },
  });
  const { key, signatureAlgorithm } = fields;
  const serialNumber = serialNumberOf(serialOctets);
  if (serialNumber === undefined || (serialOctets[0] ?? 0) >= 0x80) {
    throw unacceptable("the serial number", "is not positive and of at most 20 octets");
  }
  if (signatureAlgorithm === undefined) {
    throw unacceptable("the signature algorithm", `${oidName(signatureOid)} is not supported`);
  }
  if (key === undefined) throw unacceptable("the public key", "is not supported");
  return { ...fields, serialNumber, signatureAlgorithm, key };
}

/** For the inventory: reads on past everything that leaves names, dates and key legible. Throws a Problem when they are not. */
export function parseForeignCertificate(der: Uint8Array): ForeignCertificate {
  const oddities: string[] = [];
  const odd: Odd = (problem) => oddities.push(problem.detail);
  const { serialOctets, signatureOid, ...fields } = readCertificate(der, { lenient: true, odd });
  if (serialNumberOf(serialOctets) === undefined || (serialOctets[0] ?? 0) >= 0x80) {
    oddities.push("the serial number is not positive and of at most 20 octets");
  }
  return {
    ...fields,
    serialNumber: foreignSerialNumberOf(serialOctets),
    keyText: fields.key === undefined ? foreignKeyText(fields.publicKey) : keyText(fields.key),
    signatureText: fields.signatureAlgorithm?.name ?? oidName(signatureOid),
    oddities,
  };
}

interface Manner {
  readonly lenient: boolean;
  readonly odd: Odd;
}

interface RawCertificate extends CertificateFields {
  readonly serialOctets: Uint8Array;
  readonly signatureOid: string;
}

function readCertificate(bytes: Uint8Array, manner: Manner): RawCertificate {
  const { lenient, odd } = manner;
  const outer = readDer(bytes, what, { lenient, maximum: maximumOctets });
  const reader = outer.sequence(what);
  const tbs = reader.sequence(what);
  const version = readVersion(tbs, odd);
  const serialOctets = tbs.integer("the serial number");
  const innerAlgorithm = tbs.element("the signature algorithm");
  const issuerDer = tbs.element("the issuer");
  const validity = readValidity(tbs);
  const subjectDer = tbs.element("the subject");
  const publicKey = tbs.element("the public key");
  readUniqueIdentifiers(tbs, odd);
  const extensions = readOptionalExtensions(tbs, version, odd);
  tbs.finish();
  const outerAlgorithm = reader.element("the signature algorithm");
  const signature = reader.bitStringOctets("the signature");
  reader.finish();
  outer.finish();
  if (Buffer.compare(innerAlgorithm, outerAlgorithm) !== 0) {
    odd(unacceptable("the signature algorithm", "differs inside and outside of the signed part"));
  }
  return {
    ...extensions,
    ...validity,
    der: bytes,
    tbsCertificate: tbs.der,
    issuer: parseName(issuerDer, "the issuer", { lenient }),
    issuerDer,
    subject: parseName(subjectDer, "the subject", { lenient }),
    subjectDer,
    publicKey,
    key: readKey(publicKey, odd),
    signatureAlgorithm: signatureAlgorithmOf(outerAlgorithm),
    signatureOid: oidOf(outerAlgorithm, lenient),
    signature,
    fingerprint: fingerprintOf(bytes),
    selfIssued: Buffer.compare(issuerDer, subjectDer) === 0,
    serialOctets,
  };
}

function readVersion(tbs: DerReader, odd: Odd): number {
  let version = 0;
  if (tbs.peek() === 0xa0) {
    const explicit = tbs.enter(0xa0, "the version");
    version = explicit.smallInteger("the version");
    explicit.finish();
  }
  if (version !== 2) odd(unacceptable("the version", `is ${version + 1} where 3 belongs`));
  return version;
}

function readUniqueIdentifiers(tbs: DerReader, odd: Odd): void {
  for (const tag of [0x81, 0x82]) {
    if (tbs.peek() !== tag) continue;
    tbs.element(what);
    odd(unacceptable(what, "has a unique identifier (RFC 5280 section 4.1.2.8 forbids it)"));
  }
}

function readOptionalExtensions(tbs: DerReader, version: number, odd: Odd): Extensions {
  if (tbs.peek() !== 0xa3) {
    if (version === 2) odd(unacceptable(what, "has no extensions"));
    return noExtensions;
  }
  const explicit = tbs.enter(0xa3, "the extensions");
  const extensions = readExtensions(explicit, "the extensions", odd);
  explicit.finish();
  return extensions;
}

function readKey(publicKey: Uint8Array, odd: Odd): PublicKey | undefined {
  try {
    return parsePublicKey(publicKey);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    odd(problem);
    return undefined;
  }
}

function oidOf(identifier: Uint8Array, lenient: boolean): string {
  const name = "the signature algorithm";
  return readDer(identifier, name, { lenient }).sequence(name).objectIdentifier(name);
}

/** What can be said about a key of another kind: its OID, and its curve when it names one. */
function foreignKeyText(publicKey: Uint8Array): string {
  const name = "the public key";
  const algorithm = readDer(publicKey, name, { lenient: true }).sequence(name).sequence(name);
  const kind = oidName(algorithm.objectIdentifier(name));
  if (algorithm.peek() !== tags.objectIdentifier) return kind;
  return `${kind} ${oidName(algorithm.objectIdentifier(name))}`;
}
