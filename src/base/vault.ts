/**
 * Sealing: AES-256-GCM with a random nonce under the data key; the associated data names the place (table, column, row),
 * so that a sealed value moved elsewhere does not open. The data key itself is sealed by the master key.
 */
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import type { Random } from "./random.ts";
import { Secret } from "./secret.ts";

export interface Vault {
  /** `place` is bound into the seal: `authorities.sealed_key/ca-…`. */
  seal(place: string, plain: Uint8Array): Uint8Array;
  /** Throws when the value was altered, moved, or sealed under another key. */
  unseal(place: string, sealed: Uint8Array): Uint8Array;
}

const version = 1;
const nonceLength = 12;
const tagLength = 16;

/** A vault whose data key is `key` (32 octets). */
export function vaultOf(key: Secret<Uint8Array>, random: Random): Vault {
  return {
    seal: (place, plain) => seal(key, place, plain, random),
    unseal: (place, sealed) => unseal(key, place, sealed),
  };
}

/** The master key of a passphrase or key text of any length of at least 32 characters: its SHA-256. */
export function masterKeyOf(text: Secret): Secret<Uint8Array> {
  return new Secret(new Uint8Array(createHash("sha256").update(text.reveal()).digest()));
}

function seal(
  key: Secret<Uint8Array>,
  place: string,
  plain: Uint8Array,
  random: Random,
): Uint8Array {
  const nonce = random.bytes(nonceLength);
  const cipher = createCipheriv("aes-256-gcm", key.reveal(), nonce, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(place));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.from([version]), nonce, body, cipher.getAuthTag()]));
}

function unseal(key: Secret<Uint8Array>, place: string, sealed: Uint8Array): Uint8Array {
  if (sealed[0] !== version || sealed.length < 1 + nonceLength + tagLength) {
    throw new Error(`the sealed value at ${place} has an unknown form`);
  }
  const nonce = sealed.subarray(1, 1 + nonceLength);
  const body = sealed.subarray(1 + nonceLength, sealed.length - tagLength);
  const cipher = createDecipheriv("aes-256-gcm", key.reveal(), nonce, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(place));
  cipher.setAuthTag(sealed.subarray(sealed.length - tagLength));
  try {
    return new Uint8Array(Buffer.concat([cipher.update(body), cipher.final()]));
  } catch (cause) {
    throw new Error(`the sealed value at ${place} does not open with this key`, { cause });
  }
}
