/**
 * Certificate extensions read: those this program understands as values, the rest by name. In a certificate of ours
 * anything odd is refused; for the inventory it is told to `odd` and the rest is read on.
 */
import { Problem } from "#base/problem.ts";
import * as der from "./der.ts";
import { unacceptable } from "./der-element.ts";
import { type DerReader, readDer } from "./der-reader.ts";
import { latin1Text } from "./der-string.ts";
import type { BasicConstraints } from "./extensions.ts";
import {
  type ExtendedKeyUsage,
  type KeyUsage,
  readExtendedKeyUsage,
  readKeyUsage,
} from "./key-usage.ts";
import { type NameConstraints, readNameConstraints } from "./name-constraints.ts";
import { oidName, oids } from "./oid.ts";
import { type GeneralName, type OtherName, readGeneralNames } from "./subject-alt-name.ts";

export interface UnknownExtension {
  readonly oid: string;
  readonly critical: boolean;
}

export interface Extensions {
  readonly subjectAltNames: readonly GeneralName[];
  readonly subjectAltNameCritical: boolean;
  /** Names in subjectAltName that are not among `subjectAltNames`: strict reading refuses them. */
  readonly otherNames: readonly OtherName[];
  readonly basicConstraints: BasicConstraints | undefined;
  readonly keyUsage: readonly KeyUsage[] | undefined;
  readonly extendedKeyUsage: readonly ExtendedKeyUsage[] | undefined;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  readonly authorityKeyIdentifier: Uint8Array | undefined;
  readonly crlUrls: readonly string[];
  readonly ocspUrls: readonly string[];
  readonly caIssuersUrls: readonly string[];
  readonly certificatePolicies: readonly string[];
  readonly nameConstraints: NameConstraints | undefined;
  readonly mustStaple: boolean;
  /** Those that are not read here, in their order. */
  readonly unknownExtensions: readonly UnknownExtension[];
  /** OIDs of those that should have been read and are malformed: strict reading refuses them. */
  readonly unreadableExtensions: readonly string[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Found = Writable<Extensions>;

/** Where an oddity goes: throw it (strict), or note it and read on. */
export type Odd = (problem: Problem) => void;

/** More than any certificate has; a bound for what strangers send. */
const maximumExtensions = 64;

export const noExtensions: Extensions = {
  subjectAltNames: [],
  subjectAltNameCritical: false,
  otherNames: [],
  basicConstraints: undefined,
  keyUsage: undefined,
  extendedKeyUsage: undefined,
  subjectKeyIdentifier: undefined,
  authorityKeyIdentifier: undefined,
  crlUrls: [],
  ocspUrls: [],
  caIssuersUrls: [],
  certificatePolicies: [],
  nameConstraints: undefined,
  mustStaple: false,
  unknownExtensions: [],
  unreadableExtensions: [],
};

/** The next element, which must be Extensions. Duplicates are odd; the first counts (RFC 5280 section 4.2). */
export function readExtensions(reader: DerReader, what: string, odd: Odd): Extensions {
  const sequence = reader.sequence(what);
  if (sequence.atEnd) odd(unacceptable(what, "are empty"));
  const found: Found = { ...noExtensions };
  const seen = new Set<string>();
  while (!sequence.atEnd) {
    const extension = readExtension(sequence, what);
    if (seen.has(extension.oid)) {
      odd(unacceptable(what, `contain ${oidName(extension.oid)} twice`));
      continue;
    }
    seen.add(extension.oid);
    if (seen.size > maximumExtensions)
      throw unacceptable(what, `are more than ${maximumExtensions}`);
    understand(extension, found, { lenient: sequence.lenient, odd });
  }
  return found;
}

interface RawExtension extends UnknownExtension {
  readonly value: Uint8Array;
}

function readExtension(reader: DerReader, what: string): RawExtension {
  const sequence = reader.sequence(what);
  const oid = sequence.objectIdentifier(what);
  const name = oidName(oid);
  let critical = false;
  if (sequence.peek() === der.tags.boolean) {
    critical = sequence.boolean(name);
    if (!critical && !sequence.lenient) {
      throw unacceptable(name, "writes out critical FALSE, which is the default");
    }
  }
  const value = sequence.octetString(name);
  sequence.finish();
  return { oid, critical, value };
}

interface Manner {
  readonly lenient: boolean;
  readonly odd: Odd;
}

function understand(extension: RawExtension, found: Found, { lenient, odd }: Manner): void {
  const understood = readers[extension.oid];
  if (understood === undefined) {
    const { oid, critical } = extension;
    found.unknownExtensions = [...found.unknownExtensions, { oid, critical }];
    return;
  }
  try {
    const what = oidName(extension.oid);
    const reader = readDer(extension.value, what, { lenient });
    understood(reader, found, { what, odd: lenient ? odd : undefined });
    reader.finish();
    if (extension.oid === oids.subjectAltName) found.subjectAltNameCritical = extension.critical;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    found.unreadableExtensions = [...found.unreadableExtensions, extension.oid];
    odd(problem);
  }
}

type Reader = (
  reader: DerReader,
  found: Found,
  manner: { readonly what: string; readonly odd: Odd | undefined },
) => void;

const readers: Readonly<Record<string, Reader>> = {
  [oids.subjectAltName]: (reader, found, { what, odd }) => {
    const others: OtherName[] = [];
    const passOver = (complaint: string, name?: OtherName) => {
      odd?.(unacceptable(what, complaint));
      if (name) others.push(name);
    };
    found.subjectAltNames = readGeneralNames(reader, what, odd && passOver);
    found.otherNames = others;
  },
  [oids.basicConstraints]: (reader, found, { what }) => {
    found.basicConstraints = readBasicConstraints(reader, what);
  },
  [oids.keyUsage]: (reader, found, { what }) => {
    found.keyUsage = readKeyUsage(reader, what);
  },
  [oids.extKeyUsage]: (reader, found, { what }) => {
    found.extendedKeyUsage = readExtendedKeyUsage(reader, what);
  },
  [oids.subjectKeyIdentifier]: (reader, found, { what }) => {
    found.subjectKeyIdentifier = reader.octetString(what);
  },
  [oids.authorityKeyIdentifier]: (reader, found, { what }) => {
    const sequence = reader.sequence(what);
    if (sequence.peek() === 0x80) found.authorityKeyIdentifier = sequence.content(0x80, what);
    // authorityCertIssuer and authorityCertSerialNumber identify nothing that we look up.
    while (!sequence.atEnd) sequence.element(what);
  },
  [oids.cRLDistributionPoints]: (reader, found, { what }) => {
    found.crlUrls = readCrlUrls(reader, what);
  },
  [oids.authorityInfoAccess]: (reader, found, { what }) => {
    readAuthorityInfoAccess(reader, found, what);
  },
  [oids.certificatePolicies]: (reader, found, { what }) => {
    found.certificatePolicies = readPolicies(reader, what);
  },
  [oids.nameConstraints]: (reader, found, { what }) => {
    found.nameConstraints = readNameConstraints(reader, what);
  },
  [oids.tlsFeature]: (reader, found, { what }) => {
    const sequence = reader.sequence(what);
    // status_request is 5 (RFC 6066), status_request_v2 is 17 and implies nothing here.
    while (!sequence.atEnd) if (sequence.smallInteger(what) === 5) found.mustStaple = true;
  },
};

function readBasicConstraints(reader: DerReader, what: string): BasicConstraints {
  const sequence = reader.sequence(what);
  let ca = false;
  if (sequence.peek() === der.tags.boolean) {
    ca = sequence.boolean(what);
    if (!ca && !sequence.lenient)
      throw unacceptable(what, "writes out cA FALSE, which is the default");
  }
  const pathLen = sequence.atEnd ? undefined : sequence.smallInteger("pathLenConstraint");
  if (pathLen !== undefined && !ca && !sequence.lenient) {
    throw unacceptable(what, "has a pathLenConstraint without being a CA");
  }
  sequence.finish();
  return { ca, pathLen };
}

function readCrlUrls(reader: DerReader, what: string): readonly string[] {
  const points = reader.sequence(what);
  const urls: string[] = [];
  while (!points.atEnd) {
    const point = points.sequence(what);
    if (point.peek() === 0xa0) {
      const name = point.enter(0xa0, what);
      if (name.peek() === 0xa0) urls.push(...readUris(name.enter(0xa0, what), what));
    }
    while (!point.atEnd) point.element(what);
  }
  return urls;
}

function readUris(names: DerReader, what: string): readonly string[] {
  const urls: string[] = [];
  while (!names.atEnd) {
    if (names.peek() === 0x86) urls.push(latin1Text(names.content(0x86, what)));
    else names.element(what);
  }
  return urls;
}

function readAuthorityInfoAccess(reader: DerReader, found: Found, what: string): void {
  const descriptions = reader.sequence(what);
  const urls = { [oids.ocsp]: [] as string[], [oids.caIssuers]: [] as string[] };
  while (!descriptions.atEnd) {
    const description = descriptions.sequence(what);
    const method = description.objectIdentifier(what);
    if (description.peek() !== 0x86) description.element(what);
    else {
      const url = latin1Text(description.content(0x86, what));
      if (method === oids.ocsp || method === oids.caIssuers) urls[method].push(url);
    }
    description.finish();
  }
  found.ocspUrls = urls[oids.ocsp];
  found.caIssuersUrls = urls[oids.caIssuers];
}

function readPolicies(reader: DerReader, what: string): readonly string[] {
  const sequence = reader.sequence(what);
  const policies: string[] = [];
  while (!sequence.atEnd) {
    const information = sequence.sequence(what);
    policies.push(information.objectIdentifier(what));
    while (!information.atEnd) information.element(what);
  }
  return policies;
}
