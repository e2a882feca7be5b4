/** Two versions of a certificate side by side, field by field, as their certificates say it. */
import { notFound } from "#base/problem.ts";
import { instant, toRfc3339 } from "#base/time.ts";
import { type ForeignCertificate, parseForeignCertificate } from "#pki/certificate-reader.ts";
import { nameToText } from "#pki/name-text.ts";
import { generalNameToText } from "#pki/subject-alt-name.ts";
import { read } from "../handler.ts";
import { certificatesApi } from "./api.ts";
import { loadCertificate } from "./read.ts";
import { findVersion } from "./version-queries.ts";

/** What each field says, by the name that RFC 5280 gives it. */
const fields: Readonly<Record<string, (it: ForeignCertificate) => readonly string[]>> = {
  serialNumber: (it) => [String(it.serialNumber)],
  signatureAlgorithm: (it) => [it.signatureText],
  issuer: (it) => [nameToText(it.issuer)],
  notBefore: (it) => [toRfc3339(instant(Number(it.notBefore)))],
  notAfter: (it) => [toRfc3339(instant(Number(it.notAfter)))],
  subject: (it) => [nameToText(it.subject)],
  subjectPublicKeyInfo: (it) => [it.keyText],
  subjectKeyIdentifier: (it) => hexOf(it.subjectKeyIdentifier),
  authorityKeyIdentifier: (it) => hexOf(it.authorityKeyIdentifier),
  subjectAltName: (it) => it.subjectAltNames.map(generalNameToText),
  keyUsage: (it) => it.keyUsage ?? [],
  extKeyUsage: (it) => it.extendedKeyUsage ?? [],
  certificatePolicies: (it) => it.certificatePolicies,
  cRLDistributionPoints: (it) => it.crlUrls,
  ocsp: (it) => it.ocspUrls,
  caIssuers: (it) => it.caIssuersUrls,
  tlsFeature: (it) => (it.mustStaple ? ["status_request"] : []),
};

const hexOf = (octets: Uint8Array | undefined): readonly string[] =>
  octets === undefined ? [] : [Buffer.from(octets).toString("hex")];

export const compare = read(certificatesApi.compare, async (ctx, { id, from, to }) => {
  const certificate = await loadCertificate(ctx, id);
  const load = async (versionId: string) => {
    const version = await findVersion(ctx.reader, certificate.pk, versionId);
    if (!version) throw notFound("version", versionId);
    return parseForeignCertificate(version.certificate);
  };
  const [earlier, later] = [await load(from), await load(to)];
  return {
    from,
    to,
    fields: Object.entries(fields).map(([field, said]) => {
      const [before, after] = [[...said(earlier)], [...said(later)]];
      return { field, from: before, to: after, differs: before.join("\n") !== after.join("\n") };
    }),
  };
});
