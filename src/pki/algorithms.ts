/**
 * Key and signature algorithms as one table: what may be generated, what may be verified, and which names mark a broken hash.
 * An AlgorithmIdentifier is compared whole, parameters included, so that nothing unexpected hides in them (RFC 4055, 5758, 8410).
 */
import * as der from "./der.ts";
import { oids } from "./oid.ts";

/** The family of a key and its size in bits. */
export interface KeySpec {
  readonly algorithm: "ECDSA" | "RSA" | "Ed25519";
  readonly size: number;
}

/** The keys that this product makes and certifies, by their names on the wire. */
export const keyAlgorithms = {
  "ECDSA-P256": { algorithm: "ECDSA", size: 256 },
  "ECDSA-P384": { algorithm: "ECDSA", size: 384 },
  "RSA-2048": { algorithm: "RSA", size: 2048 },
  "RSA-3072": { algorithm: "RSA", size: 3072 },
  "RSA-4096": { algorithm: "RSA", size: 4096 },
  Ed25519: { algorithm: "Ed25519", size: 256 },
} as const satisfies Record<string, KeySpec>;

export type KeyAlgorithmName = keyof typeof keyAlgorithms;

/** The name of a key on the wire, or undefined when it is none that we certify. */
export function keyAlgorithmOf(spec: KeySpec): KeyAlgorithmName | undefined {
  // The keys of a literal object are the names it was written with.
  const names = Object.keys(keyAlgorithms) as KeyAlgorithmName[];
  return names.find(
    (name) =>
      keyAlgorithms[name].algorithm === spec.algorithm && keyAlgorithms[name].size === spec.size,
  );
}

/** `RSA-1024`, `ECDSA-P521`, `Ed25519`: for people, also where the product does not certify such a key. */
export function keyText({ algorithm, size }: KeySpec): string {
  if (algorithm === "Ed25519") return "Ed25519";
  return algorithm === "ECDSA" ? `ECDSA-P${size}` : `RSA-${size}`;
}

/** The named curves whose keys are understood (RFC 5480); P-521 is only ever somebody else's. */
export const curves = [
  { oid: oids.secp256r1, size: 256, name: "P-256" },
  { oid: oids.secp384r1, size: 384, name: "P-384" },
  { oid: oids.secp521r1, size: 521, name: "P-521" },
] as const;

/**
 * P-256 and Ed25519 sign in 20 to 30 microseconds: faster than the way to another thread. RSA and P-384 take up to
 * four milliseconds and would stall the loop.
 */
export const signsAtOnce = (spec: KeySpec): boolean => spec.size === 256;

export interface SignatureAlgorithm {
  readonly name: string;
  /** The AlgorithmIdentifier. */
  readonly der: Uint8Array;
  readonly key: KeySpec["algorithm"];
  /** The hash's name for node:crypto; null for Ed25519, which has its own. */
  readonly hash: "sha256" | "sha384" | "sha512" | null;
  /** The salt length of RSASSA-PSS; undefined for everything else. */
  readonly pssSaltLength?: number;
}

const bare = (oid: string) => der.sequence(der.objectIdentifier(oid));
const withNull = (oid: string) => der.sequence(der.objectIdentifier(oid), der.nullValue);

function pss(hash: Uint8Array, saltLength: number): Uint8Array {
  const mgf = der.sequence(der.objectIdentifier(oids["id-mgf1"]), hash);
  const parameters = der.sequence(
    der.context(0, hash),
    der.context(1, mgf),
    der.context(2, der.integer(saltLength)),
  );
  return der.sequence(der.objectIdentifier(oids["id-RSASSA-PSS"]), parameters);
}

const ecdsa = (bits: 256 | 384 | 512): SignatureAlgorithm => ({
  name: `ecdsa-with-SHA${bits}`,
  der: bare(oids[`ecdsa-with-SHA${bits}`]),
  key: "ECDSA",
  hash: `sha${bits}`,
});

const rsa = (bits: 256 | 384 | 512): SignatureAlgorithm => ({
  name: `sha${bits}WithRSAEncryption`,
  der: withNull(oids[`sha${bits}WithRSAEncryption`]),
  key: "RSA",
  hash: `sha${bits}`,
});

const rsaPss = (bits: 256 | 384 | 512): SignatureAlgorithm => ({
  name: `RSASSA-PSS with SHA-${bits}`,
  der: pss(withNull(oids[`id-sha${bits}`]), bits / 8),
  key: "RSA",
  hash: `sha${bits}`,
  pssSaltLength: bits / 8,
});

const ecdsaWithSha256 = ecdsa(256);
const ecdsaWithSha384 = ecdsa(384);
const sha256WithRsa = rsa(256);
export const ed25519: SignatureAlgorithm = {
  name: "Ed25519",
  der: bare(oids["id-Ed25519"]),
  key: "Ed25519",
  hash: null,
};

/** What a key signs with here. */
export function signatureAlgorithmFor(spec: KeySpec): SignatureAlgorithm {
  if (spec.algorithm === "Ed25519") return ed25519;
  if (spec.algorithm === "RSA") return sha256WithRsa;
  return spec.size === 256 ? ecdsaWithSha256 : ecdsaWithSha384;
}

const byDer = new Map<string, SignatureAlgorithm>();
for (const algorithm of [
  ecdsaWithSha256,
  ecdsaWithSha384,
  ecdsa(512),
  sha256WithRsa,
  rsa(384),
  rsa(512),
  ed25519,
  rsaPss(256),
  rsaPss(384),
  rsaPss(512),
]) {
  byDer.set(algorithm.der.toHex(), algorithm);
}
for (const bits of [256, 384, 512] as const) {
  // RFC 4055 section 5: the NULL may be missing; section 2.1: also the one of a hash.
  byDer.set(bare(oids[`sha${bits}WithRSAEncryption`]).toHex(), rsa(bits));
  byDer.set(pss(bare(oids[`id-sha${bits}`]), bits / 8).toHex(), rsaPss(bits));
}

/** The algorithm of an AlgorithmIdentifier; undefined when we do not verify it. */
export const signatureAlgorithmOf = (identifier: Uint8Array): SignatureAlgorithm | undefined =>
  byDer.get(identifier.toHex());

/** Signatures with a broken hash, by OID: refused with a message of their own. */
export const brokenSignatures: ReadonlyMap<string, string> = new Map([
  [oids.md2WithRSAEncryption, "MD2"],
  [oids.md5WithRSAEncryption, "MD5"],
  [oids.sha1WithRSAEncryption, "SHA-1"],
  [oids.sha1WithRSASignature, "SHA-1"],
  [oids["ecdsa-with-SHA1"], "SHA-1"],
  [oids["id-dsa-with-sha1"], "SHA-1"],
]);
