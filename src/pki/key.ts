/** Private keys: made, and read from PEM (PKCS#8, PKCS#1, SEC1). It refuses encrypted keys and keys that we do not certify. */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { z } from "zod";
import { Problem } from "#base/problem.ts";
import { type KeyAlgorithmName, keyAlgorithmOf, keyAlgorithms, keyText } from "./algorithms.ts";
import { parsePem } from "./pem.ts";
import { type PublicKey, parsePublicKey } from "./public-key.ts";

/** The name of a kind of key on the wire. */
export const KeyAlgorithm = z
  // The keys of a literal object are the names it was written with.
  .enum(Object.keys(keyAlgorithms) as [KeyAlgorithmName, ...KeyAlgorithmName[]])
  .meta({ id: "KeyAlgorithm", title: "Key algorithm" });
export type KeyAlgorithm = z.infer<typeof KeyAlgorithm>;

/** A fresh private key, made off the main thread. RSA-4096 takes about a second. */
export function generateKey(name: KeyAlgorithm): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, _publicKey: KeyObject, privateKey: KeyObject) =>
      error === null ? resolve(privateKey) : reject(error);
    const spec = keyAlgorithms[name];
    if (spec.algorithm === "RSA") {
      generateKeyPair("rsa", { modulusLength: spec.size, publicExponent: 65_537 }, done);
    } else if (spec.algorithm === "ECDSA") {
      generateKeyPair("ec", { namedCurve: `P-${spec.size}` }, done);
    } else {
      generateKeyPair("ed25519", {}, done);
    }
  });
}

/** The public half of a private key. */
export function publicKeyOf(privateKey: KeyObject): PublicKey {
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  return parsePublicKey(new Uint8Array(spki));
}

/** PKCS#8, DER: the form in which keys are sealed and stored. */
export const encodePrivateKey = (privateKey: KeyObject): Uint8Array =>
  new Uint8Array(privateKey.export({ type: "pkcs8", format: "der" }));

/** PKCS#8, PEM: the form in which servers read their key. */
export const privateKeyToPem = (privateKey: KeyObject): string =>
  privateKey.export({ type: "pkcs8", format: "pem" }).toString();

const refused = (why: string, cause?: unknown) => new Problem("invalid-input", why, { cause });

const typeOfLabel: Readonly<Record<string, "pkcs8" | "pkcs1" | "sec1">> = {
  "PRIVATE KEY": "pkcs8",
  "RSA PRIVATE KEY": "pkcs1",
  "EC PRIVATE KEY": "sec1",
};

/** The one private key in a PEM text; blocks that are no keys (EC PARAMETERS, certificates) are passed over. */
export function privateKeyFromPem(pem: string): KeyObject {
  const blocks = parsePem(pem).filter(({ label }) => label.endsWith("PRIVATE KEY"));
  const [block, second] = blocks;
  if (block === undefined) throw refused("the PEM text holds no private key");
  if (second !== undefined) {
    throw refused("the PEM text holds more than one private key");
  }
  const type = typeOfLabel[block.label];
  if (type === undefined) {
    const why = block.label.startsWith("ENCRYPTED")
      ? "is encrypted: decrypt it first"
      : "is not supported";
    throw refused(`the private key (${block.label}) ${why}`);
  }
  return privateKeyFromDer(block.der, type);
}

export function privateKeyFromDer(der: Uint8Array, type: "pkcs8" | "pkcs1" | "sec1"): KeyObject {
  const key = loadPrivateKey(der, type);
  const supported =
    key.asymmetricKeyType === "rsa" ||
    key.asymmetricKeyType === "ec" ||
    key.asymmetricKeyType === "ed25519";
  const spec = supported ? publicKeyOf(key) : undefined;
  if (spec === undefined || keyAlgorithmOf(spec) === undefined) {
    const found = spec === undefined ? key.asymmetricKeyType : keyText(spec);
    const known = Object.keys(keyAlgorithms).join(", ");
    throw refused(`the private key is ${found}; supported are ${known}`);
  }
  return key;
}

function loadPrivateKey(der: Uint8Array, type: "pkcs8" | "pkcs1" | "sec1"): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(der), format: "der", type });
  } catch (cause) {
    throw refused(`the private key is not a valid ${type.toUpperCase()} key`, cause);
  }
}
