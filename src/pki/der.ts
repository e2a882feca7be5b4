/** The DER writer (ITU-T X.690): values in, bytes out. It checks that it can write a value, not that the value makes sense. */

/** The tag octets of the universal types that X.509 uses. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** An element: tag octet, minimal definite length, and the parts as content. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const lengthOctets = octetsOfLength(length);
  const out = new Uint8Array(1 + lengthOctets + length);
  out[0] = tag;
  writeLength(out, length, lengthOctets);
  let at = 1 + lengthOctets;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array =>
  tlv(tags.sequence, ...parts);

/** SET OF: the elements in ascending order of their encodings, as X.690 section 11.6 demands. */
export const setOf = (...parts: readonly Uint8Array[]): Uint8Array =>
  tlv(tags.set, ...parts.toSorted(Buffer.compare));

/** `[number]` around whole elements: EXPLICIT, or IMPLICIT on a constructed type. */
export const context = (number: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  tlv(0xa0 | number, ...parts);

/** `[number]` IMPLICIT on a primitive type: the content alone. */
export const contextPrimitive = (number: number, content: Uint8Array): Uint8Array =>
  tlv(0x80 | number, content);

export const octetString = (...content: readonly Uint8Array[]): Uint8Array =>
  tlv(tags.octetString, ...content);

export const nullValue: Uint8Array = Uint8Array.of(tags.null, 0);
const trueValue = Uint8Array.of(tags.boolean, 1, 0xff);
const falseValue = Uint8Array.of(tags.boolean, 1, 0);

export const boolean = (value: boolean): Uint8Array => (value ? trueValue : falseValue);

/** An INTEGER from a number that is not negative and not above 2^53. */
export function integer(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`no INTEGER: ${value}`);
  const octets: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return unsignedInteger(Uint8Array.from(octets));
}

/** An INTEGER from the big-endian octets of a number that is not negative; leading zeros are dropped. */
export function unsignedInteger(magnitude: Uint8Array): Uint8Array {
  let from = 0;
  while (from < magnitude.length && magnitude[from] === 0) from++;
  const first = magnitude[from];
  if (first === undefined) return Uint8Array.of(tags.integer, 1, 0);
  const octets = magnitude.subarray(from);
  return first < 0x80 ? tlv(tags.integer, octets) : tlv(tags.integer, zeroOctet, octets);
}

const zeroOctet = Uint8Array.of(0);

/** A BIT STRING of whole octets, or with `unusedBits` (0 to 7) at the end, which must be zero. */
export const bitString = (bytes: Uint8Array, unusedBits = 0): Uint8Array =>
  tlv(tags.bitString, unusedBits === 0 ? zeroOctet : Uint8Array.of(unusedBits), bytes);

/** A named bit list: bit 0 is the first, and trailing zero bits are cut off (X.690 section 11.2.2). */
export function namedBits(bits: readonly number[]): Uint8Array {
  if (bits.length === 0) return tlv(tags.bitString, zeroOctet);
  const last = Math.max(...bits);
  const octets = new Uint8Array((last >> 3) + 1);
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return bitString(octets, 7 - (last & 7));
}

const knownOids = new Map<string, Uint8Array>();
/** Enough for every OID of this program; what a stranger sends beyond it is encoded each time. */
const knownOidsLimit = 1_000;

/** An OBJECT IDENTIFIER from its dotted text. The answer is shared: do not write to it. */
export function objectIdentifier(dotted: string): Uint8Array {
  const known = knownOids.get(dotted);
  if (known !== undefined) return known;
  const encoded = encodeObjectIdentifier(dotted);
  if (knownOids.size < knownOidsLimit) knownOids.set(dotted, encoded);
  return encoded;
}

function encodeObjectIdentifier(dotted: string): Uint8Array {
  if (!/^[0-2](\.(0|[1-9]\d*))+$/.test(dotted)) throw new RangeError(`no OID: ${dotted}`);
  const [first = 0n, second = 0n, ...rest] = dotted.split(".").map(BigInt);
  if (first < 2n && second > 39n) throw new RangeError(`no OID: ${dotted}`);
  const octets = [first * 40n + second, ...rest].flatMap(base128);
  return tlv(tags.objectIdentifier, Uint8Array.from(octets));
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 127n)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 127n) | 0x80);
  return octets;
}

function octetsOfLength(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x100) return 2;
  if (length < 0x1_0000) return 3;
  return length < 0x100_0000 ? 4 : 5;
}

function writeLength(out: Uint8Array, length: number, lengthOctets: number): void {
  if (lengthOctets === 1) {
    out[1] = length;
    return;
  }
  out[1] = 0x80 | (lengthOctets - 1);
  for (let at = lengthOctets, rest = length; at > 1; at--, rest = Math.floor(rest / 256)) {
    out[at] = rest % 256;
  }
}
