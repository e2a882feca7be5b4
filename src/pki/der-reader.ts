/**
 * The bounded DER reader (ITU-T X.690): definite minimal lengths, minimal integers, no trailing octets, at most 32 levels.
 * It yields slices without copying and throws a Problem that names the structure. It refuses BER; lenient mode, for
 * certificates found in the wild, lets pass what cannot be misread (long lengths, padded integers, odd booleans).
 */
import { Problem } from "#base/problem.ts";
import { tags } from "./der.ts";
import { dottedOid, type Header, headerAt, hexOctet, malformed, octetAt } from "./der-element.ts";

export interface ReadOptions {
  /** For other people's certificates: tolerate encodings that are wrong but have one meaning. */
  readonly lenient?: boolean;
  /** The largest input, in octets. */
  readonly maximum?: number;
}

const maximumDepth = 32;
const defaultMaximum = 1_048_576;

/** A reader over exactly one element of `bytes` and what is inside; call `end()` when it is read. */
export function readDer(bytes: Uint8Array, what: string, options: ReadOptions = {}): DerReader {
  const maximum = options.maximum ?? defaultMaximum;
  if (bytes.length > maximum) {
    throw new Problem(
      "too-large",
      `${what} has ${bytes.length} octets; at most ${maximum} are read`,
    );
  }
  return new DerReader(bytes, what, {
    start: 0,
    at: 0,
    end: bytes.length,
    depth: 0,
    lenient: options.lenient ?? false,
  });
}

interface Window {
  readonly start: number;
  readonly at: number;
  readonly end: number;
  readonly depth: number;
  readonly lenient: boolean;
}

/** A cursor over the elements of one constructed value. Every `what` is the name used in complaints. */
export class DerReader {
  readonly lenient: boolean;
  readonly what: string;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  readonly #depth: number;
  #at: number;

  constructor(bytes: Uint8Array, what: string, window: Window) {
    this.#bytes = bytes;
    this.what = what;
    this.#start = window.start;
    this.#at = window.at;
    this.#end = window.end;
    this.#depth = window.depth;
    this.lenient = window.lenient;
  }

  /** The whole element this reader was opened on, tag and length included. */
  get der(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  get atEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** The tag octet of the next element; -1 when there is none. */
  peek(): number {
    return this.#at < this.#end ? octetAt(this.#bytes, this.#at) : -1;
  }

  /** Refuses octets that nobody has read. */
  finish(): void {
    if (this.#at < this.#end) {
      throw malformed(this.what, this.#at, `has ${this.#end - this.#at} octets too many`);
    }
  }

  /** The next element, whatever it is, as it stands; all inside is checked to be well-formed. */
  element(what: string): Uint8Array {
    const from = this.#at;
    const header = this.#next(what);
    if ((header.tag & 0x20) !== 0) this.#checkInside(header, this.#depth + 1, what);
    return this.#bytes.subarray(from, header.end);
  }

  /** The content of the next element, which must be `tag` and primitive. */
  content(tag: number, what: string): Uint8Array {
    const header = this.#expect(tag, what);
    return this.#bytes.subarray(header.start, header.end);
  }

  /** Steps into the next element, which must be `tag` and constructed. */
  enter(tag: number, what: string): DerReader {
    const start = this.#at;
    const header = this.#expect(tag, what);
    const depth = this.#depth + 1;
    if (depth > maximumDepth) throw malformed(what, start, `is nested over ${maximumDepth} levels`);
    const { start: at, end } = header;
    return new DerReader(this.#bytes, what, { start, at, end, depth, lenient: this.lenient });
  }

  sequence(what: string): DerReader {
    return this.enter(tags.sequence, what);
  }

  boolean(what: string): boolean {
    const at = this.#at;
    const content = this.content(tags.boolean, what);
    const value = content[0];
    if (content.length !== 1 || value === undefined) {
      throw malformed(what, at, "is a BOOLEAN that is not one octet long");
    }
    if (value !== 0 && value !== 0xff && !this.lenient) {
      throw malformed(what, at, "is a BOOLEAN that is neither 00 nor FF");
    }
    return value !== 0;
  }

  /** The content octets of an INTEGER: two's complement, big-endian, minimal. */
  integer(what: string): Uint8Array {
    const at = this.#at;
    const content = this.content(tags.integer, what);
    const [first, second] = content;
    if (first === undefined) throw malformed(what, at, "is an INTEGER without octets");
    const padded =
      second !== undefined && (first === 0 ? second < 0x80 : first === 0xff && second >= 0x80);
    if (padded && !this.lenient) throw malformed(what, at, "is an INTEGER that is not minimal");
    return content;
  }

  /** The magnitude of an INTEGER that must not be negative, without a leading zero octet. */
  unsignedInteger(what: string): Uint8Array {
    const at = this.#at;
    const content = this.integer(what);
    if (octetAt(content, 0) >= 0x80) throw malformed(what, at, "is negative");
    return content[0] === 0 ? content.subarray(1) : content;
  }

  /** A small INTEGER, 0 to 2^31 - 1. */
  smallInteger(what: string): number {
    const at = this.#at;
    const octets = this.unsignedInteger(what);
    let value = 0;
    for (const octet of octets.subarray(0, 5)) value = value * 256 + octet;
    if (octets.length > 4 || value > 0x7fff_ffff)
      throw malformed(what, at, "is too large a number");
    return value;
  }

  octetString(what: string): Uint8Array {
    return this.content(tags.octetString, what);
  }

  null(what: string): void {
    const at = this.#at;
    if (this.content(tags.null, what).length > 0)
      throw malformed(what, at, "is a NULL with content");
  }

  /** A BIT STRING; unused bits are 0 to 7 and zero. */
  bits(what: string): { readonly bytes: Uint8Array; readonly unusedBits: number } {
    const at = this.#at;
    const content = this.content(tags.bitString, what);
    const unusedBits = content[0];
    if (unusedBits === undefined) throw malformed(what, at, "is a BIT STRING without octets");
    if (unusedBits > 7 || (unusedBits > 0 && content.length === 1)) {
      throw malformed(what, at, `is a BIT STRING with ${unusedBits} unused bits`);
    }
    const mask = (1 << unusedBits) - 1;
    if (
      (octetAt(content, content.length - 1) & mask) !== 0 &&
      content.length > 1 &&
      !this.lenient
    ) {
      throw malformed(what, at, "is a BIT STRING whose unused bits are not zero");
    }
    return { bytes: content.subarray(1), unusedBits };
  }

  /** A BIT STRING that holds octets, as keys and signatures do. */
  bitStringOctets(what: string): Uint8Array {
    const at = this.#at;
    const { bytes, unusedBits } = this.bits(what);
    if (unusedBits > 0) throw malformed(what, at, `is a BIT STRING with ${unusedBits} unused bits`);
    return bytes;
  }

  /** An OBJECT IDENTIFIER as dotted text. */
  objectIdentifier(what: string): string {
    const at = this.#at;
    return dottedOid(this.content(tags.objectIdentifier, what), what, at);
  }

  #next(what: string): Header {
    const header = headerAt(this.#bytes, this.#at, { end: this.#end, lenient: this.lenient, what });
    this.#at = header.end;
    return header;
  }

  #expect(tag: number, what: string): Header {
    const at = this.#at;
    if (at >= this.#end) throw malformed(this.what, at, `ends where ${what} should be`);
    const found = octetAt(this.#bytes, at);
    if (found !== tag) {
      throw malformed(what, at, `has tag ${hexOctet(found)} where ${hexOctet(tag)} belongs`);
    }
    return this.#next(what);
  }

  #checkInside(outer: Header, depth: number, what: string): void {
    if (depth > maximumDepth) {
      throw malformed(what, outer.start, `is nested over ${maximumDepth} levels`);
    }
    const limits = { end: outer.end, lenient: this.lenient, what };
    for (let at = outer.start; at < outer.end; ) {
      const inner = headerAt(this.#bytes, at, limits);
      if ((inner.tag & 0x20) !== 0) this.#checkInside(inner, depth + 1, what);
      at = inner.end;
    }
  }
}
