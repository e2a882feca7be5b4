/**
 * Chains put in order and verified (RFC 5280 section 6, without policies): signatures, validity, CA flags, pathLen,
 * keyCertSign and name constraints, also those of an anchor (RFC 5937). It refuses critical extensions it does not
 * understand and malformed ones it does, and searches with a budget, so that crossed and looping certificates cost little.
 */
import { Problem, unreachable } from "#base/problem.ts";
import { type Instant, toRfc3339 } from "#base/time.ts";
import type { CertificateFields } from "./certificate-reader.ts";
import { constraintComplaint } from "./constrained-names.ts";
import { nameToText } from "./name-text.ts";
import { oidName } from "./oid.ts";
import { verifySignature } from "./signer.ts";
import { isValidAt } from "./validity.ts";

export type ChainVerdict =
  /** From the leaf to the trust anchor. */
  | { readonly valid: true; readonly path: readonly CertificateFields[] }
  | { readonly valid: false; readonly reason: string };

/** Longer paths do not occur; ten allows for crossed roots. */
const maximumDepth = 10;
/** Signatures verified in one search at most. */
const maximumSignatures = 100;

/** The leaf and above it, as far as they reach, those of `others` that issued one another; the rest is left out. */
export function orderChain<C extends CertificateFields>(
  leaf: C,
  others: readonly C[],
): readonly C[] {
  const chain = [leaf];
  let signatures = maximumSignatures;
  for (let child = leaf; chain.length < maximumDepth; ) {
    if (child.selfIssued) break;
    const current = child;
    const issuer = others.find(
      (it) =>
        mayHaveIssued(it, current) &&
        !chain.includes(it) &&
        signatures-- > 0 &&
        hasSigned(it, current),
    );
    if (issuer === undefined) break;
    chain.push(issuer);
    child = issuer;
  }
  return chain;
}

/** Whether the leaf hangs on one of the anchors at `at`; the reason is that of the way that led furthest. */
export function verifyChain({
  leaf,
  intermediates,
  anchors,
  at,
}: {
  readonly leaf: CertificateFields;
  readonly intermediates: readonly CertificateFields[];
  readonly anchors: readonly CertificateFields[];
  readonly at: Instant;
}): ChainVerdict {
  const complaint = fieldsComplaint(leaf, at);
  if (complaint !== undefined) return { valid: false, reason: complaint };
  const search: Search = { intermediates, anchors, at, signatures: maximumSignatures, reasons: [] };
  const path = extend(search, [leaf]);
  if (path !== undefined) return { valid: true, path };
  const furthest = search.reasons.toSorted((a, b) => b.depth - a.depth)[0];
  return { valid: false, reason: furthest?.reason ?? noIssuer(leaf) };
}

interface Search {
  readonly intermediates: readonly CertificateFields[];
  readonly anchors: readonly CertificateFields[];
  readonly at: Instant;
  signatures: number;
  readonly reasons: { readonly depth: number; readonly reason: string }[];
}

const nameOf = (it: CertificateFields): string => JSON.stringify(nameToText(it.subject));

const noIssuer = (it: CertificateFields): string =>
  `no trusted issuer of ${nameOf(it)} is known: ${JSON.stringify(nameToText(it.issuer))} is missing`;

/** The path completed to an anchor, depth first, or undefined. */
function extend(
  search: Search,
  path: readonly CertificateFields[],
): readonly CertificateFields[] | undefined {
  const child = path.at(-1);
  if (child === undefined) return undefined;
  if (search.anchors.some((it) => it.fingerprint === child.fingerprint)) return path;
  for (const [role, candidates] of [
    ["anchor", search.anchors],
    ["intermediate", search.intermediates],
  ] as const) {
    for (const issuer of candidates) {
      const step = consider(search, path, { issuer, role });
      if (step !== undefined) return step;
    }
  }
  search.reasons.push({ depth: path.length - 0.5, reason: noIssuer(child) });
  return undefined;
}

function consider(
  search: Search,
  path: readonly CertificateFields[],
  {
    issuer,
    role,
  }: { readonly issuer: CertificateFields; readonly role: "anchor" | "intermediate" },
): readonly CertificateFields[] | undefined {
  const child = path.at(-1);
  if (child === undefined || !mayHaveIssued(issuer, child)) return undefined;
  if (path.length >= maximumDepth || path.some((it) => it.fingerprint === issuer.fingerprint)) {
    return undefined;
  }
  if (search.signatures <= 0) return undefined;
  search.signatures--;
  const complaint = hasSigned(issuer, child)
    ? (fieldsComplaint(issuer, search.at) ?? issuerComplaint(issuer, path, role))
    : `the signature of ${nameOf(child)} was not made by ${nameOf(issuer)}`;
  if (complaint !== undefined) {
    search.reasons.push({ depth: path.length, reason: complaint });
    return undefined;
  }
  const longer = [...path, issuer];
  switch (role) {
    case "anchor":
      return longer;
    case "intermediate":
      return extend(search, longer);
    default:
      return unreachable(role);
  }
}

/** Names and key identifiers fit; nothing is computed. */
function mayHaveIssued(issuer: CertificateFields, child: CertificateFields): boolean {
  if (Buffer.compare(issuer.subjectDer, child.issuerDer) !== 0) return false;
  const { authorityKeyIdentifier: wanted } = child;
  const { subjectKeyIdentifier: found } = issuer;
  return wanted === undefined || found === undefined || Buffer.compare(wanted, found) === 0;
}

/** Whether the key of `issuer` signed `child`; a signature or key of a kind we do not verify says no. */
export function hasSigned(issuer: CertificateFields, child: CertificateFields): boolean {
  const { key } = issuer;
  const { signatureAlgorithm: algorithm, tbsCertificate: data, signature } = child;
  if (key === undefined || algorithm === undefined || algorithm.key !== key.algorithm) return false;
  try {
    return verifySignature(key, { algorithm, data, signature });
  } catch (problem) {
    // A key that node:crypto refuses, such as a point off its curve, has signed nothing.
    if (problem instanceof Problem) return false;
    throw problem;
  }
}

function fieldsComplaint(it: CertificateFields, at: Instant): string | undefined {
  if (!isValidAt(it, at)) {
    const when =
      at < it.notBefore
        ? `is not valid before ${toRfc3339(it.notBefore)}`
        : `expired after ${toRfc3339(it.notAfter)}`;
    return `${nameOf(it)} ${when}`;
  }
  const [unreadable] = it.unreadableExtensions;
  if (unreadable !== undefined) {
    return `${nameOf(it)} has the extension ${oidName(unreadable)}, which cannot be read`;
  }
  const unknown = it.unknownExtensions.find(({ critical }) => critical);
  if (unknown === undefined) return undefined;
  return `${nameOf(it)} has the critical extension ${oidName(unknown.oid)}, which is not understood`;
}

function issuerComplaint(
  issuer: CertificateFields,
  below: readonly CertificateFields[],
  role: "anchor" | "intermediate",
): string | undefined {
  const { basicConstraints, keyUsage } = issuer;
  // An anchor is trusted by decision: old roots of version 1 say nothing about themselves.
  const mayBeSilent = role === "anchor" && basicConstraints === undefined;
  if (!mayBeSilent && basicConstraints?.ca !== true)
    return `${nameOf(issuer)} is not a CA (basicConstraints)`;
  if (keyUsage !== undefined && !keyUsage.includes("keyCertSign")) {
    return `${nameOf(issuer)} may not sign certificates (keyUsage has no keyCertSign)`;
  }
  // The leaf does not count, nor do self-issued certificates (RFC 5280 section 4.2.1.9).
  const between = below.slice(1).filter((it) => !it.selfIssued).length;
  const pathLen = basicConstraints?.pathLen;
  if (pathLen !== undefined && between > pathLen) {
    return `${nameOf(issuer)} allows ${pathLen} CA certificates below it, and there are ${between}`;
  }
  return forbiddenBelow(issuer, below);
}

/** The leaf counts also when it is self-issued, the rest only when it is not (RFC 5280 section 6.1.3). */
function forbiddenBelow(
  { subject, nameConstraints }: CertificateFields,
  below: readonly CertificateFields[],
): string | undefined {
  if (nameConstraints === undefined) return undefined;
  for (const [i, it] of below.entries()) {
    if (i > 0 && it.selfIssued) continue;
    const complaint = constraintComplaint(nameConstraints, it, i === 0 ? "leaf" : "authority");
    if (complaint === undefined) continue;
    const by = JSON.stringify(nameToText(subject));
    return `${nameOf(it)} ${complaint} by the name constraints of ${by}`;
  }
  return undefined;
}
