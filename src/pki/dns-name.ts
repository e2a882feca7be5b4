/**
 * What is wrong with a DNS name, an e-mail address or a URI in a certificate (RFC 1034 section 3.5, RFC 5280 section
 * 4.2.1.6, RFC 5321, RFC 3986, CA/B BR 7.1.4.2). Each rule is a function of its own and says nothing when it is content.
 */
import { domainToASCII, domainToUnicode } from "node:url";
import { ipFromText } from "./ip-address.ts";

export type NameRule = (name: string) => string | undefined;

/** The host part: without a wildcard label in front. */
const withoutWildcard = (name: string): string => (name.startsWith("*.") ? name.slice(2) : name);

export const dnsLength: NameRule = (name) => {
  if (name.length > 253) return `has ${name.length} characters; a DNS name has at most 253`;
  const label = name.split(".").find((it) => it.length > 63);
  return label === undefined
    ? undefined
    : `has a label of ${label.length} characters; a label has at most 63`;
};

export const dnsForm: NameRule = (name) => {
  if (name === "") return "is empty";
  const labels = name.split(".");
  if (labels.at(-1) === "") return "ends with a dot";
  if (labels.includes("")) return "has an empty label";
  const label = labels.find((it) => it.startsWith("-") || it.endsWith("-"));
  return label === undefined ? undefined : "has a label that begins or ends with a hyphen";
};

export const dnsCharacters: NameRule = (name) => {
  const odd = /[^A-Za-z0-9.-]/.exec(withoutWildcard(name))?.[0];
  // A star elsewhere is the wildcard rule's.
  if (odd === undefined || odd === "*") return undefined;
  return `has the character ${JSON.stringify(odd)}; a DNS name has letters, digits, hyphens and dots`;
};

export const dnsWildcard: NameRule = (name) => {
  if (!name.includes("*")) return undefined;
  const host = withoutWildcard(name);
  if (host === name || host.includes("*")) {
    return "has a wildcard that is not the whole left-most label";
  }
  return host.includes(".") ? undefined : "has a wildcard directly under a top-level name";
};

export const dnsNotIp: NameRule = (name) => {
  if (ipFromText(name) !== undefined) return "is an IP address: ask for it as an IP address";
  // A resolver may take an all-numeric last label for an address (RFC 1123 section 2.1).
  return /(^|\.)\d+$/.test(name) ? "ends with a label of digits only" : undefined;
};

/** An A-label must be what its own Unicode form encodes to (RFC 5890 section 2.3.2.1). */
export const dnsIdn: NameRule = (name) => {
  const label = name.split(".").find((it) => /^xn--/i.test(it) && !isValidALabel(it.toLowerCase()));
  return label === undefined ? undefined : `has the label ${label}, which is not valid punycode`;
};

function isValidALabel(label: string): boolean {
  if (!/^[a-z0-9-]{5,63}$/.test(label)) return false;
  const unicode = domainToUnicode(label);
  return unicode !== "" && unicode !== label && domainToASCII(unicode) === label;
}

const hostRules: readonly NameRule[] = [dnsForm, dnsLength, dnsCharacters, dnsNotIp, dnsIdn];

/** All rules of a DNS name that is no wildcard. */
function hostComplaint(host: string): string | undefined {
  if (host.includes("*")) return "has a wildcard";
  for (const rule of hostRules) {
    const complaint = rule(host);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

/** RFC 5321 section 4.1.2, without quoted local parts; RFC 5280 section 4.2.1.6 wants a bare Mailbox. */
export const emailForm: NameRule = (email) => {
  if (email.length > 254) return "is longer than 254 characters";
  const at = email.lastIndexOf("@");
  const local = email.slice(0, Math.max(at, 0));
  if (at < 0) return "has no @";
  if (!/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(local)) {
    return "has a local part that is not a dot-separated word";
  }
  if (local.length > 64) return "has a local part of over 64 characters";
  const complaint = hostComplaint(email.slice(at + 1));
  return complaint === undefined ? undefined : `has a domain that ${complaint}`;
};

/** Schemes that name something a certificate can vouch for; never javascript, data or file. */
export const usualUriSchemes: readonly string[] = [
  "spiffe",
  "https",
  "http",
  "urn",
  "sip",
  "sips",
  "ldap",
  "ldaps",
  "tag",
  "acct",
];

export function uriComplaint(uri: string, schemes: readonly string[]): string | undefined {
  if (uri.length > 2_048) return "is longer than 2048 characters";
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):([!-~]+)$/i.exec(uri) ?? [];
  if (scheme === undefined || rest === undefined) {
    return "is not an absolute URI (a scheme, a colon and printable ASCII)";
  }
  if (/["<>\\^`{|}]|%(?![0-9A-Fa-f]{2})/.test(rest))
    return "has characters that must be percent-encoded";
  if (!schemes.includes(scheme.toLowerCase())) {
    return `has the scheme ${scheme}; allowed are ${schemes.join(", ")}`;
  }
  return authorityComplaint(scheme.toLowerCase(), rest);
}

/** A URI that has an authority must name a host by FQDN or address (RFC 5280 section 4.2.1.6). */
function authorityComplaint(scheme: string, rest: string): string | undefined {
  const [, authority] = /^\/\/([^/?#]*)/.exec(rest) ?? [];
  if (authority === undefined) {
    return /^(https?|ldaps?|spiffe)$/.test(scheme) ? "has no host" : undefined;
  }
  if (authority.includes("@")) return "has user information";
  if (scheme === "spiffe") return spiffeComplaint(authority, rest);
  const host = /^(\[[0-9a-fA-F:.]+\]|[^:]*)(:\d{1,5})?$/.exec(authority)?.[1];
  if (host === undefined || host === "") return "has no host";
  if (ipFromText(host.replace(/^\[|\]$/g, "")) !== undefined) return undefined;
  const complaint = hostComplaint(host);
  return complaint === undefined ? undefined : `has a host that ${complaint}`;
}

/** SPIFFE-ID sections 2.1 to 2.3: trust domain, path without empty or dot segments, no query, no fragment. */
function spiffeComplaint(trustDomain: string, rest: string): string | undefined {
  if (!/^[a-z0-9._-]{1,255}$/.test(trustDomain)) return "has no valid SPIFFE trust domain";
  const path = rest.slice(2 + trustDomain.length);
  if (path === "") return undefined;
  const segments = path.slice(1).split("/");
  const isSound = segments.every((it) => /^[A-Za-z0-9._-]+$/.test(it) && it !== "." && it !== "..");
  return isSound ? undefined : "has no valid SPIFFE path";
}
