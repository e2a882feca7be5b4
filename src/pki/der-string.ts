/** The ASN.1 string types of X.509: text in, content out and back. It refuses characters that the type does not have. */
import { tags, tlv } from "./der.ts";
import { unacceptable } from "./der-element.ts";

/** How a string is encoded; the names are those of X.680. */
export const stringTypes = [
  "utf8String",
  "printableString",
  "ia5String",
  "numericString",
  "visibleString",
  "teletexString",
  "bmpString",
  "universalString",
] as const;
export type StringType = (typeof stringTypes)[number];

const typeOfTag: ReadonlyMap<number, StringType> = new Map(
  stringTypes.map((type) => [tags[type], type]),
);

/** The string type of a tag octet, or undefined. */
export const stringTypeOf = (tag: number): StringType | undefined => typeOfTag.get(tag);

/** What a text of each type may be made of. Teletex is read as Latin-1, as everybody does. */
const alphabets: Readonly<Record<StringType, RegExp>> = {
  utf8String: /^\P{Cs}*$/u,
  printableString: /^[A-Za-z0-9 '()+,\-./:=?]*$/,
  ia5String: /^[^\u0080-\uffff]*$/,
  numericString: /^[0-9 ]*$/,
  visibleString: /^[\x20-\x7e]*$/,
  teletexString: /^[^\u0100-\uffff]*$/,
  bmpString: /^[^\ud800-\udfff]*$/,
  universalString: /^\P{Cs}*$/u,
};

/** Whether `text` can be written as `type`. */
export const mayEncode = (type: StringType, text: string): boolean => alphabets[type].test(text);

/** A whole element. Throws a RangeError when the type has no such character: check with `mayEncode`. */
export function encodeString(type: StringType, text: string): Uint8Array {
  if (!mayEncode(type, text)) throw new RangeError(`no ${type}: ${JSON.stringify(text)}`);
  return tlv(tags[type], stringContent(type, text));
}

function stringContent(type: StringType, text: string): Uint8Array {
  if (type === "utf8String") return Buffer.from(text, "utf8");
  if (type === "bmpString") return Buffer.from(text, "utf16le").swap16();
  if (type !== "universalString") return Buffer.from(text, "latin1");
  const points = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  return Uint8Array.from(points.flatMap((it) => [0, it >> 16, (it >> 8) & 0xff, it & 0xff]));
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const plainAscii = /^[\x20-\x7e]*$/;

/** The text of a string's content. Lenient mode takes characters that the type does not have. */
export function decodeString(
  type: StringType,
  content: Uint8Array,
  { what, lenient = false }: { readonly what: string; readonly lenient?: boolean },
): string {
  const text = textOf(type, content, what, lenient);
  if (!lenient && type !== "utf8String" && !mayEncode(type, text)) {
    throw unacceptable(what, `has characters that a ${type} cannot have`);
  }
  return text;
}

function textOf(type: StringType, content: Uint8Array, what: string, lenient: boolean): string {
  switch (type) {
    case "utf8String":
      return utf8Text(content, what, lenient);
    case "bmpString":
      if (content.length % 2 !== 0) throw unacceptable(what, "is a bmpString of odd length");
      return bmpText(content);
    case "universalString":
      return universalText(content, what);
    default:
      return latin1Text(content);
  }
}

export function latin1Text(content: Uint8Array): string {
  return Buffer.from(content.buffer, content.byteOffset, content.length).toString("latin1");
}

function utf8Text(content: Uint8Array, what: string, lenient: boolean): string {
  const fast = latin1Text(content);
  if (plainAscii.test(fast)) return fast;
  try {
    return strictUtf8.decode(content);
  } catch (cause) {
    if (lenient) return fast;
    throw unacceptable(what, "is not valid UTF-8", cause);
  }
}

function bmpText(content: Uint8Array): string {
  let text = "";
  for (let i = 0; i + 1 < content.length; i += 2) {
    text += String.fromCharCode((content[i] ?? 0) * 256 + (content[i + 1] ?? 0));
  }
  return text;
}

function universalText(content: Uint8Array, what: string): string {
  if (content.length % 4 !== 0) throw unacceptable(what, "is a universalString of odd length");
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  let text = "";
  for (let i = 0; i < content.length; i += 4) {
    const point = view.getUint32(i);
    if (point > 0x10_ffff) throw unacceptable(what, "has a character beyond Unicode");
    text += String.fromCodePoint(point);
  }
  return text;
}
