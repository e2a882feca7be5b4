/** Certificate extensions written (RFC 5280 section 4.2, RFC 7633): each function gives one whole Extension. */
import { hash } from "node:crypto";
import * as der from "./der.ts";
import {
  type ExtendedKeyUsage,
  encodeExtendedKeyUsage,
  encodeKeyUsage,
  type KeyUsage,
} from "./key-usage.ts";
import { oids } from "./oid.ts";
import type { PublicKey } from "./public-key.ts";
import { encodeGeneralName, encodeGeneralNames, type GeneralName } from "./subject-alt-name.ts";

export interface BasicConstraints {
  readonly ca: boolean;
  /** How many CA certificates may follow; only with `ca`. */
  readonly pathLen: number | undefined;
}

export function encodeExtension(oid: string, critical: boolean, value: Uint8Array): Uint8Array {
  const id = der.objectIdentifier(oid);
  const content = der.octetString(value);
  return critical ? der.sequence(id, der.boolean(true), content) : der.sequence(id, content);
}

/** Critical exactly when the subject is empty (RFC 5280 section 4.2.1.6). */
export const subjectAltNameExtension = (
  names: readonly GeneralName[],
  { critical }: { readonly critical: boolean },
): Uint8Array => encodeExtension(oids.subjectAltName, critical, encodeGeneralNames(names));

export const keyUsageExtension = (usages: readonly KeyUsage[]): Uint8Array =>
  encodeExtension(oids.keyUsage, true, encodeKeyUsage(usages));

/** RFC 3161 section 2.3 wants timeStamping alone and critical; everything else is not critical. */
export function extendedKeyUsageExtension(usages: readonly ExtendedKeyUsage[]): Uint8Array {
  const critical = usages.length === 1 && usages[0] === "timeStamping";
  return encodeExtension(oids.extKeyUsage, critical, encodeExtendedKeyUsage(usages));
}

export function basicConstraintsExtension({ ca, pathLen }: BasicConstraints): Uint8Array {
  const parts: Uint8Array[] = [];
  if (ca) parts.push(der.boolean(true));
  if (ca && pathLen !== undefined) parts.push(der.integer(pathLen));
  return encodeExtension(oids.basicConstraints, true, der.sequence(...parts));
}

/** RFC 5280 section 4.2.1.2 method 1: the SHA-1 of the key's bits. An identifier, not a promise: SHA-1 serves. */
export const keyIdentifierOf = (key: PublicKey): Uint8Array => hash("sha1", key.keyBits, "buffer");

export const subjectKeyIdentifierExtension = (identifier: Uint8Array): Uint8Array =>
  encodeExtension(oids.subjectKeyIdentifier, false, der.octetString(identifier));

export const authorityKeyIdentifierExtension = (identifier: Uint8Array): Uint8Array =>
  encodeExtension(
    oids.authorityKeyIdentifier,
    false,
    der.sequence(der.contextPrimitive(0, identifier)),
  );

const uri = (value: string): Uint8Array => encodeGeneralName({ type: "uri", value });

/** One distribution point for each URL. */
export function crlDistributionPointsExtension(urls: readonly string[]): Uint8Array {
  const points = urls.map((url) => der.sequence(der.context(0, der.context(0, uri(url)))));
  return encodeExtension(oids.cRLDistributionPoints, false, der.sequence(...points));
}

export interface AuthorityInformation {
  readonly ocsp: readonly string[];
  readonly caIssuers: readonly string[];
}

export function authorityInfoAccessExtension({
  ocsp,
  caIssuers,
}: AuthorityInformation): Uint8Array {
  const describe = (method: string) => (url: string) =>
    der.sequence(der.objectIdentifier(method), uri(url));
  const descriptions = [
    ...ocsp.map(describe(oids.ocsp)),
    ...caIssuers.map(describe(oids.caIssuers)),
  ];
  return encodeExtension(oids.authorityInfoAccess, false, der.sequence(...descriptions));
}

/** The feature status_request of RFC 7633: the server must staple an OCSP response. */
export const mustStapleExtension: Uint8Array = encodeExtension(
  oids.tlsFeature,
  false,
  der.sequence(der.integer(5)),
);

export function certificatePoliciesExtension(policies: readonly string[]): Uint8Array {
  const information = policies.map((oid) => der.sequence(der.objectIdentifier(oid)));
  return encodeExtension(oids.certificatePolicies, false, der.sequence(...information));
}
