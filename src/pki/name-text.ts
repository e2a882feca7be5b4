/** Distinguished names as people write them: RFC 4514, the most specific RDN first (`CN=api,O=Acme,C=DE`). */
import { Problem } from "#base/problem.ts";
import { readDer } from "./der-reader.ts";
import { decodeString, encodeString, mayEncode, stringTypeOf } from "./der-string.ts";
import {
  type AttributeTypeAndValue,
  attributeTypeOf,
  attributeTypes,
  type DistinguishedName,
  usualEncoding,
} from "./name.ts";

/** The text of a name; what a terminal or a reader could misread is escaped in hexadecimal. */
export function nameToText(name: DistinguishedName): string {
  return name
    .map((rdn) => rdn.map(attributeToText).join("+"))
    .reverse()
    .join(",");
}

function attributeToText({ type, value, encoding }: AttributeTypeAndValue): string {
  if (encoding === "der") return `${type}=#${value}`;
  if (attributeTypes[type] !== undefined) return `${type}=${escapeValue(value)}`;
  // RFC 4514 section 2.4: a type without a short name has its value in hexadecimal. A foreign name may hold what its
  // own encoding cannot.
  const own = encoding ?? usualEncoding(type);
  const encoded = mayEncode(own, value)
    ? encodeString(own, value)
    : encodeString("utf8String", value.toWellFormed());
  return `${type}=#${encoded.toHex()}`;
}

function escapeValue(value: string): string {
  return value
    .replace(/^[ #]|[\\",+;<>]| $/g, "\\$&")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
      Array.from(Buffer.from(character), hexEscape).join(""),
    );
}

const hexEscape = (octet: number) => `\\${octet.toString(16).padStart(2, "0")}`;

const refused = (text: string, why: string) =>
  new Problem("invalid-input", `${JSON.stringify(text)} is not a distinguished name: ${why}`);

/** In characters; fifty attributes of the usual length need less. */
const maximumText = 8_192;

/** The name of a text. Spaces around `,`, `+` and `=` are not part of values. */
export function nameFromText(text: string): DistinguishedName {
  if (text.length > maximumText) throw refused(text.slice(0, 40), "it is too long");
  if (text.trim() === "") return [];
  return splitUnescaped(text, /[,;]/)
    .map((rdn) => splitUnescaped(rdn, /\+/).map((part) => attributeFromText(part, text)))
    .reverse();
}

function splitUnescaped(text: string, separator: RegExp): string[] {
  const parts: string[] = [];
  let from = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === "\\") i++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && separator.test(character)) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

function attributeFromText(part: string, text: string): AttributeTypeAndValue {
  const equals = part.indexOf("=");
  if (equals < 0) throw refused(text, `${JSON.stringify(part.trim())} has no "="`);
  const type = typeFromText(part.slice(0, equals).trim(), text);
  const raw = trimUnescaped(part.slice(equals + 1));
  if (raw.startsWith("#")) return attributeFromHex(type, raw.slice(1), text);
  const value = unescapeValue(raw, text);
  if (value === "") throw refused(text, `${type} has no value`);
  const encoding = usualEncoding(type);
  if (!mayEncode(encoding, value)) {
    throw refused(text, `${type} has characters that a ${encoding} cannot have`);
  }
  return { type, value };
}

const aliases: Readonly<Record<string, string>> = {
  EMAIL: "E",
  EMAILADDRESS: "E",
  S: "ST",
  SP: "ST",
  SURNAME: "SN",
  GIVENNAME: "GN",
  TITLE: "T",
};

function typeFromText(type: string, text: string): string {
  const name = type.toUpperCase();
  const short = aliases[name] ?? name;
  if (Object.hasOwn(attributeTypes, short)) return short;
  const dotted = name.replace(/^OID\./, "");
  if (/^([01]\.[1-3]?\d|2\.(0|[1-9]\d*))(\.(0|[1-9]\d*))*$/.test(dotted) && dotted.length <= 128) {
    return attributeTypeOf(dotted);
  }
  const known = Object.keys(attributeTypes).join(", ");
  throw refused(text, `${JSON.stringify(type)} is neither an OID nor one of ${known}`);
}

function attributeFromHex(type: string, digits: string, text: string): AttributeTypeAndValue {
  if (!/^([0-9a-fA-F]{2})+$/.test(digits)) throw refused(text, `${type} has broken hexadecimal`);
  const value = digits.toLowerCase();
  const reader = readDer(Uint8Array.fromHex(value), `${type} in the name`);
  const encoding = stringTypeOf(reader.peek());
  if (encoding === undefined) {
    reader.element(type);
    reader.finish();
    return { type, value, encoding: "der" };
  }
  const decoded = decodeString(encoding, reader.content(reader.peek(), type), { what: type });
  reader.finish();
  return encoding === usualEncoding(type)
    ? { type, value: decoded }
    : { type, value: decoded, encoding };
}

/** Without the spaces around; a space after a backslash belongs to the value. */
function trimUnescaped(value: string): string {
  const trimmed = value.replace(/^ +/, "").replace(/ +$/, "");
  const endsInEscape = /(?<!\\)(\\\\)*\\$/.test(trimmed);
  return endsInEscape && value.endsWith(" ") ? `${trimmed} ` : trimmed;
}

function unescapeValue(raw: string, text: string): string {
  const quoted = /^"(.*)"$/s.exec(raw);
  const inside = quoted?.[1] ?? raw;
  const octets: Buffer[] = [];
  for (const [piece] of inside.matchAll(/\\[0-9a-fA-F]{2}|\\.|[^\\]+|\\$/gsu)) {
    if (piece === "\\") throw refused(text, "it ends with a backslash");
    const digits = /^\\([0-9a-fA-F]{2})$/.exec(piece)?.[1];
    if (digits !== undefined) octets.push(Buffer.from(digits, "hex"));
    else octets.push(Buffer.from(piece.startsWith("\\") ? piece.slice(1) : piece));
  }
  return decodeString("utf8String", Buffer.concat(octets), { what: "the name" });
}
