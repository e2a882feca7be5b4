/** The Signer port, the software signer, and the verification of signatures. Keys leave the vault only as signers. */
import { constants, type KeyObject, sign, verify } from "node:crypto";
import { Problem } from "#base/problem.ts";
import { type SignatureAlgorithm, signatureAlgorithmFor, signsAtOnce } from "./algorithms.ts";
import { publicKeyOf } from "./key.ts";
import { type PublicKey, toKeyObject } from "./public-key.ts";

/** Signs without showing the key. A quick key answers at once, a slow or distant one with a promise. */
export interface Signer {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  sign(tbs: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** A signer on a key in memory: P-256 and Ed25519 at once, RSA and P-384 on another thread. */
export function softwareSigner(privateKey: KeyObject): Signer {
  const publicKey = publicKeyOf(privateKey);
  const algorithm = signatureAlgorithmFor(publicKey);
  const atOnce = (tbs: Uint8Array) => sign(algorithm.hash, tbs, privateKey);
  const elsewhere = (tbs: Uint8Array) =>
    new Promise<Uint8Array>((resolve, reject) => {
      sign(algorithm.hash, tbs, privateKey, (error, signature) =>
        error === null ? resolve(signature) : reject(error),
      );
    });
  return {
    publicKey: publicKey.spki,
    algorithm,
    sign: signsAtOnce(publicKey) ? atOnce : elsewhere,
  };
}

/** Whether `signature` over `data` was made by the key. Throws a Problem when the key itself is not usable. */
export function verifySignature(
  key: PublicKey,
  {
    algorithm,
    data,
    signature,
  }: {
    readonly algorithm: SignatureAlgorithm;
    readonly data: Uint8Array;
    readonly signature: Uint8Array;
  },
): boolean {
  if (algorithm.key !== key.algorithm) {
    throw new Problem(
      "invalid-input",
      `the signature algorithm ${algorithm.name} does not fit the key, which is ${key.algorithm}`,
    );
  }
  const keyObject = toKeyObject(key);
  if (algorithm.pssSaltLength === undefined) {
    return verify(algorithm.hash, data, keyObject, signature);
  }
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const options = { key: keyObject, padding, saltLength: algorithm.pssSaltLength };
  return verify(algorithm.hash, data, options, signature);
}
