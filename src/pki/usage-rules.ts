/** Rules about what the certificate would be good for, and about what the request asks beyond names. */
import {
  type Complaint,
  complain,
  content,
  type IssuanceRequest,
  type Rule,
} from "./issuance-rule.ts";
import { isExtendedKeyUsage, type KeyUsage, keyFits } from "./key-usage.ts";
import { oidName } from "./oid.ts";
import type { PublicKey } from "./public-key.ts";

const isCaUsage = (usage: KeyUsage): boolean => usage === "keyCertSign" || usage === "cRLSign";

/** What is wrong with a key usage for this key, whoever asked for it. */
function usageComplaint(key: PublicKey, usages: readonly KeyUsage[]): string | undefined {
  if (usages.length === 0) return "keyUsage is empty";
  const misfit = usages.find((usage) => !keyFits(key, usage));
  if (misfit !== undefined) return `keyUsage ${misfit} does not fit a key of type ${key.algorithm}`;
  const only = usages.find((usage) => usage === "encipherOnly" || usage === "decipherOnly");
  return only !== undefined && !usages.includes("keyAgreement")
    ? `keyUsage ${only} means nothing without keyAgreement`
    : undefined;
}

export const requestedRules: readonly Rule[] = [
  {
    id: "requested-ca",
    source: "RFC 5280 section 4.2.1.9",
    check: ({ requested }) =>
      requested.basicConstraints?.ca === true
        ? complain("csr.basicConstraints", "the request asks for a CA certificate (CA:TRUE)")
        : content,
  },
  {
    id: "requested-ca-usage",
    source: "RFC 5280 section 4.2.1.3",
    check: ({ requested }) => {
      const usage = requested.keyUsage?.find(isCaUsage);
      return complain("csr.keyUsage", usage && `the request asks for ${usage}, which is for a CA`);
    },
  },
  {
    id: "requested-key-usage",
    source: "RFC 3279 section 2.3.1; RFC 5480 section 3; RFC 8410 section 5",
    check: ({ requested, key }, { requestedKeyUsage = "checked" }) => {
      if (requested.keyUsage === undefined || requestedKeyUsage === "ignored") return content;
      const complaint = usageComplaint(key, requested.keyUsage);
      return complain("csr.keyUsage", complaint && `in the request, ${complaint}`);
    },
  },
  {
    id: "requested-any-purpose",
    source: "CA/B BR 7.1.2.7.10",
    check: ({ requested }) =>
      requested.extendedKeyUsage?.includes("anyExtendedKeyUsage") === true
        ? complain("csr.extendedKeyUsage", "the request asks for anyExtendedKeyUsage")
        : content,
  },
  {
    id: "requested-ocsp-signing",
    source: "RFC 6960 section 4.2.2.2",
    check: ({ requested }, { extendedKeyUsage }) =>
      requested.extendedKeyUsage?.includes("OCSPSigning") === true &&
      !extendedKeyUsage.includes("OCSPSigning")
        ? complain(
            "csr.extendedKeyUsage",
            "the request asks for OCSPSigning, which the authority gives to its own responders",
          )
        : content,
  },
  {
    id: "requested-name-constraints",
    source: "RFC 5280 section 4.2.1.10",
    check: ({ requested }) =>
      requested.nameConstraints === undefined
        ? content
        : complain("csr.extensions", "the request asks for name constraints, which are for a CA"),
  },
  {
    id: "requested-critical-extension",
    source: "RFC 5280 section 4.2",
    check: ({ requested }) => {
      const critical = requested.unknownExtensions.find((it) => it.critical);
      if (critical === undefined) return content;
      const message = `the request demands the extension ${oidName(critical.oid)}, which is not given`;
      return complain("csr.extensions", message);
    },
  },
];

/** RFC 5280 section 4.2.1.12: the usages of which each purpose needs at least one. */
const neededUsages: Readonly<Record<string, readonly KeyUsage[]>> = {
  serverAuth: ["digitalSignature", "keyEncipherment", "keyAgreement"],
  clientAuth: ["digitalSignature", "keyAgreement"],
  codeSigning: ["digitalSignature"],
  emailProtection: ["digitalSignature", "nonRepudiation", "keyEncipherment", "keyAgreement"],
  timeStamping: ["digitalSignature", "nonRepudiation"],
  OCSPSigning: ["digitalSignature", "nonRepudiation"],
};

/** Purposes that a certificate must not share with others (RFC 3161 section 2.3; CA/B BR 4.9.9). */
const alone: readonly string[] = ["timeStamping", "OCSPSigning"];

const purpose = (message: string | undefined): readonly Complaint[] =>
  complain("extended_key_usage", message);

export const usageRules: readonly Rule[] = [
  {
    id: "usage-of-key",
    source: "RFC 3279 section 2.3.1; RFC 5480 section 3; RFC 8410 section 5",
    check: ({ key }, { keyUsage }) => complain("key_usage", usageComplaint(key, keyUsage)),
  },
  {
    id: "usage-of-ca",
    source: "RFC 5280 section 4.2.1.3",
    check: (_, { keyUsage }) => {
      const usage = keyUsage.find(isCaUsage);
      return complain("key_usage", usage && `keyUsage ${usage} is for a CA, not for a leaf`);
    },
  },
  {
    id: "purpose-unknown",
    source: "RFC 5280 section 4.2.1.12",
    check: (_, { extendedKeyUsage }) => {
      const unknown = extendedKeyUsage.find((it) => !isExtendedKeyUsage(it));
      return purpose(unknown && `${JSON.stringify(unknown)} is no extended key usage`);
    },
  },
  {
    id: "purpose-any",
    source: "CA/B BR 7.1.2.7.10",
    check: (_, { extendedKeyUsage }) => {
      if (extendedKeyUsage.length === 0)
        return purpose("the certificate would be good for any purpose: name one");
      return extendedKeyUsage.includes("anyExtendedKeyUsage")
        ? purpose("anyExtendedKeyUsage makes the certificate good for any purpose")
        : content;
    },
  },
  {
    id: "purpose-needs-usage",
    source: "RFC 5280 section 4.2.1.12",
    check: (_, { keyUsage, extendedKeyUsage }) => {
      const unserved = extendedKeyUsage.find(
        (it) => neededUsages[it]?.every((usage) => !keyUsage.includes(usage)) === true,
      );
      const needed = neededUsages[unserved ?? ""]?.join(" or ");
      return purpose(unserved && `${unserved} needs keyUsage ${needed}`);
    },
  },
  {
    id: "purpose-alone",
    source: "RFC 3161 section 2.3; CA/B BR 4.9.9",
    check: (_, { extendedKeyUsage }) => {
      const single = extendedKeyUsage.find((it) => alone.includes(it));
      const others = extendedKeyUsage.length > 1;
      return purpose(others && single ? `${single} must be the only purpose` : undefined);
    },
  },
  {
    id: "purpose-email-without-address",
    source: "RFC 8550 section 3",
    check: (request, { extendedKeyUsage }) =>
      extendedKeyUsage.includes("emailProtection") && !hasEmail(request)
        ? purpose("emailProtection needs an e-mail address among the subjectAltNames")
        : content,
  },
];

const hasEmail = ({ subjectAltNames }: IssuanceRequest): boolean =>
  subjectAltNames.some(({ type }) => type === "email");
