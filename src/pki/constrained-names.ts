/**
 * Name constraints applied (RFC 5280 sections 4.2.1.10 and 6.1.3 (b), (c)): every name of a certificate must lie in a
 * permitted tree of its form, where there is one, and in no excluded tree. A name that cannot be compared, because it is
 * malformed or of a form that is not understood, is refused wherever a constraint speaks of its form.
 */
import { Problem, unreachable } from "#base/problem.ts";
import type { CertificateFields } from "./certificate-reader.ts";
import { dnsForm } from "./dns-name.ts";
import { ipFromText } from "./ip-address.ts";
import { type AttributeTypeAndValue, type DistinguishedName, valuesOf } from "./name.ts";
import {
  directoryTag,
  foldedMailbox,
  type NameConstraints,
  readDirectoryName,
  type Subtree,
} from "./name-constraints.ts";
import { nameToText } from "./name-text.ts";

/** A name as a constraint sees it. */
type Constrained =
  | { readonly form: "dns" | "email" | "uri"; readonly value: string }
  | { readonly form: "ip"; readonly value: string; readonly octets: Uint8Array }
  | { readonly form: "directory"; readonly name: DistinguishedName }
  /** Nothing is known but the form. */
  | { readonly form: "unread"; readonly tag: number };

/** Names times trees: ten thousand names under a few dozen trees are fine, more is somebody's idea of fun. */
const maximumComparisons = 250_000;

/** What constraints look at. */
export type Named = Pick<CertificateFields, "subject" | "subjectAltNames" | "otherNames">;

/** Why the constraints forbid this certificate, or undefined. */
export function constraintComplaint(
  constraints: NameConstraints,
  certificate: Named,
  role: "leaf" | "authority",
): string | undefined {
  const names = namesIn(certificate, role);
  const trees = constraints.permitted.length + constraints.excluded.length;
  if (names.length * trees > maximumComparisons) return "has too many names to compare";
  for (const name of names) {
    const complaint = complaintOf(constraints, name);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

function namesIn(it: Named, role: "leaf" | "authority"): readonly Constrained[] {
  const names: Constrained[] = it.subjectAltNames.map(({ type, value }) => {
    if (type !== "ip") return { form: type, value };
    return { form: type, value, octets: ipFromText(value) ?? new Uint8Array() };
  });
  for (const { tag, element } of it.otherNames) names.push(otherName(tag, element));
  if (it.subject.length > 0) names.push({ form: "directory", name: it.subject });
  // RFC 5280 asks for it where there is no subjectAltName; old readers take it from there in any case.
  for (const value of valuesOf(it.subject, "E")) names.push({ form: "email", value });
  if (role === "leaf" && !names.some(({ form }) => form === "dns")) {
    // No name of a server by RFC 9525, but there are clients that still look here.
    const hosts = valuesOf(it.subject, "CN").filter((text) => isHost(text));
    for (const value of hosts) names.push({ form: "dns", value });
  }
  return names;
}

const isHost = (text: string): boolean =>
  /^(\*\.)?[\w-]+(\.[\w-]+)+$/.test(text) && ipFromText(text) === undefined;

function otherName(tag: number, element: Uint8Array | undefined): Constrained {
  if (tag !== directoryTag || element === undefined) return { form: "unread", tag };
  try {
    return { form: "directory", name: readDirectoryName(element, { lenient: true }, "a name") };
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return { form: "unread", tag };
  }
}

function complaintOf(constraints: NameConstraints, name: Constrained): string | undefined {
  const permitted = constraints.permitted.filter((it) => speaksOf(it, name));
  const excluded = constraints.excluded.filter((it) => speaksOf(it, name));
  if (permitted.length + excluded.length === 0) return undefined;
  if (!isComparable(name)) return `has ${textOf(name)}, which cannot be compared`;
  if (permitted.length > 0 && !permitted.some((it) => isWithin(name, it))) {
    return `has ${textOf(name)}, which is not permitted`;
  }
  if (excluded.some((it) => isWithin(name, it) || isCrossing(name, it))) {
    return `has ${textOf(name)}, which is excluded`;
  }
  return undefined;
}

const tagOfForm = { email: 0x81, dns: 0x82, directory: directoryTag, uri: 0x86, ip: 0x87 } as const;

const tagOf = (it: Subtree | Constrained): number => ("tag" in it ? it.tag : tagOfForm[it.form]);

const speaksOf = (tree: Subtree, name: Constrained): boolean => tagOf(tree) === tagOf(name);

function textOf(name: Constrained): string {
  switch (name.form) {
    case "directory":
      return `the name ${JSON.stringify(nameToText(name.name))}`;
    case "unread":
      return "a name of a form that is not understood";
    default:
      return `the ${name.form} name ${JSON.stringify(name.value)}`;
  }
}

/** What is malformed might mean one thing here and another to whoever uses it. */
function isComparable(name: Constrained): boolean {
  switch (name.form) {
    case "dns":
      return dnsForm(name.value) === undefined;
    case "email":
      return /^[^@]+@[^@]+$/.test(name.value) && dnsForm(domainOf(name.value)) === undefined;
    case "uri":
      return hostOf(name.value) !== undefined;
    case "ip":
      return name.octets.length > 0;
    case "directory":
      return true;
    case "unread":
      return false;
    default:
      return unreachable(name);
  }
}

function isWithin(name: Constrained, tree: Subtree): boolean {
  if (tree.form === "dns" && name.form === "dns") return isBelow(name.value, tree.value);
  if (tree.form === "email" && name.form === "email") return isMailboxOf(name.value, tree.value);
  if (tree.form === "uri" && name.form === "uri") {
    return isHostOf(hostOf(name.value) ?? "", tree.value);
  }
  if (tree.form === "ip" && name.form === "ip") return isInRange(name.octets, tree);
  return tree.form === "directory" && name.form === "directory"
    ? isUnder(name.name, tree.name)
    : false;
}

/** `*.example.com` also stands for the one name `x.example.com` that a tree excludes. */
function isCrossing(name: Constrained, tree: Subtree): boolean {
  if (name.form !== "dns" || tree.form !== "dns" || !name.value.startsWith("*.")) return false;
  const [, rest] = /^[^.]+\.(.*)$/.exec(tree.value) ?? [];
  return rest !== undefined && rest === name.value.slice(2).toLowerCase();
}

/** The name itself or below it. A leading dot, which RFC 5280 has for other forms only, means below it. */
function isBelow(name: string, tree: string): boolean {
  const host = name.toLowerCase();
  if (tree === "" || host === tree) return true;
  return host.endsWith(tree.startsWith(".") ? tree : `.${tree}`);
}

const domainOf = (mailbox: string): string => mailbox.slice(mailbox.lastIndexOf("@") + 1);

/** One mailbox, all of one host, or all of every host below a domain. */
function isMailboxOf(mailbox: string, tree: string): boolean {
  if (tree.includes("@") && !tree.startsWith("@")) return foldedMailbox(mailbox) === tree;
  return isHostOf(domainOf(mailbox), tree.replace(/^@/, ""));
}

/** One host, or with a leading dot every host below it; nothing at all stands for everything, as in DNS trees. */
function isHostOf(name: string, tree: string): boolean {
  const host = name.toLowerCase();
  return tree === "" || (tree.startsWith(".") ? host.endsWith(tree) : host === tree);
}

/** The host of a URI; undefined when it has none, or one that is no domain name (RFC 5280 section 4.2.1.10). */
function hostOf(uri: string): string | undefined {
  const [, authority = ""] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(uri) ?? [];
  const [, host = ""] = /^(?:[^@]*@)?([^@:[\]]+)(?::\d*)?$/.exec(authority) ?? [];
  return host === "" || ipFromText(host) !== undefined || dnsForm(host) !== undefined
    ? undefined
    : host;
}

function isInRange(
  octets: Uint8Array,
  { address, mask }: { readonly address: Uint8Array; readonly mask: Uint8Array },
): boolean {
  if (octets.length !== address.length) return false;
  return octets.every(
    (octet, i) => (((octet ^ (address[i] ?? 0)) & (mask[i] ?? 0)) as number) === 0,
  );
}

/** The tree is the beginning of the name, RDN by RDN. */
const isUnder = (name: DistinguishedName, tree: DistinguishedName): boolean =>
  tree.length <= name.length &&
  tree.every((rdn, i) => {
    const other = name[i];
    return other !== undefined && foldedRdn(rdn) === foldedRdn(other);
  });

/** RFC 5280 section 7.1: case and the width of spaces do not count, nor the order within an RDN. */
const foldedRdn = (rdn: readonly AttributeTypeAndValue[]): string =>
  JSON.stringify(
    rdn
      .map(({ type, value, encoding }) => [type, encoding === "der" ? value : foldedText(value)])
      .map((pair) => JSON.stringify(pair))
      .sort(),
  );

const foldedText = (text: string): string =>
  text.normalize("NFKC").toLowerCase().trim().replace(/\s+/g, " ");
