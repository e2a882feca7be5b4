/**
 * subjectAltName (RFC 5280 section 4.2.1.6): DNS names, IP addresses, e-mail addresses and URIs between text and bytes.
 * The other forms of GeneralName are refused by name. Whether a name may be certified is for the issuance checks.
 */
import { domainToASCII } from "node:url";
import { invalid, unreachable } from "#base/problem.ts";
import * as der from "./der.ts";
import { hexOctet, unacceptable } from "./der-element.ts";
import type { DerReader } from "./der-reader.ts";
import { latin1Text } from "./der-string.ts";
import { ipFromText, ipToText } from "./ip-address.ts";

export interface GeneralName {
  readonly type: "dns" | "ip" | "email" | "uri";
  /** As in the certificate; an IP address in canonical text. */
  readonly value: string;
}

/** What a person typed: `api.example.com`, `10.0.0.1`, `::1`, `a@b.example`, `spiffe://td/x`; also with a `dns:` before it. */
export function generalNameFromText(text: string, path = "name"): GeneralName {
  const trimmed = text.trim();
  if (trimmed === "") throw invalid(path, "is empty");
  const [, prefix, rest = trimmed] = /^(dns|ip|email|uri):(.*)$/is.exec(trimmed) ?? [];
  const type =
    prefix === undefined ? guessType(rest) : (prefix.toLowerCase() as GeneralName["type"]);
  if (type === "dns") return canonicalName({ type, value: toAsciiHost(rest, path) });
  if (type !== "ip") return canonicalName({ type, value: rest });
  const octets = ipFromText(rest);
  if (octets === undefined) throw invalid(path, `${JSON.stringify(rest)} is not an IP address`);
  return { type, value: ipToText(octets) ?? rest };
}

/** `bücher.example` becomes its A-labels; what is no letter, mark or digit stays, for the checks to refuse. */
function toAsciiHost(text: string, path: string): string {
  if (!/[^\0-\x7f]/.test(text) || !/^[\p{L}\p{M}\p{N}.*-]+$/u.test(text)) return text;
  const ascii = domainToASCII(text);
  if (ascii === "")
    throw invalid(path, `${JSON.stringify(text)} is not an internationalised domain name`);
  return ascii;
}

export const generalNameToText = ({ value }: GeneralName): string => value;

function guessType(text: string): GeneralName["type"] {
  if (ipFromText(text) !== undefined) return "ip";
  if (/^[a-z][a-z0-9+.-]*:/i.test(text)) return "uri";
  return text.includes("@") ? "email" : "dns";
}

/** DNS names, the domain of an e-mail address, and scheme and host of a URI are the same in any case (RFC 5280 section 7). */
export function canonicalName(name: GeneralName): GeneralName {
  const { type, value } = name;
  switch (type) {
    case "dns":
      return { type, value: value.toLowerCase() };
    case "ip":
      return name;
    case "email":
      return { type, value: value.replace(/@[^@]*$/, (domain) => domain.toLowerCase()) };
    case "uri":
      return { type, value: value.replace(/^[^:/?#]+:(\/\/[^/?#]*)?/, (it) => it.toLowerCase()) };
    default:
      return unreachable(type);
  }
}

/** The names in canonical form, each once, in their order. */
export function distinctNames(names: readonly GeneralName[]): readonly GeneralName[] {
  if (names.length === 1) return names.map(canonicalName);
  const seen = new Map<string, GeneralName>();
  for (const name of names.map(canonicalName)) {
    const key = `${name.type}:${name.value}`;
    if (!seen.has(key)) seen.set(key, name);
  }
  return [...seen.values()];
}

/** Context tag numbers of GeneralName. */
const numbers = { email: 1, dns: 2, uri: 6, ip: 7 } as const;

export const encodeGeneralNames = (names: readonly GeneralName[]): Uint8Array =>
  der.sequence(...names.map(encodeGeneralName));

export function encodeGeneralName({ type, value }: GeneralName): Uint8Array {
  if (type !== "ip") return der.contextPrimitive(numbers[type], Buffer.from(value, "latin1"));
  const octets = ipFromText(value);
  if (octets === undefined) throw new RangeError(`no IP address: ${value}`);
  return der.contextPrimitive(numbers.ip, octets);
}

const unsupported: Readonly<Record<number, string>> = {
  160: "an otherName",
  163: "an x400Address",
  164: "a directoryName",
  165: "an ediPartyName",
  136: "a registeredID",
};

const typeOfTag: Readonly<Record<number, GeneralName["type"]>> = {
  129: "email",
  130: "dns",
  134: "uri",
  135: "ip",
};

/** A name that is left out: of another form, or with a value that is none of its form. */
export interface OtherName {
  readonly tag: number;
  /** Whole, for a form that is not one of our four. */
  readonly element: Uint8Array | undefined;
}

type PassOver = (complaint: string, name?: OtherName) => void;

/**
 * The next element, which must be GeneralNames, at least one. What is not one of our four forms is refused; with
 * `passOver` it is told there instead, and left out.
 */
export function readGeneralNames(
  reader: DerReader,
  what: string,
  passOver?: PassOver,
): readonly GeneralName[] {
  const refuse: PassOver = (complaint, name) => {
    if (passOver === undefined) throw unacceptable(what, complaint);
    passOver(complaint, name);
  };
  const sequence = reader.sequence(what);
  if (sequence.atEnd) refuse("is empty");
  const names: GeneralName[] = [];
  while (!sequence.atEnd) {
    const type = typeOfTag[sequence.peek()];
    if (type === undefined) {
      const tag = sequence.peek();
      const form = unsupported[tag];
      const element = sequence.element(what);
      refuse(
        form === undefined
          ? `contains tag ${hexOctet(tag)}, which is no GeneralName`
          : `contains ${form}, which is not supported`,
        { tag, element },
      );
    } else {
      const value = readValue(sequence, type, what, refuse);
      if (value !== undefined) names.push({ type, value });
    }
  }
  return names;
}

function readValue(
  sequence: DerReader,
  type: GeneralName["type"],
  what: string,
  refuse: PassOver,
): string | undefined {
  const tag = sequence.peek();
  const content = sequence.content(tag, what);
  const unread = { tag, element: undefined };
  if (type === "ip") {
    const text = ipToText(content);
    if (text === undefined) {
      refuse(`contains an IP address of ${content.length} octets; it has 4 or 16`, unread);
    }
    return text;
  }
  const value = latin1Text(content);
  if (!/[^\0-\x7f]/.test(value)) return value;
  refuse(
    `contains a ${type} name that is not ASCII; internationalised names are written as xn--`,
    unread,
  );
  return value;
}
