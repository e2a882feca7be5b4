/** One DER element's header, and OBJECT IDENTIFIER contents: the bounds and minimality rules of X.690 clauses 8 and 10. */
import { Problem } from "#base/problem.ts";
import { objectIdentifier } from "./der.ts";
import { oids } from "./oid.ts";

/** Where an element's content lies. */
export interface Header {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** Long enough for every registered arc and for UUIDs under 2.25. */
const maximumOidOctets = 64;

/** A Problem about the DER of `what`; `at` is the octet where it was noticed. */
export function malformed(what: string, at: number, complaint: string): Problem {
  return new Problem("invalid-input", `${what} ${complaint} (octet ${at})`);
}

/** A Problem about the value of `what`, which is well-formed DER. */
export function unacceptable(what: string, complaint: string, cause?: unknown): Problem {
  return new Problem("invalid-input", `${what} ${complaint}`, { cause });
}

interface Limits {
  readonly end: number;
  readonly lenient: boolean;
  readonly what: string;
}

export function headerAt(bytes: Uint8Array, at: number, limits: Limits): Header {
  const { end, what } = limits;
  if (at + 2 > end) throw malformed(what, at, "is cut off");
  const tag = octetAt(bytes, at);
  checkTag(tag, at, what);
  const first = octetAt(bytes, at + 1);
  const count = first < 0x80 ? 0 : first & 0x7f;
  const length = first < 0x80 ? first : longLength(bytes, at, limits);
  const start = at + 2 + count;
  if (length > end - start) {
    throw malformed(what, at, `claims ${length} octets where ${end - start} are left`);
  }
  return { tag, start, end: start + length };
}

function longLength(bytes: Uint8Array, at: number, { end, lenient, what }: Limits): number {
  const count = octetAt(bytes, at + 1) & 0x7f;
  if (count === 0) throw malformed(what, at, "has an indefinite length, which is BER and not DER");
  if (count > 4) throw malformed(what, at, "has a length of more than four octets");
  if (at + 2 + count > end) throw malformed(what, at, "is cut off in its length");
  let length = 0;
  for (let i = at + 2; i < at + 2 + count; i++) length = length * 256 + octetAt(bytes, i);
  const minimal = length >= 0x80 && length >= 256 ** (count - 1);
  if (!minimal && !lenient) throw malformed(what, at, "has a length that is not minimal");
  return length;
}

function checkTag(tag: number, at: number, what: string): void {
  if ((tag & 0x1f) === 0x1f) throw malformed(what, at, "has a tag number of 31 or more");
  if (tag >= 0x40) return;
  const constructed = (tag & 0x20) !== 0;
  const number = tag & 0x1f;
  if (number === 0) throw malformed(what, at, "has the reserved tag 0");
  // SEQUENCE and SET (16, 17), EXTERNAL (8) and EMBEDDED PDV (11) are the constructed universal types of DER.
  const mustBeConstructed = number === 16 || number === 17 || number === 8 || number === 11;
  if (constructed !== mustBeConstructed) {
    throw malformed(what, at, `has tag ${hexOctet(tag)}, which DER does not know`);
  }
}

/** The OIDs that have a name here, by their octets in hexadecimal: reading them costs a look-up. */
const known: ReadonlyMap<string, string> = new Map(
  Object.values(oids).map((dotted) => [objectIdentifier(dotted).subarray(2).toHex(), dotted]),
);

/** The dotted text of an OBJECT IDENTIFIER's content. */
export function dottedOid(content: Uint8Array, what: string, at: number): string {
  return known.get(content.toHex()) ?? readOid(content, what, at);
}

function readOid(content: Uint8Array, what: string, at: number): string {
  if (content.length === 0) throw malformed(what, at, "is an OBJECT IDENTIFIER without octets");
  if (content.length > maximumOidOctets) {
    throw malformed(what, at, `is an OBJECT IDENTIFIER of over ${maximumOidOctets} octets`);
  }
  if (octetAt(content, content.length - 1) >= 0x80) {
    throw malformed(what, at, "is an OBJECT IDENTIFIER that ends within an arc");
  }
  let dotted = "";
  for (let from = 0, i = 0; i < content.length; i++) {
    if (octetAt(content, i) >= 0x80) continue;
    if (octetAt(content, from) === 0x80) {
      throw malformed(what, at, "is an OBJECT IDENTIFIER with an arc that is not minimal");
    }
    const arc = arcOf(content, from, i + 1);
    dotted += from === 0 ? firstArcs(arc) : `.${arc}`;
    from = i + 1;
  }
  return dotted;
}

function arcOf(content: Uint8Array, from: number, to: number): number | bigint {
  // Seven octets hold 49 bits; beyond, a number would lose digits (arcs under 2.25 have 128 bits).
  if (to - from > 7) {
    let wide = 0n;
    for (let i = from; i < to; i++) wide = wide * 128n + BigInt(octetAt(content, i) & 0x7f);
    return wide;
  }
  let arc = 0;
  for (let i = from; i < to; i++) arc = arc * 128 + (octetAt(content, i) & 0x7f);
  return arc;
}

function firstArcs(arc: number | bigint): string {
  if (arc >= 80) return typeof arc === "bigint" ? `2.${arc - 80n}` : `2.${arc - 80}`;
  return `${Math.floor(Number(arc) / 40)}.${Number(arc) % 40}`;
}

export const octetAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
export const hexOctet = (octet: number): string =>
  octet.toString(16).toUpperCase().padStart(2, "0");
