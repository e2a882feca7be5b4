/** Public keys read before any arithmetic, weak keys recognised, private keys made and read. */
import { describe, expect, test } from "bun:test";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { Problem } from "#base/problem.ts";
import { keyAlgorithmOf, keyAlgorithms, keyText } from "./algorithms.ts";
import * as der from "./der.ts";
import {
  encodePrivateKey,
  generateKey,
  KeyAlgorithm,
  privateKeyFromDer,
  privateKeyFromPem,
  privateKeyToPem,
  publicKeyOf,
} from "./key.ts";
import { oids } from "./oid.ts";
import { encodePem } from "./pem.ts";
import { keySpecOf, parsePublicKey, toKeyObject } from "./public-key.ts";
import { softwareSigner, verifySignature } from "./signer.ts";
import { knownWeakness } from "./weak-key.ts";

const octets = (n: bigint): Uint8Array => {
  const digits = n.toString(16);
  return Uint8Array.fromHex(digits.length % 2 === 0 ? digits : `0${digits}`);
};
const spkiOf = (algorithm: Uint8Array, key: Uint8Array) =>
  der.sequence(algorithm, der.bitString(key));
const rsaId = der.sequence(der.objectIdentifier(oids.rsaEncryption), der.nullValue);
const rsaSpki = (n: bigint, e: bigint) =>
  spkiOf(rsaId, der.sequence(der.unsignedInteger(octets(n)), der.unsignedInteger(octets(e))));
const ecId = (curve: string) =>
  der.sequence(der.objectIdentifier(oids["id-ecPublicKey"]), der.objectIdentifier(curve));
const edId = der.sequence(der.objectIdentifier(oids["id-Ed25519"]));

const p256 = publicKeyOf(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
const point = p256.keyBits;
const odd2048 = (1n << 2047n) + 1n;

describe("a public key", () => {
  test.each(KeyAlgorithm.options)(
    "of the kind %s is made, recognised, signs and verifies",
    async (name) => {
      const privateKey = await generateKey(name);
      const key = publicKeyOf(privateKey);
      expect(keyAlgorithmOf(keySpecOf(key.spki))).toBe(name);
      expect(keyText(key)).toBe(name);
      expect(knownWeakness(key)).toBeUndefined();
      const signer = softwareSigner(privateKey);
      const data = Buffer.from("to be signed");
      const signing = signer.sign(data);
      // P-256 and Ed25519 answer at once: the hot path waits for nothing.
      expect(signing instanceof Promise).toBe(keyAlgorithms[name].size !== 256);
      const signature = await signing;
      expect(verifySignature(key, { algorithm: signer.algorithm, data, signature })).toBe(true);
      expect(
        verifySignature(key, { algorithm: signer.algorithm, data: Buffer.from("else"), signature }),
      ).toBe(false);
    },
    20_000,
  );

  test.each([
    {
      name: "a modulus over 16384 bits",
      spki: () => rsaSpki((1n << 16_384n) + 1n, 65_537n),
      says: /16385 bits|at most 2200/,
    },
    {
      name: "an endless modulus",
      spki: () => rsaSpki((1n << 131_072n) - 1n, 3n),
      says: /at most 2200/,
    },
    {
      name: "an exponent over 64 bits",
      spki: () => rsaSpki(odd2048, (1n << 64n) + 1n),
      says: /exponent of over 64 bits/,
    },
    { name: "an even modulus", spki: () => rsaSpki(odd2048 + 1n, 65_537n), says: /even modulus/ },
    { name: "the modulus 0", spki: () => rsaSpki(0n, 65_537n), says: /modulus 0/ },
    { name: "an even exponent", spki: () => rsaSpki(odd2048, 65_536n), says: /even exponent/ },
    { name: "the exponent 1", spki: () => rsaSpki(odd2048, 1n), says: /exponent 1/ },
    { name: "the exponent 0", spki: () => rsaSpki(odd2048, 0n), says: /even exponent/ },
    {
      name: "a negative modulus",
      spki: () => spkiOf(rsaId, der.sequence(Uint8Array.of(2, 1, 0xff), der.integer(3))),
      says: /negative/,
    },
    {
      name: "RSA without NULL",
      spki: () => spkiOf(der.sequence(der.objectIdentifier(oids.rsaEncryption)), point),
      says: /not NULL/,
    },
    {
      name: "something after the RSA numbers",
      spki: () =>
        spkiOf(
          rsaId,
          der.sequence(der.unsignedInteger(octets(odd2048)), der.integer(3), der.nullValue),
        ),
      says: /too many/,
    },
    {
      name: "a compressed point",
      spki: () => spkiOf(ecId(oids.secp256r1), point.slice(0, 33).fill(2, 0, 1)),
      says: /uncompressed/,
    },
    {
      name: "a short point",
      spki: () => spkiOf(ecId(oids.secp256r1), point.slice(0, 64)),
      says: /64 octets; P-256 has 65/,
    },
    {
      name: "a point of another curve",
      spki: () => spkiOf(ecId(oids.secp384r1), point),
      says: /65 octets; P-384 has 97/,
    },
    {
      name: "the point at infinity",
      spki: () => spkiOf(ecId(oids.secp256r1), Uint8Array.of(0)),
      says: /infinity/,
    },
    {
      name: "explicit parameters",
      spki: () =>
        spkiOf(der.sequence(der.objectIdentifier(oids["id-ecPublicKey"]), der.sequence()), point),
      says: /explicit/,
    },
    {
      name: "no curve",
      spki: () => spkiOf(der.sequence(der.objectIdentifier(oids["id-ecPublicKey"])), point),
      says: /no curve/,
    },
    {
      name: "secp256k1",
      spki: () => spkiOf(ecId(oids.secp256k1), point),
      says: /secp256k1, which is not supported/,
    },
    {
      name: "Ed25519 with parameters",
      spki: () =>
        spkiOf(
          der.sequence(der.objectIdentifier(oids["id-Ed25519"]), der.nullValue),
          new Uint8Array(32),
        ),
      says: /parameters/,
    },
    {
      name: "a short Ed25519 key",
      spki: () => spkiOf(edId, new Uint8Array(31)),
      says: /31 octets/,
    },
    {
      name: "DSA",
      spki: () => spkiOf(der.sequence(der.objectIdentifier(oids["id-dsa"])), point),
      says: /id-dsa/,
    },
    {
      name: "octets after it",
      spki: () => Buffer.concat([p256.spki, Uint8Array.of(0)]),
      says: /too many/,
    },
  ])("with $name is refused", ({ spki, says }) => {
    expect(() => parsePublicKey(spki())).toThrow(Problem);
    expect(() => parsePublicKey(spki())).toThrow(says);
  });

  test("off its curve is refused by node:crypto, with a Problem", () => {
    const off = Uint8Array.from(point);
    off[64] = (off[64] ?? 0) ^ 1;
    const key = parsePublicKey(spkiOf(ecId(oids.secp256r1), off));
    expect(() => toKeyObject(key)).toThrow(/not on its curve/);
  });

  test("of another family than the signature algorithm is a Problem", () => {
    const { algorithm } = softwareSigner(generateKeyPairSync("ed25519").privateKey);
    const check = () => verifySignature(p256, { algorithm, data: point, signature: point });
    expect(check).toThrow(/does not fit the key/);
  });
});

describe("a weak RSA key", () => {
  const isProbablePrime = (n: bigint) => {
    let power = 1n;
    for (let base = 2n, rest = n - 1n; rest > 0n; rest >>= 1n, base = (base * base) % n) {
      if (rest & 1n) power = (power * base) % n;
    }
    return power === 1n;
  };
  const primeFrom = (start: bigint, step: bigint) => {
    let n = start;
    while (!isProbablePrime(n)) n += step;
    return n;
  };
  const weaknessOf = (n: bigint) => knownWeakness(parsePublicKey(rsaSpki(n, 65_537n)));

  test("made as the defective chips did is recognised (ROCA)", () => {
    // Nemec et al. 2017, section 2.2: M is the product of the first 71 primes for 1024-bit primes.
    let product = 2n;
    let count = 1;
    for (let n = 3n; count < 71; n += 2n) {
      if (!isProbablePrime(n)) continue;
      product *= n;
      count++;
    }
    let power = 1n;
    for (let i = 0; i < 1_234; i++) power = (power * 65_537n) % product;
    const p = primeFrom((1n << 52n) * product + power, product);
    const q = primeFrom((1n << 52n) * product * 3n + ((power * 65_537n) % product), product);
    expect(weaknessOf(p * q)).toMatch(/ROCA/);
  });

  test("with close primes is recognised", () => {
    const p = primeFrom((1n << 1_023n) + 12_345n, 2n);
    const q = primeFrom(p + 2n, 2n);
    expect(weaknessOf(p * q)).toMatch(/so close/);
  });

  test("with a small factor is recognised", () => {
    expect(weaknessOf(751n * ((1n << 2_040n) + 1n))).toMatch(/small prime/);
  });
});

describe("a private key", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const ed = generateKeyPairSync("ed25519").privateKey;
  const pem = (key: KeyObject, type: "pkcs8" | "pkcs1" | "sec1") =>
    key.export({ type, format: "pem" }).toString();
  const same = (a: KeyObject, b: KeyObject) => createPublicKey(a).equals(createPublicKey(b));

  test.each([
    { name: "PKCS#8 RSA", key: rsa, text: pem(rsa, "pkcs8") },
    { name: "PKCS#1", key: rsa, text: pem(rsa, "pkcs1") },
    { name: "PKCS#8 EC", key: ec, text: pem(ec, "pkcs8") },
    { name: "SEC1", key: ec, text: pem(ec, "sec1") },
    { name: "Ed25519", key: ed, text: pem(ed, "pkcs8") },
    {
      name: "SEC1 after its parameters",
      key: ec,
      text: encodePem("EC PARAMETERS", der.objectIdentifier(oids.secp256r1)) + pem(ec, "sec1"),
    },
  ])("is read from $name", ({ key, text }) => {
    expect(same(privateKeyFromPem(text), key)).toBe(true);
  });

  test("survives writing as PKCS#8", () => {
    expect(same(privateKeyFromPem(privateKeyToPem(ec)), ec)).toBe(true);
    expect(same(privateKeyFromDer(encodePrivateKey(rsa), "pkcs8"), rsa)).toBe(true);
  });

  const p521 = generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey;
  const encrypted = ec
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
    .toString();
  test.each([
    { name: "none", text: encodePem("CERTIFICATE", der.nullValue), says: /no private key/ },
    { name: "two", text: pem(ec, "pkcs8") + pem(ed, "pkcs8"), says: /more than one/ },
    { name: "an encrypted one", text: encrypted, says: /is encrypted/ },
    {
      name: "one of an unknown kind",
      text: encodePem("DSA PRIVATE KEY", der.nullValue),
      says: /not supported/,
    },
    {
      name: "one that is broken",
      text: encodePem("PRIVATE KEY", der.nullValue),
      says: /not a valid PKCS8 key/,
    },
    { name: "P-521", text: pem(p521, "pkcs8"), says: /ECDSA-P521; supported are/ },
    {
      name: "RSA-1024",
      text: pem(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey, "pkcs8"),
      says: /RSA-1024/,
    },
    {
      name: "X25519",
      text: generateKeyPairSync("x25519")
        .privateKey.export({ type: "pkcs8", format: "pem" })
        .toString(),
      says: /x25519/,
    },
  ])("is refused: $name", ({ text, says }) => {
    expect(() => privateKeyFromPem(text)).toThrow(Problem);
    expect(() => privateKeyFromPem(text)).toThrow(says);
  });
});
