/**
 * SubjectPublicKeyInfo read by our own DER before any arithmetic touches it (RFC 3279, 5480, 8410): sizes are bounded,
 * forms are exact. It refuses explicit curve parameters, compressed points and RSA keys no arithmetic should meet.
 */
import { createPublicKey, type KeyObject } from "node:crypto";
import { Problem } from "#base/problem.ts";
import { curves, type KeySpec } from "./algorithms.ts";
import { tags } from "./der.ts";
import { type DerReader, readDer } from "./der-reader.ts";
import { oidName, oids } from "./oid.ts";

export interface PublicKey extends KeySpec {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** The content of the subjectPublicKey BIT STRING: what key identifiers are hashes of. */
  readonly keyBits: Uint8Array;
  /** The RSA numbers as big-endian octets without leading zeros. */
  readonly rsa: { readonly modulus: Uint8Array; readonly exponent: Uint8Array } | undefined;
}

/** Verifying takes time with the square of the modulus; nobody has a use for more. */
const maximumModulusBits = 16_384;
const maximumExponentBits = 64;
/** An RSA key of the largest modulus with room for its frame. */
const maximumSpkiOctets = 2_200;

const what = "the public key";
const refused = (why: string, cause?: unknown) =>
  new Problem("invalid-input", `${what} ${why}`, { cause });

/** Throws a Problem that says what is wrong; an answer is a key of a sane form, not yet one that we certify. */
export function parsePublicKey(spki: Uint8Array): PublicKey {
  const outer = readDer(spki, what, { maximum: maximumSpkiOctets });
  const reader = outer.sequence(what);
  const algorithm = reader.sequence("the public key's algorithm");
  const oid = algorithm.objectIdentifier("the public key's algorithm");
  const frame = { spki, reader, algorithm };
  const key = parseByAlgorithm(oid, frame);
  algorithm.finish();
  reader.finish();
  outer.finish();
  return key;
}

/** The family and size of a SubjectPublicKeyInfo. */
export const keySpecOf = (spki: Uint8Array): KeySpec => {
  const { algorithm, size } = parsePublicKey(spki);
  return { algorithm, size };
};

/** The key for node:crypto, which checks that a point lies on its curve. */
export function toKeyObject(key: PublicKey): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(key.spki), format: "der", type: "spki" });
  } catch (cause) {
    const why =
      key.algorithm === "ECDSA" ? "is a point that is not on its curve" : "is not a usable key";
    throw refused(why, cause);
  }
}

interface Frame {
  readonly spki: Uint8Array;
  /** Stands at the subjectPublicKey. */
  readonly reader: DerReader;
  /** Stands at the parameters. */
  readonly algorithm: DerReader;
}

function parseByAlgorithm(oid: string, frame: Frame): PublicKey {
  switch (oid) {
    case oids["id-ecPublicKey"]:
      return parseEc(frame);
    case oids.rsaEncryption:
      return parseRsa(frame);
    case oids["id-Ed25519"]:
      return parseEd25519(frame);
    default:
      throw refused(`is of the type ${oidName(oid)}; ECDSA, RSA and Ed25519 are supported`);
  }
}

function parseEc({ spki, reader, algorithm }: Frame): PublicKey {
  if (algorithm.peek() === tags.sequence) {
    throw refused("has explicit curve parameters; only named curves are accepted (RFC 5480)");
  }
  if (algorithm.atEnd) throw refused("names no curve");
  const oid = algorithm.objectIdentifier("the curve of the public key");
  const curve = curves.find((it) => it.oid === oid);
  if (curve === undefined)
    throw refused(`lies on the curve ${oidName(oid)}, which is not supported`);
  const keyBits = reader.bitStringOctets(what);
  const coordinate = Math.ceil(curve.size / 8);
  if (keyBits[0] === 0 && keyBits.length === 1) throw refused("is the point at infinity");
  if (keyBits[0] !== 4) throw refused("is not an uncompressed point");
  if (keyBits.length !== 1 + 2 * coordinate) {
    throw refused(
      `is a point of ${keyBits.length} octets; ${curve.name} has ${1 + 2 * coordinate}`,
    );
  }
  return { algorithm: "ECDSA", size: curve.size, spki, keyBits, rsa: undefined };
}

function parseEd25519({ spki, reader, algorithm }: Frame): PublicKey {
  if (!algorithm.atEnd) throw refused("has parameters, which Ed25519 has not (RFC 8410 section 3)");
  const keyBits = reader.bitStringOctets(what);
  if (keyBits.length !== 32) throw refused(`has ${keyBits.length} octets; Ed25519 has 32`);
  return { algorithm: "Ed25519", size: 256, spki, keyBits, rsa: undefined };
}

function parseRsa({ spki, reader, algorithm }: Frame): PublicKey {
  if (algorithm.peek() !== tags.null) {
    throw refused("has RSA parameters that are not NULL (RFC 3279 section 2.3.1)");
  }
  algorithm.null("the parameters of the public key");
  const keyBits = reader.bitStringOctets(what);
  const outer = readDer(keyBits, what);
  const numbers = outer.sequence(what);
  const modulus = numbers.unsignedInteger("the RSA modulus");
  const exponent = numbers.unsignedInteger("the RSA exponent");
  numbers.finish();
  outer.finish();
  checkRsaNumbers(modulus, exponent);
  return { algorithm: "RSA", size: bitLength(modulus), spki, keyBits, rsa: { modulus, exponent } };
}

function checkRsaNumbers(modulus: Uint8Array, exponent: Uint8Array): void {
  const bits = bitLength(modulus);
  if (bits > maximumModulusBits) {
    throw refused(`has a modulus of ${bits} bits; over ${maximumModulusBits} are refused unread`);
  }
  if (bitLength(exponent) > maximumExponentBits) {
    throw refused(`has an exponent of over ${maximumExponentBits} bits`);
  }
  if (bits === 0) throw refused("has the modulus 0");
  if (((modulus.at(-1) ?? 0) & 1) === 0) throw refused("has an even modulus");
  if (((exponent.at(-1) ?? 0) & 1) === 0) throw refused("has an even exponent");
  if (bitLength(exponent) === 1) throw refused("has the exponent 1");
}

/** The length of a number without leading zero octets. */
export function bitLength(magnitude: Uint8Array): number {
  const first = magnitude[0];
  return first === undefined ? 0 : magnitude.length * 8 - (Math.clz32(first) - 24);
}
