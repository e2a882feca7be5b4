/** Rules about the key and the validity: what may be certified at all, and for how long. */
import { formatDuration, toRfc3339 } from "#base/time.ts";
import { type KeyAlgorithmName, keyAlgorithmOf, keyAlgorithms, keyText } from "./algorithms.ts";
import { noExpiration } from "./der-time.ts";
import { complain, content, type Rule } from "./issuance-rule.ts";
import { bitLength } from "./public-key.ts";
import { lifetimeOf } from "./validity.ts";
import { knownWeakness } from "./weak-key.ts";

// The keys of a literal object are the names it was written with.
const allKeys = Object.keys(keyAlgorithms) as KeyAlgorithmName[];

export const keyRules: readonly Rule[] = [
  {
    id: "key-too-weak",
    source: "CA/B BR 6.1.5; NIST SP 800-57 part 1 table 2",
    check: ({ key }) =>
      key.algorithm === "RSA" && key.size < 2_048
        ? complain(
            "csr.key",
            `the key is ${keyText(key)}, which is too weak: use RSA-2048 or larger`,
          )
        : content,
  },
  {
    id: "key-not-allowed",
    source: "the profile",
    check: ({ key }, { allowedKeys = allKeys }) => {
      const name = keyAlgorithmOf(key);
      if (name !== undefined && allowedKeys.includes(name)) return content;
      const message = `the key is ${keyText(key)}; allowed are ${allowedKeys.join(", ")}`;
      return complain("csr.key", message);
    },
  },
  {
    id: "rsa-exponent",
    source: "CA/B BR 6.1.6; NIST SP 800-89 section 5.3.3",
    check: ({ key }) =>
      key.rsa !== undefined && bitLength(key.rsa.exponent) < 17
        ? complain("csr.key", "the RSA key has an exponent below 65537")
        : content,
  },
  {
    id: "key-of-issuer",
    source: "RFC 5280 section 4.2.1.1: key identifiers tell issuer and subject apart",
    check: ({ key }, { issuerPublicKey }) =>
      Buffer.compare(key.spki, issuerPublicKey) === 0
        ? complain("csr.key", "the key is the issuer's own")
        : content,
  },
  {
    id: "key-known-weak",
    source: "CA/B BR 6.1.1.3",
    check: ({ key }) => {
      const weakness = knownWeakness(key);
      return complain("csr.key", weakness && `the key is known to be weak: ${weakness}`);
    },
  },
];

export const validityRules: readonly Rule[] = [
  {
    id: "validity-order",
    source: "RFC 5280 section 4.1.2.5",
    check: (_, { validity: { notBefore, notAfter } }) =>
      notBefore < notAfter ? content : complain("validity", "notBefore must lie before notAfter"),
  },
  {
    id: "validity-unwritable",
    source: "RFC 5280 section 4.1.2.5",
    check: (_, { validity: { notBefore, notAfter } }) =>
      notBefore >= Date.UTC(1950, 0) && notAfter <= noExpiration
        ? content
        : complain("validity", "the validity must lie within the years 1950 to 9999"),
  },
  {
    id: "validity-before-issuer",
    source: "RFC 5280 section 6.1.3 (a) (2)",
    check: (_, { validity: { notBefore }, issuerValidity: issuer }) =>
      notBefore >= issuer.notBefore
        ? content
        : complain(
            "validity",
            `notBefore lies before the issuer's, ${toRfc3339(issuer.notBefore)}`,
          ),
  },
  {
    id: "validity-beyond-issuer",
    source: "RFC 5280 section 6.1.3 (a) (2)",
    check: (_, { validity: { notAfter }, issuerValidity: issuer }) =>
      notAfter <= issuer.notAfter
        ? content
        : complain(
            "validity",
            `notAfter (${toRfc3339(notAfter)}) lies beyond the issuer's, ${toRfc3339(issuer.notAfter)}`,
          ),
  },
  {
    id: "validity-too-long",
    source: "the profile",
    check: (_, { validity, maximumLifetime }) => {
      if (maximumLifetime === undefined || lifetimeOf(validity) <= maximumLifetime) return content;
      const lifetime = formatDuration(lifetimeOf(validity));
      const allowed = formatDuration(maximumLifetime);
      return complain(
        "validity",
        `the lifetime of ${lifetime} is longer than the allowed ${allowed}`,
      );
    },
  },
];
