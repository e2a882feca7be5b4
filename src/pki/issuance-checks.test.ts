/** One row or more for every rule that is checked before a CA key is used. */
import { beforeAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { days, hours, instant, later } from "#base/time.ts";
import { makeRequest, testNow, tlsContext } from "#test/pki/authority.ts";
import { type Extensions, noExtensions } from "./extension-reader.ts";
import { issuanceRules, refusal, runChecks } from "./issuance-checks.ts";
import type { IssuanceContext, IssuanceRequest } from "./issuance-rule.ts";
import { nameFromText } from "./name-text.ts";
import { parsePublicKey } from "./public-key.ts";
import type { CertificateRequest } from "./request.ts";
import { generalNameFromText } from "./subject-alt-name.ts";
import { validityFrom } from "./validity.ts";

const issuer = validityFrom(testNow, days(365));
const specOf = (publicKey: KeyObject) =>
  parsePublicKey(new Uint8Array(publicKey.export({ type: "spki", format: "der" })));
const rsaOf = (modulusLength: number, publicExponent = 65_537) =>
  specOf(generateKeyPairSync("rsa", { modulusLength, publicExponent }).publicKey);
const rsa = rsaOf(2_048);
const ed = specOf(generateKeyPairSync("ed25519").publicKey);

let good: CertificateRequest;
beforeAll(async () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  good = await makeRequest({
    subject: "CN=api.example.com,O=Acme,C=DE",
    names: ["api.example.com", "*.example.com", "10.0.0.1"],
    privateKey,
  });
});

const subject = (text: string) => ({ subject: nameFromText(text) });
const cn = (value: string) => ({ subject: [[{ type: "CN", value }]] });
const dns = (value: string) => ({ subjectAltNames: [{ type: "dns", value } as const] });
const uri = (value: string) => ({ subjectAltNames: [{ type: "uri", value } as const] });
const email = (value: string) => ({ subjectAltNames: [{ type: "email", value } as const] });
const names = (...texts: string[]) => ({
  subjectAltNames: texts.map((it) => generalNameFromText(it)),
});
const asks = (requested: Partial<Extensions>) => ({ requested: { ...noExtensions, ...requested } });
const constrained = asks({ nameConstraints: { permitted: [], excluded: [] } });
const onlyCorp = { permitted: [{ form: "dns", value: "corp.example" } as const], excluded: [] };

interface Row {
  readonly rule: string;
  readonly name: string;
  readonly request?: Partial<IssuanceRequest>;
  readonly context?: Partial<IssuanceContext>;
  readonly path?: string;
}

const rows: readonly Row[] = [
  { rule: "names-outside-issuer", name: "a domain", context: { nameConstraints: [onlyCorp] } },
  { rule: "key-too-weak", name: "RSA-1024", request: { key: rsaOf(1024) } },
  { rule: "key-not-allowed", name: "RSA-2056", request: { key: { ...rsa, size: 2_056 } } },
  {
    rule: "key-not-allowed",
    name: "a key that the profile does not allow",
    request: { key: ed },
    context: { allowedKeys: ["ECDSA-P256"] },
  },
  { rule: "rsa-exponent", name: "the exponent 3", request: { key: rsaOf(2048, 3) } },
  {
    rule: "key-of-issuer",
    name: "the CA's",
    request: { key: rsa },
    context: { issuerPublicKey: rsa.spki },
  },
  {
    rule: "key-known-weak",
    name: "a modulus with a small factor",
    request: {
      key: {
        ...rsa,
        rsa: { modulus: new Uint8Array(256).fill(0xff), exponent: Uint8Array.of(1, 0, 1) },
      },
    },
  },
  {
    rule: "subject-encoding",
    name: "BMPString",
    request: { subject: [[{ type: "CN", value: "x", encoding: "bmpString" }]] },
  },
  {
    rule: "subject-encoding",
    name: "a country as UTF8String",
    request: { subject: [[{ type: "C", value: "DE", encoding: "utf8String" }]] },
  },
  { rule: "subject-hidden-characters", name: "NUL", request: cn("a\0b"), path: "subject.CN" },
  { rule: "subject-hidden-characters", name: "a line break", request: cn("a\r\nb") },
  { rule: "subject-hidden-characters", name: "right-to-left override", request: cn("a\u202eb") },
  { rule: "subject-hidden-characters", name: "zero-width space", request: cn("a\u200bb") },
  { rule: "subject-hidden-characters", name: "a byte order mark", request: cn("a\ufeffb") },
  { rule: "subject-hidden-characters", name: "a Hangul filler", request: cn("a\u3164b") },
  { rule: "subject-hidden-characters", name: "a line separator", request: cn("a\u2028b") },
  { rule: "subject-length", name: "65 characters of common name", request: cn("a".repeat(65)) },
  { rule: "subject-length", name: "a country of three letters", request: subject("C=DEU") },
  { rule: "subject-blank", name: "only spaces", request: cn("   ") },
  { rule: "subject-blank", name: "nothing", request: cn("") },
  { rule: "subject-blank", name: "a space in front", request: cn(" a") },
  { rule: "subject-country", name: "small letters", request: subject("C=de") },
  { rule: "subject-one-common-name", name: "two", request: subject("CN=a,CN=b") },
  { rule: "common-name-wildcard", name: "a star within", request: cn("a.*.example.com") },
  { rule: "common-name-wildcard", name: "a star under a top-level name", request: cn("*.test") },
  { rule: "common-name-not-among-names", name: "another host", request: cn("other.example.com") },
  { rule: "common-name-not-among-names", name: "another address", request: cn("10.0.0.2") },
  { rule: "names-missing", name: "none", request: { subjectAltNames: [] }, path: "sans" },
  {
    rule: "names-missing",
    name: "no name at all though names are optional",
    request: { subject: [], subjectAltNames: [] },
    context: { subjectAltNames: "optional", subjectAltNameCritical: true },
  },
  {
    rule: "names-too-many",
    name: "501",
    request: {
      subjectAltNames: Array.from(
        { length: 501 },
        (_, i) => ({ type: "dns", value: `n${i}.example` }) as const,
      ),
    },
  },
  { rule: "names-too-many", name: "more than the profile allows", context: { maximumNames: 2 } },
  {
    rule: "names-not-critical",
    name: "an empty subject",
    request: { subject: [] },
    context: { subjectAltNameCritical: false },
  },
  { rule: "name-hidden-characters", name: "NUL", request: dns("a.example\0.evil"), path: "sans.0" },
  {
    rule: "name-hidden-characters",
    name: "a line break in a URI",
    request: uri("https://a.example/\r\nx"),
  },
  { rule: "dns-form", name: "empty", request: dns("") },
  { rule: "dns-form", name: "a dot at the end", request: dns("a.example.") },
  { rule: "dns-form", name: "a dot in front", request: dns(".example") },
  { rule: "dns-form", name: "two dots", request: dns("a..example") },
  { rule: "dns-form", name: "a hyphen in front", request: dns("-a.example") },
  { rule: "dns-form", name: "a hyphen at the end of a label", request: dns("a-.example") },
  { rule: "dns-length", name: "a label of 64", request: dns(`${"a".repeat(64)}.example`) },
  { rule: "dns-length", name: "254 characters", request: dns(`${"a.".repeat(125)}abcd`) },
  { rule: "dns-characters", name: "a space", request: dns("a b.example") },
  { rule: "dns-characters", name: "an underscore", request: dns("a_b.example") },
  { rule: "dns-characters", name: "markup", request: dns("<b>.example") },
  { rule: "dns-wildcard", name: "a bare star", request: dns("*") },
  { rule: "dns-wildcard", name: "a star under a top-level name", request: dns("*.com") },
  { rule: "dns-wildcard", name: "a star in the middle", request: dns("a.*.example.com") },
  { rule: "dns-wildcard", name: "part of a label", request: dns("a*.example.com") },
  { rule: "dns-wildcard", name: "two stars", request: dns("*.*.example.com") },
  { rule: "dns-is-address", name: "an IPv4 address as DNS name", request: dns("10.0.0.1") },
  { rule: "dns-is-address", name: "a last label of digits", request: dns("host.123") },
  { rule: "dns-punycode", name: "broken punycode", request: dns("xn--999999999.example") },
  {
    rule: "dns-punycode",
    name: "an A-label that is plain ASCII",
    request: dns("xn--abc-.example"),
  },
  { rule: "ip-unusable", name: "0.0.0.0", request: names("0.0.0.0") },
  { rule: "ip-unusable", name: "::", request: names("::") },
  { rule: "ip-unusable", name: "broadcast", request: names("255.255.255.255") },
  { rule: "ip-unusable", name: "multicast", request: names("224.0.0.1") },
  { rule: "ip-unusable", name: "IPv6 multicast", request: names("ff02::1") },
  { rule: "ip-unusable", name: "IPv4 in IPv6", request: names("::ffff:10.0.0.1") },
  {
    rule: "ip-unusable",
    name: "no address",
    request: { subjectAltNames: [{ type: "ip", value: "x" }] },
  },
  { rule: "email-form", name: "no @", request: email("nobody") },
  { rule: "email-form", name: "a display name", request: email("Ann <a@b.example>") },
  { rule: "email-form", name: "a bad domain", request: email("a@b..example") },
  { rule: "email-form", name: "a wildcard domain", request: email("a@*.example.com") },
  { rule: "email-form", name: "a long local part", request: email(`${"a".repeat(65)}@b.example`) },
  { rule: "uri-form", name: "javascript", request: uri("javascript:alert(1)") },
  { rule: "uri-form", name: "a file", request: uri("file:///etc/shadow") },
  { rule: "uri-form", name: "a relative reference", request: uri("/path") },
  { rule: "uri-form", name: "no host", request: uri("https:///x") },
  { rule: "uri-form", name: "user information", request: uri("https://a:b@c.example/") },
  { rule: "uri-form", name: "a bad host", request: uri("https://a..b/") },
  { rule: "uri-form", name: "a broken escape", request: uri("https://a.example/%zz") },
  { rule: "uri-form", name: "a SPIFFE id with a port", request: uri("spiffe://td:8080/x") },
  { rule: "uri-form", name: "a SPIFFE id with dots", request: uri("spiffe://td/a/../b") },
  {
    rule: "uri-form",
    name: "a scheme that the profile does not allow",
    request: uri("https://a.example/"),
    context: { uriSchemes: ["spiffe"] },
  },
  {
    rule: "requested-ca",
    name: "CA:TRUE",
    request: asks({ basicConstraints: { ca: true, pathLen: undefined } }),
  },
  {
    rule: "requested-ca-usage",
    name: "keyCertSign",
    request: asks({ keyUsage: ["digitalSignature", "keyCertSign"] }),
  },
  { rule: "requested-ca-usage", name: "cRLSign", request: asks({ keyUsage: ["cRLSign"] }) },
  {
    rule: "requested-key-usage",
    name: "keyEncipherment with ECDSA",
    request: asks({ keyUsage: ["digitalSignature", "keyEncipherment"] }),
  },
  {
    rule: "requested-key-usage",
    name: "keyAgreement with RSA",
    request: { key: rsa, ...asks({ keyUsage: ["keyAgreement"] }) },
  },
  {
    rule: "requested-key-usage",
    name: "keyAgreement with Ed25519",
    request: { key: ed, ...asks({ keyUsage: ["keyAgreement"] }) },
  },
  { rule: "requested-key-usage", name: "no bit at all", request: asks({ keyUsage: [] }) },
  {
    rule: "requested-key-usage",
    name: "encipherOnly alone",
    request: asks({ keyUsage: ["encipherOnly"] }),
  },
  {
    rule: "requested-any-purpose",
    name: "anyExtendedKeyUsage",
    request: asks({ extendedKeyUsage: ["serverAuth", "anyExtendedKeyUsage"] }),
  },
  {
    rule: "requested-ocsp-signing",
    name: "OCSPSigning",
    request: asks({ extendedKeyUsage: ["OCSPSigning"] }),
  },
  { rule: "requested-name-constraints", name: "any", request: constrained },
  {
    rule: "requested-critical-extension",
    name: "the poison",
    request: asks({ unknownExtensions: [{ oid: "1.3.6.1.4.1.11129.2.4.3", critical: true }] }),
  },
  {
    rule: "usage-of-key",
    name: "keyEncipherment with ECDSA",
    context: { keyUsage: ["digitalSignature", "keyEncipherment"] },
  },
  { rule: "usage-of-key", name: "none", context: { keyUsage: [] } },
  {
    rule: "usage-of-ca",
    name: "keyCertSign in a leaf",
    context: { keyUsage: ["digitalSignature", "keyCertSign"] },
  },
  { rule: "purpose-unknown", name: "a word", context: { extendedKeyUsage: ["tls"] } },
  { rule: "purpose-any", name: "any", context: { extendedKeyUsage: ["anyExtendedKeyUsage"] } },
  { rule: "purpose-any", name: "none, which means any", context: { extendedKeyUsage: [] } },
  {
    rule: "purpose-needs-usage",
    name: "codeSigning without digitalSignature",
    context: { keyUsage: ["nonRepudiation"], extendedKeyUsage: ["codeSigning"] },
  },
  {
    rule: "purpose-alone",
    name: "timeStamping with others",
    context: { extendedKeyUsage: ["timeStamping", "serverAuth"] },
  },
  {
    rule: "purpose-email-without-address",
    name: "no address",
    context: { extendedKeyUsage: ["emailProtection"] },
  },
  {
    rule: "validity-order",
    name: "the wrong way round",
    context: { validity: { notBefore: later(testNow, 1_000), notAfter: testNow } },
  },
  {
    rule: "validity-order",
    name: "no time at all",
    context: { validity: { notBefore: testNow, notAfter: testNow } },
  },
  {
    rule: "validity-unwritable",
    name: "1949",
    context: { validity: { notBefore: instant(Date.UTC(1949, 0)), notAfter: testNow } },
  },
  {
    rule: "validity-before-issuer",
    name: "an hour",
    context: {
      validity: { notBefore: later(testNow, -hours(1)), notAfter: later(testNow, days(1)) },
    },
  },
  {
    rule: "validity-beyond-issuer",
    name: "a second",
    context: { validity: { notBefore: testNow, notAfter: later(issuer.notAfter, 1_000) } },
  },
  {
    rule: "validity-too-long",
    name: "91 days",
    context: { validity: validityFrom(testNow, days(91)), maximumLifetime: days(90) },
  },
];

const findingsFor = ({ request = {}, context = {} }: Partial<Row>) =>
  runChecks({ ...good, ...request }, { ...tlsContext(good, issuer), ...context });

describe("refused is", () => {
  test.each(rows)("$rule: $name", (row) => {
    const findings = findingsFor(row);
    const mine = findings.filter(({ rule }) => rule === row.rule);
    expect(findings.map(({ rule }) => rule)).toContain(row.rule);
    if (row.path !== undefined) expect(mine.map(({ path }) => path)).toContain(row.path);
    for (const { message } of mine) expect(message.length).toBeGreaterThan(10);
  });

  test("something by every rule of the table", () => {
    const tried = new Set(rows.map(({ rule }) => rule));
    expect(issuanceRules.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([]);
  });

  test("each rule has an id of its own and says where it is written", () => {
    expect(new Set(issuanceRules.map(({ id }) => id)).size).toBe(issuanceRules.length);
    for (const { source } of issuanceRules) expect(source).not.toBe("");
  });
});

describe("accepted is", () => {
  test.each<Partial<Row>>([
    { name: "an ordinary request" },
    { name: "a common name in other case", request: cn("API.Example.COM") },
    { name: "a common name that is an address", request: cn("10.0.0.1") },
    {
      name: "any common name where the profile does not mind",
      request: cn("Jürgen Müller"),
      context: { commonName: "any" },
    },
    {
      name: "an internal single-label host",
      request: { ...names("localhost"), ...cn("localhost") },
    },
    {
      name: "an IDN",
      request: { ...dns("xn--bcher-kva.example"), subject: [] },
      context: { subjectAltNameCritical: true },
    },
    {
      name: "an e-mail certificate",
      request: {
        ...names("ann.b+c@example.com"),
        subject: nameFromText("E=ann.b\\+c@example.com"),
      },
      context: { extendedKeyUsage: ["emailProtection"] },
    },
    {
      name: "a SPIFFE id without a subject",
      request: { ...names("spiffe://prod.example/ns/a/sa/b"), subject: [] },
      context: { subjectAltNameCritical: true },
    },
    {
      name: "URIs with ports, addresses and paths",
      request: {
        ...names("https://a.example:8443/x?y#z", "https://[2001:db8::1]/", "urn:uuid:1"),
        subject: [],
      },
      context: { subjectAltNameCritical: true },
    },
    {
      name: "a device known by its subject",
      request: { subjectAltNames: [] },
      context: { subjectAltNames: "optional", commonName: "any" },
    },
    {
      name: "keyEncipherment with RSA",
      request: { key: rsa },
      context: { keyUsage: ["digitalSignature", "keyEncipherment"] },
    },
    {
      name: "a misfitting wish that the profile overrules",
      request: asks({ keyUsage: ["keyEncipherment"] }),
      context: { requestedKeyUsage: "ignored" },
    },
    { name: "time stamping alone", context: { extendedKeyUsage: ["timeStamping"] } },
    { name: "a purpose by OID", context: { extendedKeyUsage: ["1.3.6.1.4.1.311.20.2.2"] } },
    { name: "the whole validity of the issuer", context: { validity: issuer } },
    {
      name: "an unknown extension that is not critical",
      request: asks({ unknownExtensions: [{ oid: "1.2.3", critical: false }] }),
    },
  ])("$name", (row) => {
    expect(findingsFor(row)).toEqual([]);
  });
});

test("a refusal names the first finding, counts the rest and lists all", () => {
  const problem = refusal(findingsFor({ request: { ...dns("a b.example."), ...cn("a\0b") } }));
  expect(problem.kind).toBe("refused");
  expect(problem.errors.length).toBeGreaterThan(2);
  expect(problem.detail).toMatch(/\(and \d+ more\)$/);
  expect(problem.extra["rules"]).toContain("dns-form");
});
