/** The shape of the rules that are checked before a CA key is used: data and pure functions. */
import type { Milliseconds } from "#base/time.ts";
import type { KeyAlgorithmName } from "./algorithms.ts";
import type { Extensions } from "./extension-reader.ts";
import type { ExtendedKeyUsage, KeyUsage } from "./key-usage.ts";
import type { DistinguishedName } from "./name.ts";
import type { NameConstraints } from "./name-constraints.ts";
import type { PublicKey } from "./public-key.ts";
import type { GeneralName } from "./subject-alt-name.ts";
import type { Validity } from "./validity.ts";

/** What is asked for. A CertificateRequest is one; names added by hand replace those of the request. */
export interface IssuanceRequest {
  readonly subject: DistinguishedName;
  readonly subjectAltNames: readonly GeneralName[];
  readonly key: PublicKey;
  readonly requested: Extensions;
}

/** What would be issued, and what the profile demands. */
export interface IssuanceContext {
  readonly validity: Validity;
  readonly issuerValidity: Validity;
  /** SubjectPublicKeyInfo of the issuer, DER. */
  readonly issuerPublicKey: Uint8Array;
  readonly keyUsage: readonly KeyUsage[];
  readonly extendedKeyUsage: readonly ExtendedKeyUsage[];
  readonly subjectAltNameCritical: boolean;
  /** `among-names`: the common name must be one of the subjectAltNames. */
  readonly commonName: "any" | "among-names";
  /** Devices known by their subject alone may go without; the usual answer is `required`. */
  readonly subjectAltNames?: "required" | "optional";
  /** Key usages in the request that do not fit its key: refused, unless the profile's replace them without a word. */
  readonly requestedKeyUsage?: "checked" | "ignored";
  readonly allowedKeys?: readonly KeyAlgorithmName[];
  /** Of the issuing CA and of all above it (RFC 5280 section 6.1): the certificate would be valid nowhere outside. */
  readonly nameConstraints?: readonly NameConstraints[];
  readonly maximumNames?: number;
  readonly maximumLifetime?: Milliseconds;
  readonly uriSchemes?: readonly string[];
}

/** All that rules about names look at: they are asked before there is a key as well. */
export type NamedRequest = Pick<IssuanceRequest, "subject" | "subjectAltNames">;
export type NamesContext = Pick<
  IssuanceContext,
  | "subjectAltNameCritical"
  | "commonName"
  | "subjectAltNames"
  | "nameConstraints"
  | "maximumNames"
  | "uriSchemes"
>;

export interface Complaint {
  /** Where: the wire name, such as `sans.0` or `subject.CN`. */
  readonly path: string;
  /** What is wrong, beginning with the thing itself. */
  readonly message: string;
}

export interface Rule {
  readonly id: string;
  /** Where it is written. */
  readonly source: string;
  check(request: IssuanceRequest, context: IssuanceContext): readonly Complaint[];
}

/** A rule about names alone. */
export interface NamesRule extends Pick<Rule, "id" | "source"> {
  check(request: NamedRequest, context: NamesContext): readonly Complaint[];
}

export const content: readonly Complaint[] = [];

/** One complaint, or none when `message` is undefined. */
export const complain = (path: string, message: string | undefined): readonly Complaint[] =>
  message === undefined ? content : [{ path, message }];
