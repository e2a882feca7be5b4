/** Randomness as a value: bytes, ids, tokens, jitter. The system source is the only ambient one. */
import type { Instant } from "./time.ts";

export interface Random {
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1). */
  fraction(): number;
}

export const systemRandom: Random = {
  // Ten times as fast as randomBytes, from the same generator.
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  fraction: () => Math.random(),
};

/** Crockford's alphabet: sorts like the numbers it writes and has no letter that looks like a digit. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * A public id: prefix, `-`, nine base32 characters of time (45 bits of milliseconds, sorts until the year 3084), seven of chance.
 * Time-ordered, so that new rows land at the right edge of the unique index.
 */
export function newId(prefix: string, now: Instant, random: Random): string {
  // Octets first: adding up characters would keep a string for each of them for as long as the id lives (measured).
  const octets = Buffer.alloc(16);
  let rest: number = now;
  for (let i = 8; i >= 0; i--) {
    octets[i] = alphabet.charCodeAt(rest % 32);
    rest = Math.floor(rest / 32);
  }
  for (const [i, byte] of random.bytes(7).entries()) octets[9 + i] = alphabet.charCodeAt(byte & 31);
  return `${prefix}-${octets.toString("latin1")}`;
}

/** A secret of `bytes` random octets as base64url with a readable prefix, such as `cck_…`. */
export function newToken(prefix: string, random: Random, bytes = 32): string {
  return `${prefix}_${Buffer.from(random.bytes(bytes)).toString("base64url")}`;
}
