/** What we build, judged by OpenSSL, strictly; and fields read alike by both. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { KeyObject } from "node:crypto";
import fc from "fast-check";
import { days } from "#base/time.ts";
import { parseCertificate } from "#pki/certificate-reader.ts";
import { runChecks } from "#pki/issuance-checks.ts";
import { generateKey, KeyAlgorithm, privateKeyToPem, publicKeyOf } from "#pki/key.ts";
import type { DistinguishedName } from "#pki/name.ts";
import { nameToText } from "#pki/name-text.ts";
import { buildRequest, parseRequest } from "#pki/request.ts";
import { generalNameFromText } from "#pki/subject-alt-name.ts";
import { validityFrom } from "#pki/validity.ts";
import {
  issueLeaf,
  makeAuthority,
  makeRequest,
  testNow,
  testUrls,
  tlsContext,
} from "./authority.ts";
import { type OpenSsl, openSsl } from "./openssl.ts";

let openssl: OpenSsl;
const keys = new Map<KeyAlgorithm, KeyObject>();

beforeAll(async () => {
  openssl = openSsl();
  for (const name of KeyAlgorithm.options) keys.set(name, await generateKey(name));
}, 60_000);
afterAll(() => openssl.remove());

const keyOf = (name: KeyAlgorithm): KeyObject => {
  const key = keys.get(name);
  if (key === undefined) throw new Error(`no key ${name}`);
  return key;
};

/** -attime makes OpenSSL judge at the tests' own now. */
const atNow = ["-attime", `${testNow / 1_000 + 60}`];
const verifyStrictly = (root: string, untrusted: string, leaf: string) =>
  openssl.run(
    "verify",
    "-x509_strict",
    "-check_ss_sig",
    ...atNow,
    "-CAfile",
    root,
    "-untrusted",
    untrusted,
    leaf,
  );

describe("OpenSSL accepts strictly", () => {
  test.each(KeyAlgorithm.options)(
    "chains signed with %s, for leaves of every kind of key",
    async (name) => {
      const root = await makeAuthority({ keyAlgorithm: name, pathLen: 1 });
      const authority = await makeAuthority({
        keyAlgorithm: name,
        parent: root,
        pathLen: 0,
        urls: testUrls,
      });
      openssl.save("root.pem", "CERTIFICATE", root.certificate.der);
      openssl.save("sub.pem", "CERTIFICATE", authority.certificate.der);
      for (const leafKey of KeyAlgorithm.options) {
        const request = await makeRequest({
          privateKey: keyOf(leafKey),
          names: ["api.example.com", "10.0.0.1", "::1"],
        });
        expect(runChecks(request, tlsContext(request, authority.certificate))).toEqual([]);
        openssl.save("leaf.pem", "CERTIFICATE", await issueLeaf(request, authority));
        expect(verifyStrictly("root.pem", "sub.pem", "leaf.pem")).toContain("leaf.pem: OK");
      }
    },
    60_000,
  );

  test("requests with every kind of key", async () => {
    for (const name of KeyAlgorithm.options) {
      const subjectAltNames = ["a.example", "2001:db8::1", "u@a.example", "spiffe://td/x"].map(
        (it) => generalNameFromText(it),
      );
      const subject: DistinguishedName = [
        [{ type: "C", value: "DE" }],
        [{ type: "CN", value: "a.example" }],
      ];
      openssl.save(
        "request.pem",
        "CERTIFICATE REQUEST",
        await buildRequest({ subject, subjectAltNames, privateKey: keyOf(name), mustStaple: true }),
      );
      const text = openssl.run("req", "-in", "request.pem", "-verify", "-noout", "-text");
      expect(text).toContain("verify OK");
      expect(text).toContain(
        "DNS:a.example, IP Address:2001:DB8:0:0:0:0:0:1, email:u@a.example, URI:spiffe://td/x",
      );
      expect(text).toContain("status_request");
    }
  }, 30_000);

  test("private keys as we write them", () => {
    for (const name of KeyAlgorithm.options) {
      openssl.write("key.pem", privateKeyToPem(keyOf(name)));
      openssl.run("pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "key.der");
      expect(openssl.read("key.der").toString("hex")).toBe(publicKeyOf(keyOf(name)).spki.toHex());
    }
  });
});

/** Names of attributes that OpenSSL calls as RFC 4514 does, with values full of what must be escaped. */
const randomName = (): fc.Arbitrary<DistinguishedName> => {
  const value = fc
    .array(fc.constantFrom(...'abcXYZ019 ,+"\\<>;#=äß😀-./'), { minLength: 1, maxLength: 12 })
    .map((it) => it.join(""))
    .filter((it) => it.trim() === it && it !== "");
  const attribute = fc.record({ type: fc.constantFrom("CN", "O", "OU", "L", "ST"), value });
  return fc.array(
    attribute.map((it) => [it]),
    { minLength: 1, maxLength: 5 },
  );
};

describe("OpenSSL reads as we do", () => {
  test("sixty random subjects and sets of names", async () => {
    const authority = await makeAuthority();
    const host = fc.domain().map((it) => it.toLowerCase());
    const names = fc.array(
      fc.oneof(
        host,
        fc.ipV4(),
        fc.emailAddress().filter((it) => !/[,"]/.test(it)),
      ),
      { minLength: 1, maxLength: 6 },
    );
    for (const [subject, texts] of fc.sample(fc.tuple(randomName(), names), {
      numRuns: 60,
      seed: 7,
    })) {
      const subjectAltNames = texts.map((it) => generalNameFromText(it));
      const request = parseRequest(
        await buildRequest({ subject, subjectAltNames, privateKey: keyOf("ECDSA-P256") }),
      );
      const certificate = parseCertificate(await issueLeaf(request, authority));
      openssl.save("random.pem", "CERTIFICATE", certificate.der);
      const printed = openssl.run(
        ...[
          "x509",
          "-in",
          "random.pem",
          "-noout",
          "-subject",
          "-serial",
          "-fingerprint",
          "-sha256",
          "-dateopt",
          "iso_8601",
          "-dates",
        ],
        ...["-nameopt", "RFC2253,-esc_msb,utf8", "-ext", "subjectAltName"],
      );
      expect(printed).toContain(`subject=${nameToText(subject)}\n`);
      expect(printed).toContain(`serial=${certificate.serialNumber.toUpperCase()}\n`);
      expect(printed.replaceAll(":", "").toLowerCase()).toContain(
        `fingerprint=${certificate.fingerprint}\n`,
      );
      expect(printed).toContain("notBefore=2026-11-23 12:00:00Z\nnotAfter=2027-02-21 11:59:59Z\n");
      const labels = { dns: "DNS", ip: "IP Address", email: "email", uri: "URI" } as const;
      const listed = certificate.subjectAltNames.map(
        ({ type, value }) => `${labels[type]}:${value}`,
      );
      expect(printed).toContain(`    ${listed.join(", ")}\n`);
    }
  }, 60_000);

  test("a certificate that never expires, and one of the year 2050", async () => {
    const long = await makeAuthority({ validity: validityFrom(testNow, days(365 * 60)) });
    openssl.save("long.pem", "CERTIFICATE", long.certificate.der);
    const printed = openssl.run(
      "x509",
      "-in",
      "long.pem",
      "-noout",
      "-enddate",
      "-dateopt",
      "iso_8601",
    );
    expect(
      Date.parse(
        printed
          .replace(/^notAfter=/, "")
          .trim()
          .replace(" ", "T"),
      ),
    ).toBe(long.certificate.notAfter);
  });
});
