/** Does a certificate answer the request that was made? Its key and its names must be the request's, all of them and no others. */
import { Problem } from "#base/problem.ts";
import type { Instant } from "#base/time.ts";
import type { Bundle } from "#connectors/targets/target.ts";
import { parseForeignCertificate } from "#pki/certificate-reader.ts";
import { parsePemOf } from "#pki/pem.ts";
import { parseRequest } from "#pki/request.ts";
import { canonicalName, type GeneralName } from "#pki/subject-alt-name.ts";

/** The request itself when it asks for these names; another set of names needs another version. */
export function checkSameRequest(
  pem: string,
  order: { readonly versionId: string; readonly subjectAltNames: readonly GeneralName[] },
): string {
  const asked = textOf(parseRequest(pem).subjectAltNames);
  const wanted = textOf(order.subjectAltNames);
  if (asked === wanted) return pem;
  const detail = `version ${order.versionId} was requested for ${asked}, not for ${wanted}`;
  throw new Problem("conflict", detail);
}

export function checkIssued(
  issued: Pick<Bundle, "certificatePem" | "chainPem">,
  asked: { readonly publicKey: Uint8Array; readonly request: string },
): { readonly notAfter: Instant } {
  const [der, ...more] = parsePemOf("CERTIFICATE", issued.certificatePem);
  if (der === undefined || more.length > 0) throw refused("is not exactly one PEM block");
  const certificate = parseForeignCertificate(der);
  if (!Buffer.from(certificate.publicKey).equals(asked.publicKey)) {
    throw refused("is for another key");
  }
  const names = textOf(certificate.subjectAltNames);
  const wanted = textOf(parseRequest(asked.request).subjectAltNames);
  if (names !== wanted) throw refused(`is for ${names}, and ${wanted} was asked for`);
  if (issued.chainPem.trim() !== "") {
    for (const link of parsePemOf("CERTIFICATE", issued.chainPem)) parseForeignCertificate(link);
  }
  return { notAfter: certificate.notAfter };
}

/** A set of names as a text that is the same for the same set. */
function textOf(names: readonly GeneralName[]): string {
  const texts = names.map(canonicalName).map(({ type, value }) => `${type}:${value}`);
  return [...new Set(texts)].sort((a, b) => (a < b ? -1 : 1)).join(", ") || "no name";
}

function refused(why: string): Problem {
  return new Problem("invalid-input", `the issued certificate ${why}`);
}
