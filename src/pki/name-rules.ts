/** Rules about names: the subject's attributes and the subjectAltNames. */
import { constraintComplaint } from "./constrained-names.ts";
import {
  dnsCharacters,
  dnsForm,
  dnsIdn,
  dnsLength,
  dnsNotIp,
  dnsWildcard,
  emailForm,
  type NameRule,
  uriComplaint,
  usualUriSchemes,
} from "./dns-name.ts";
import { ipFromText, isIpv4Mapped } from "./ip-address.ts";
import {
  type Complaint,
  complain,
  content,
  type NamedRequest,
  type NamesRule,
} from "./issuance-rule.ts";
import {
  type AttributeTypeAndValue,
  attributeTypes,
  type DistinguishedName,
  usualEncoding,
  valuesOf,
} from "./name.ts";
import { canonicalName, type GeneralName } from "./subject-alt-name.ts";

/** Control, format (bidirectional, zero-width), ignorable, separator, surrogate, private and unassigned characters. */
const hidden = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/u;
const plain = /^[\x20-\x7e]*$/;

function hiddenCharacter(text: string): string | undefined {
  if (plain.test(text)) return undefined;
  const point = hidden.exec(text)?.[0].codePointAt(0);
  if (point === undefined) return undefined;
  const code = point.toString(16).toUpperCase().padStart(4, "0");
  return `has the invisible or control character U+${code}`;
}

function eachAttribute(
  subject: DistinguishedName,
  rule: (attribute: AttributeTypeAndValue) => string | undefined,
): readonly Complaint[] {
  let found: Complaint[] | undefined;
  for (const rdn of subject) {
    for (const attribute of rdn) {
      const complaint = rule(attribute);
      if (complaint === undefined) continue;
      found ??= [];
      found.push({ path: `subject.${attribute.type}`, message: `${attribute.type} ${complaint}` });
    }
  }
  return found ?? content;
}

function eachName(
  { subjectAltNames }: NamedRequest,
  type: GeneralName["type"] | undefined,
  rule: NameRule,
): readonly Complaint[] {
  let found: Complaint[] | undefined;
  for (const [i, name] of subjectAltNames.entries()) {
    if (type !== undefined && name.type !== type) continue;
    const complaint = rule(name.value);
    if (complaint === undefined) continue;
    found ??= [];
    found.push({
      path: `sans.${i}`,
      message: `${JSON.stringify(name.value.slice(0, 100))} ${complaint}`,
    });
  }
  return found ?? content;
}

const nameRule = (
  id: string,
  type: GeneralName["type"],
  source: string,
  rule: NameRule,
): NamesRule => ({
  id,
  source,
  check: (request) => eachName(request, type, rule),
});

function attributeEncoding({ type, encoding }: AttributeTypeAndValue): string | undefined {
  if (encoding === undefined) return undefined;
  const usual = usualEncoding(type);
  if (encoding === "printableString" && usual === "utf8String") return undefined;
  return `is encoded as ${encoding}, where ${usual} belongs`;
}

function attributeLength({ type, value }: AttributeTypeAndValue): string | undefined {
  const bound = attributeTypes[type]?.upperBound ?? 256;
  const length = plain.test(value) ? value.length : [...value].length;
  return length > bound ? `has ${length} characters; at most ${bound} are allowed` : undefined;
}

function attributeBlank({ value }: AttributeTypeAndValue): string | undefined {
  if (value.trim() === "") return "is blank";
  return value.trim() === value ? undefined : "begins or ends with a space";
}

function attributeCountry({ type, value }: AttributeTypeAndValue): string | undefined {
  if (type !== "C" || /^[A-Z]{2}$/.test(value)) return undefined;
  return "is not a country code of two capital letters (ISO 3166-1)";
}

function unusableIp(text: string): string | undefined {
  const octets = ipFromText(text);
  if (octets === undefined) return "is not an IP address";
  if (octets.every((octet) => octet === 0)) return "is the unspecified address";
  if (isIpv4Mapped(octets)) return "is an IPv4 address in IPv6 form: ask for the IPv4 address";
  const first = octets[0] ?? 0;
  const multicast = octets.length === 4 ? first >= 224 && first < 240 : first === 255;
  if (multicast) return "is a multicast address";
  return octets.every((octet) => octet === 255) ? "is the broadcast address" : undefined;
}

/** Whether the common name stands among the names, in the form that its look suggests. */
function isAmongNames(commonName: string, names: readonly GeneralName[]): boolean {
  const octets = ipFromText(commonName);
  return names.some((name) => {
    if (name.type === "ip") return octets !== undefined && sameIp(name.value, octets);
    return (
      canonicalName(name).value === canonicalName({ type: name.type, value: commonName }).value
    );
  });
}

const sameIp = (text: string, octets: Uint8Array): boolean =>
  Buffer.compare(ipFromText(text) ?? new Uint8Array(), octets) === 0;

export const subjectRules: readonly NamesRule[] = [
  {
    id: "subject-encoding",
    source: "RFC 5280 section 4.1.2.4 and appendix A.1",
    check: ({ subject }) => eachAttribute(subject, attributeEncoding),
  },
  {
    id: "subject-hidden-characters",
    source: "RFC 5280 section 7.1; Unicode TR 36 section 3",
    check: ({ subject }) => eachAttribute(subject, ({ value }) => hiddenCharacter(value)),
  },
  {
    id: "subject-length",
    source: "RFC 5280 appendix A.1, upper bounds of X.520",
    check: ({ subject }) => eachAttribute(subject, attributeLength),
  },
  {
    id: "subject-blank",
    source: "CA/B BR 7.1.4.2",
    check: ({ subject }) => eachAttribute(subject, attributeBlank),
  },
  {
    id: "subject-country",
    source: "X.520 section 6.3.1",
    check: ({ subject }) => eachAttribute(subject, attributeCountry),
  },
  {
    id: "subject-one-common-name",
    source: "CA/B BR 7.1.4.3",
    check: ({ subject }) =>
      valuesOf(subject, "CN").length > 1
        ? complain("subject.CN", "the subject has more than one common name")
        : content,
  },
  {
    id: "common-name-wildcard",
    source: "RFC 9525 section 6.3",
    check: ({ subject }) =>
      eachAttribute(subject, ({ type, value }) =>
        type === "CN" && value.includes("*") ? dnsWildcard(value) : undefined,
      ),
  },
  {
    id: "common-name-not-among-names",
    source: "CA/B BR 7.1.4.3",
    check: ({ subject, subjectAltNames }, { commonName }) => {
      if (commonName === "any") return content;
      const missing = valuesOf(subject, "CN").find((it) => !isAmongNames(it, subjectAltNames));
      const message = "the common name is not one of the subjectAltNames";
      return missing === undefined ? content : complain("subject.CN", message);
    },
  },
];

export const subjectAltNameRules: readonly NamesRule[] = [
  {
    id: "names-missing",
    source: "RFC 9525 section 2; CA/B BR 7.1.2.7.12",
    check: ({ subjectAltNames: names, subject }, { subjectAltNames = "required" }) => {
      if (names.length > 0) return content;
      if (subject.length === 0)
        return complain("sans", "the request names nothing: no subject, no subjectAltName");
      return subjectAltNames === "optional"
        ? content
        : complain("sans", "the request has no subjectAltName; clients ignore the common name");
    },
  },
  {
    id: "names-too-many",
    source: "a limit of this program",
    check: ({ subjectAltNames: names }, { maximumNames = 500 }) =>
      names.length > maximumNames
        ? complain(
            "sans",
            `there are ${names.length} subjectAltNames; at most ${maximumNames} are allowed`,
          )
        : content,
  },
  {
    id: "names-outside-issuer",
    source: "RFC 5280 section 4.2.1.10",
    check: ({ subject, subjectAltNames }, { nameConstraints = [] }) =>
      nameConstraints.flatMap((it) => {
        const named = { subject, subjectAltNames, otherNames: [] };
        const complaint = constraintComplaint(it, named, "leaf");
        return complain("sans", complaint && `the certificate ${complaint} to this CA`);
      }),
  },
  {
    id: "names-not-critical",
    source: "RFC 5280 section 4.2.1.6",
    check: ({ subject }, { subjectAltNameCritical }) =>
      subject.length === 0 && !subjectAltNameCritical
        ? complain("sans", "the subject is empty, so the subjectAltName must be critical")
        : content,
  },
  {
    id: "name-hidden-characters",
    source: "RFC 5280 section 7; Unicode TR 36 section 3",
    check: (request) => eachName(request, undefined, hiddenCharacter),
  },
  nameRule("dns-form", "dns", "RFC 1034 section 3.5", dnsForm),
  nameRule("dns-length", "dns", "RFC 1034 section 3.1", dnsLength),
  nameRule("dns-characters", "dns", "RFC 5280 section 4.2.1.6", dnsCharacters),
  nameRule("dns-wildcard", "dns", "RFC 9525 section 6.3; CA/B BR 3.2.2.6", dnsWildcard),
  nameRule("dns-is-address", "dns", "RFC 5280 section 4.2.1.6", dnsNotIp),
  nameRule("dns-punycode", "dns", "RFC 5890 section 2.3.2.1", dnsIdn),
  nameRule("ip-unusable", "ip", "RFC 6890 section 2.2", unusableIp),
  nameRule("email-form", "email", "RFC 5280 section 4.2.1.6; RFC 5321 section 4.1.2", emailForm),
  {
    id: "uri-form",
    source: "RFC 5280 section 4.2.1.6; RFC 3986",
    check: (request, { uriSchemes = usualUriSchemes }) =>
      eachName(request, "uri", (value) => uriComplaint(value, uriSchemes)),
  },
];
