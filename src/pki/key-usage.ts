/**
 * Key usage and extended key usage: names and bits (RFC 5280 sections 4.2.1.3 and 4.2.1.12), and which of them a kind of
 * key can serve (RFC 3279 section 2.3.1, RFC 5480 section 3, RFC 8410 section 5).
 */
import type { KeySpec } from "./algorithms.ts";
import * as der from "./der.ts";
import { unacceptable } from "./der-element.ts";
import type { DerReader } from "./der-reader.ts";
import { oidName, oids } from "./oid.ts";

/** In the order of their bits. */
export const keyUsages = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;
export type KeyUsage = (typeof keyUsages)[number];

/** The purposes that have a name on the wire. */
export const extendedKeyUsages = [
  "serverAuth",
  "clientAuth",
  "codeSigning",
  "emailProtection",
  "timeStamping",
  "OCSPSigning",
  "smartcardLogon",
  "documentSigning",
  "anyExtendedKeyUsage",
] as const;
/** A name of the table, or a dotted OID. */
export type ExtendedKeyUsage = string;

const fitting: Readonly<Record<KeySpec["algorithm"], readonly KeyUsage[]>> = {
  RSA: [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyCertSign",
    "cRLSign",
  ],
  ECDSA: [
    "digitalSignature",
    "nonRepudiation",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
  ],
  Ed25519: ["digitalSignature", "nonRepudiation", "keyCertSign", "cRLSign"],
};

/** Whether a key of this family can do what the bit says. */
export const keyFits = ({ algorithm }: KeySpec, usage: KeyUsage): boolean =>
  fitting[algorithm].includes(usage);

/** What a TLS leaf of this key is for: RSA may still carry the secret of a TLS 1.2 handshake. */
export const usualKeyUsage = ({ algorithm }: KeySpec): readonly KeyUsage[] =>
  algorithm === "RSA" ? ["digitalSignature", "keyEncipherment"] : ["digitalSignature"];

export const encodeKeyUsage = (usages: readonly KeyUsage[]): Uint8Array =>
  der.namedBits(usages.map((usage) => keyUsages.indexOf(usage)));

/** The usages in the order of their bits; an empty list when no bit is set, which RFC 5280 forbids. */
export function readKeyUsage(reader: DerReader, what: string): readonly KeyUsage[] {
  const { bytes, unusedBits } = reader.bits(what);
  const count = bytes.length * 8 - unusedBits;
  const isSet = (bit: number) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
  if (!reader.lenient && count > 0 && !isSet(count - 1)) {
    throw unacceptable(what, "has trailing zero bits");
  }
  if (!reader.lenient && count > keyUsages.length) throw unacceptable(what, "has unknown bits");
  return keyUsages.filter((_, bit) => bit < count && isSet(bit));
}

/** A purpose that `encodeExtendedKeyUsage` can write. */
export const isExtendedKeyUsage = (usage: string): boolean =>
  (extendedKeyUsages as readonly string[]).includes(usage) ||
  /^[0-2](\.(0|[1-9]\d{0,15})){1,20}$/.test(usage);

export function encodeExtendedKeyUsage(usages: readonly ExtendedKeyUsage[]): Uint8Array {
  return der.sequence(...usages.map((usage) => der.objectIdentifier(oidOf(usage))));
}

function oidOf(usage: ExtendedKeyUsage): string {
  const name = extendedKeyUsages.find((it) => it === usage);
  return name === undefined ? usage : oids[name];
}

const named: ReadonlySet<string> = new Set(extendedKeyUsages);

export function readExtendedKeyUsage(reader: DerReader, what: string): readonly ExtendedKeyUsage[] {
  const sequence = reader.sequence(what);
  if (sequence.atEnd) throw unacceptable(what, "is empty");
  const usages: ExtendedKeyUsage[] = [];
  while (!sequence.atEnd) {
    const dotted = sequence.objectIdentifier(what);
    const name = oidName(dotted);
    usages.push(named.has(name) ? name : dotted);
  }
  return usages;
}
