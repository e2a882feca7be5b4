/** The names of a certificate: from what was typed, or from the signing request; and whether the two agree, the kind of key too. */
import { invalid, Problem } from "#base/problem.ts";
import { keyText } from "#pki/algorithms.ts";
import { refusal, runNameChecks } from "#pki/issuance-checks.ts";
import type { NamesContext } from "#pki/issuance-rule.ts";
import { valuesOf } from "#pki/name.ts";
import { type CertificateRequest, parseRequest } from "#pki/request.ts";
import {
  distinctNames,
  type GeneralName,
  generalNameFromText,
  generalNameToText,
} from "#pki/subject-alt-name.ts";
import type { NewCertificate } from "./certificate.ts";

export interface Names {
  readonly commonName: string;
  readonly sans: readonly GeneralName[];
}

/** Names as typed. An empty common name becomes the first subjectAltName; a lone common name becomes one. */
export function namesFromText(commonName: string | undefined, sans: readonly string[]): Names {
  const typed = sans.map((text, index) => generalNameFromText(text, `sans.${index}`));
  if (commonName && typed.length === 0) typed.push(generalNameFromText(commonName, "common_name"));
  const first = typed[0];
  if (!first) throw invalid("sans", "needs at least one name, or give common_name");
  return { commonName: commonName ?? generalNameToText(first), sans: distinctNames(typed) };
}

/** X.520 allows 64 characters; a longer common name stands among the subjectAltNames alone. */
const longestCommonName = 64;

/** Refuses names that no certificate may have, while nobody has made a key for them. Throws `refused`. */
export function requireUsableNames(
  { commonName, sans }: Names,
  commonNameInSans: boolean,
  nameConstraints: NamesContext["nameConstraints"] = [],
): void {
  const subject =
    commonName.length > longestCommonName ? [] : [[{ type: "CN" as const, value: commonName }]];
  const findings = runNameChecks(
    { subject, subjectAltNames: sans },
    {
      subjectAltNameCritical: true,
      commonName: commonNameInSans ? "among-names" : "any",
      nameConstraints,
    },
  );
  if (findings.length > 0) throw refusal(findings);
}

/** Reads a signing request of the input. Throws `invalid-input` at `csr_pem`. */
export function readRequest(csrPem: string): CertificateRequest {
  try {
    return parseRequest(csrPem);
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    throw new Problem("invalid-input", cause.detail, {
      cause,
      errors: [{ path: "csr_pem", message: cause.detail }],
    });
  }
}

/** The names of a request. A request without subjectAltName is named by its common name, as old clients make them. */
export function namesOfRequest(request: CertificateRequest): Names {
  const [commonName] = valuesOf(request.subject, "CN");
  const sans = distinctNames(request.subjectAltNames);
  if (sans.length > 0) {
    const first = sans[0];
    return { commonName: commonName ?? (first ? generalNameToText(first) : ""), sans };
  }
  if (commonName === undefined) {
    throw invalid("csr_pem", "the request names nothing: neither subjectAltName nor common name");
  }
  return { commonName, sans: [generalNameFromText(commonName, "csr_pem")] };
}

/** What was typed of names. */
type Typed = Pick<NewCertificate, "commonName" | "sans">;

/** The request's names, which what was typed must not contradict. */
export function wantedNames(input: Typed, request: CertificateRequest | undefined): Names {
  if (!request) return namesFromText(input.commonName, input.sans);
  const found = namesOfRequest(request);
  if (input.commonName !== undefined && input.commonName !== found.commonName) {
    throw invalid("common_name", `is not that of the request, which is ${found.commonName}`);
  }
  if (input.sans.length === 0) return found;
  return namesFromText(input.commonName ?? found.commonName, input.sans);
}

/** The request's key must be of the kind that was asked for beside it, if any was. */
export function requireSameKey({ key }: CertificateRequest, wanted: string | undefined): void {
  const found = keyText(key);
  if (wanted === undefined || wanted === found) return;
  throw invalid("key_algorithm", `is not that of the request, which is ${found}`);
}

/** The request's names must be the certificate's: nothing more, nothing less. Throws `refused`. */
export function requireSameNames(request: CertificateRequest, wanted: Names): void {
  const found = namesOfRequest(request);
  const asked = keysOf(found);
  const allowed = keysOf(wanted);
  const extra = [...asked].filter((it) => !allowed.has(it));
  const missing = [...allowed].filter((it) => !asked.has(it));
  const complaints = [
    ...extra.map((it) => `${it} is in the request, not in the certificate`),
    ...missing.map((it) => `${it} is missing from the request`),
  ];
  if (found.commonName !== wanted.commonName) {
    complaints.push(`the common name is ${found.commonName}, not ${wanted.commonName}`);
  }
  if (complaints.length === 0) return;
  throw new Problem("refused", `the names differ: ${complaints.slice(0, 5).join("; ")}`, {
    errors: [{ path: "csr_pem", message: complaints.slice(0, 5).join("; ") }],
  });
}

const keysOf = (names: Names): ReadonlySet<string> =>
  new Set(names.sans.map((it) => `${it.type}:${generalNameToText(it)}`));
