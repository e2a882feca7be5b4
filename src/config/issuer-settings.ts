/** Settings of the ACME issuer that the first start makes. */
import type { Setting } from "./setting.ts";
import { Flag, text } from "./text.ts";

/** The kind's own schema reads it: forms and REST say the same of a wrong one. */
const free = (rule: string) => text(rule, (input) => input);

export const issuerSettings = [
  {
    key: "CERTCTL_ACME_DIRECTORY_URL",
    property: "acmeDirectoryUrl",
    schema: free("an https URL"),
    default: undefined,
    summary:
      "The directory of an ACME CA. Makes the issuer `iss-acme-prod`, or `iss-acme-staging` where the host says staging, unless it is there already; from then on it is changed like any issuer.",
    effect: "first start",
  },
  {
    key: "CERTCTL_ACME_EMAIL",
    property: "acmeEmail",
    schema: free("an e-mail address"),
    default: undefined,
    summary: "Where that CA writes to.",
    effect: "first start",
  },
  {
    key: "CERTCTL_ACME_CHALLENGE_TYPE",
    property: "acmeChallengeType",
    schema: free("http-01"),
    default: undefined,
    summary: "How names are proved to that CA: `http-01`.",
    effect: "first start",
  },
  {
    key: "CERTCTL_ACME_EAB_KID",
    property: "acmeEabKid",
    schema: free("a key id"),
    default: undefined,
    summary: "The key id of an external account, where that CA wants one.",
    effect: "first start",
  },
  {
    key: "CERTCTL_ACME_EAB_HMAC",
    property: "acmeEabHmac",
    schema: free("base64url"),
    default: undefined,
    secret: true,
    summary: "The HMAC key of that external account.",
    effect: "first start",
  },
  {
    key: "CERTCTL_ACME_PROFILE",
    property: "acmeProfile",
    schema: free("the name of a profile"),
    default: undefined,
    summary: "The profile of that CA to ask for, such as `shortlived`.",
    effect: "first start",
  },
  {
    key: "CERTCTL_ACME_INSECURE",
    property: "acmeInsecure",
    schema: Flag,
    default: "false",
    summary: "Does not verify the ACME server: only for one on this machine.",
    effect: "first start",
  },
] as const satisfies readonly Setting[];
