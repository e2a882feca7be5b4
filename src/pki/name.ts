/**
 * Distinguished names: a sequence of RDNs, each a set of typed strings, between bytes and values (RFC 5280 section 4.1.2.4).
 * Reading keeps each value's encoding so that writing gives the same bytes. It refuses empty RDNs and endless names.
 */
import * as der from "./der.ts";
import { unacceptable } from "./der-element.ts";
import { type DerReader, type ReadOptions, readDer } from "./der-reader.ts";
import { decodeString, encodeString, type StringType, stringTypeOf } from "./der-string.ts";
import { type OidName, oids } from "./oid.ts";

export interface AttributeTypeAndValue {
  /** A short name of the table below, or a dotted OID. */
  readonly type: string;
  readonly value: string;
  /** How the value is written where that is not the type's usual way; "der": no string, `value` is hexadecimal DER. */
  readonly encoding?: StringType | "der";
}

/** RDNs from the root of the directory to the leaf, as in the certificate; the text form runs the other way. */
export type DistinguishedName = readonly (readonly AttributeTypeAndValue[])[];

export interface AttributeType {
  readonly oid: string;
  /** The longest value in characters: X.520 annex, RFC 5280 appendix A.1. */
  readonly upperBound: number;
  readonly encoding: StringType;
}

const attribute = (
  name: OidName,
  upperBound: number,
  encoding: StringType = "utf8String",
): AttributeType => ({ oid: oids[name], upperBound, encoding });

/** The attribute types that have a short name. */
export const attributeTypes: Readonly<Record<string, AttributeType>> = {
  CN: attribute("commonName", 64),
  O: attribute("organizationName", 64),
  OU: attribute("organizationalUnitName", 64),
  C: attribute("countryName", 2, "printableString"),
  L: attribute("localityName", 128),
  ST: attribute("stateOrProvinceName", 128),
  STREET: attribute("streetAddress", 128),
  SERIALNUMBER: attribute("serialNumber", 64, "printableString"),
  DC: attribute("domainComponent", 63, "ia5String"),
  E: attribute("emailAddress", 255, "ia5String"),
  UID: attribute("userId", 256),
  SN: attribute("surname", 64),
  GN: attribute("givenName", 64),
  T: attribute("title", 64),
  DNQUALIFIER: attribute("dnQualifier", 64, "printableString"),
  PSEUDONYM: attribute("pseudonym", 128),
  POSTALCODE: attribute("postalCode", 40),
  BUSINESSCATEGORY: attribute("businessCategory", 128),
  ORGANIZATIONIDENTIFIER: attribute("organizationIdentifier", 256),
};

const shortNames: ReadonlyMap<string, string> = new Map(
  Object.entries(attributeTypes).map(([name, { oid }]) => [oid, name]),
);

/** More than any directory has; a bound for what strangers send. */
const maximumAttributes = 50;

/** The usual encoding of an attribute type. */
export const usualEncoding = (type: string): StringType =>
  attributeTypes[type]?.encoding ?? "utf8String";

/** The short name of an OID, or its dotted text. */
export const attributeTypeOf = (oid: string): string => shortNames.get(oid) ?? oid;

export function encodeName(name: DistinguishedName): Uint8Array {
  return der.sequence(...name.map((rdn) => der.setOf(...rdn.map(encodeAttribute))));
}

/** A Name with nothing after it. */
export function parseName(
  bytes: Uint8Array,
  what = "the name",
  options?: ReadOptions,
): DistinguishedName {
  const reader = readDer(bytes, what, options);
  const name = readName(reader, what);
  reader.finish();
  return name;
}

/** The next element, which must be a Name. */
export function readName(reader: DerReader, what: string): DistinguishedName {
  const sequence = reader.sequence(what);
  const name: AttributeTypeAndValue[][] = [];
  let attributes = 0;
  while (!sequence.atEnd) {
    const rdn = readRdn(sequence, what);
    name.push(rdn);
    attributes += rdn.length;
    if (attributes > maximumAttributes) {
      throw unacceptable(what, `has more than ${maximumAttributes} attributes`);
    }
  }
  return name;
}

/** The values of one type, in order. */
export function valuesOf(name: DistinguishedName, type: string): readonly string[] {
  return name.flat().flatMap((it) => (it.type === type ? [it.value] : []));
}

function readRdn(sequence: DerReader, what: string): AttributeTypeAndValue[] {
  const set = sequence.enter(der.tags.set, what);
  if (set.atEnd && !set.lenient) throw unacceptable(what, "has an empty RDN");
  const rdn: AttributeTypeAndValue[] = [];
  let previous: Uint8Array | undefined;
  while (!set.atEnd) {
    const element = set.element(what);
    if (previous !== undefined && !set.lenient && Buffer.compare(previous, element) >= 0) {
      throw unacceptable(what, "has an RDN whose attributes are not in DER order");
    }
    previous = element;
    rdn.push(readAttribute(element, what, set.lenient));
    if (rdn.length > maximumAttributes) break;
  }
  return rdn;
}

function readAttribute(element: Uint8Array, what: string, lenient: boolean): AttributeTypeAndValue {
  const outer = readDer(element, what, { lenient });
  const reader = outer.sequence(what);
  const type = attributeTypeOf(reader.objectIdentifier(what));
  const where = `${type} in ${what}`;
  const encoding = stringTypeOf(reader.peek());
  if (encoding === undefined) {
    if (!lenient) throw unacceptable(where, "is not a string");
    return { type, value: reader.element(where).toHex(), encoding: "der" };
  }
  const content = reader.content(reader.peek(), where);
  const value = decodeString(encoding, content, { what: where, lenient });
  reader.finish();
  outer.finish();
  return encoding === usualEncoding(type) ? { type, value } : { type, value, encoding };
}

function encodeAttribute({ type, value, encoding }: AttributeTypeAndValue): Uint8Array {
  const oid = der.objectIdentifier(attributeTypes[type]?.oid ?? type);
  if (encoding === "der") return der.sequence(oid, Uint8Array.fromHex(value));
  return der.sequence(oid, encodeString(encoding ?? usualEncoding(type), value));
}
