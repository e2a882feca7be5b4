/** A second opinion: @peculiar/x509 reads what we build, and we read what it builds. */
import "reflect-metadata";
import { describe, expect, test } from "bun:test";
import * as x509 from "@peculiar/x509";
import { parseCertificate } from "#pki/certificate-reader.ts";
import { generateKey, KeyAlgorithm } from "#pki/key.ts";
import { nameToText } from "#pki/name-text.ts";
import { parseRequest } from "#pki/request.ts";
import { issueLeaf, makeAuthority, makeRequest, testUrls } from "./authority.ts";

const generation = {
  "ECDSA-P256": { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  "ECDSA-P384": { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
  "RSA-2048": {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: "SHA-256",
  },
  Ed25519: { name: "Ed25519" },
} as const;

describe("@peculiar/x509 reads", () => {
  test.each(KeyAlgorithm.options)(
    "a leaf for a key of the kind %s as we do",
    async (name) => {
      const authority = await makeAuthority({ urls: testUrls });
      const request = await makeRequest({
        subject: "CN=api.example.com,O=Acme\\, Inc.,C=DE",
        names: ["api.example.com", "10.0.0.1", "a@example.com", "spiffe://td/x"],
        privateKey: await generateKey(name),
      });
      const ours = parseCertificate(await issueLeaf(request, authority));
      const theirs = new x509.X509Certificate(Buffer.from(ours.der));
      expect(theirs.serialNumber).toBe(ours.serialNumber);
      expect(theirs.notAfter.getTime()).toBe(ours.notAfter);
      expect(theirs.subjectName.getField("O")).toEqual(["Acme, Inc."]);
      const san = theirs.getExtension(x509.SubjectAlternativeNameExtension);
      expect(san?.names.items.map(({ type, value }) => [type, value])).toEqual([
        ["dns", "api.example.com"],
        ["ip", "10.0.0.1"],
        ["email", "a@example.com"],
        ["url", "spiffe://td/x"],
      ]);
      expect(theirs.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId).toBe(
        ours.authorityKeyIdentifier?.toHex() ?? "",
      );
      expect(theirs.getExtension(x509.CRLDistributionPointsExtension)).not.toBeNull();
      const issuer = new x509.X509Certificate(Buffer.from(authority.certificate.der));
      expect(await theirs.verify({ publicKey: issuer, signatureOnly: true })).toBe(true);
      const again = new x509.Pkcs10CertificateRequest(Buffer.from(request.der));
      expect(await again.verify()).toBe(true);
    },
    20_000,
  );
});

describe("we read", () => {
  test.each(Object.entries(generation).map(([name, algorithm]) => ({ name, algorithm })))(
    "a request of @peculiar/x509 with a key of the kind $name",
    async ({ algorithm }) => {
      // Every row of the table is an algorithm that makes a pair.
      const pair = (await crypto.subtle.generateKey(algorithm, true, [
        "sign",
        "verify",
      ])) as CryptoKeyPair;
      const theirs = await x509.Pkcs10CertificateRequestGenerator.create({
        name: "CN=h.example, O=Acme",
        keys: pair,
        signingAlgorithm: algorithm,
        extensions: [
          new x509.SubjectAlternativeNameExtension([
            { type: "dns", value: "h.example" },
            { type: "ip", value: "10.0.0.1" },
          ]),
        ],
        attributes: [new x509.ChallengePasswordAttribute("secret")],
      });
      const request = parseRequest(new Uint8Array(theirs.rawData));
      // Their text runs from the root to the leaf, RFC 4514 the other way.
      expect(nameToText(request.subject)).toBe("O=Acme,CN=h.example");
      expect(request.subjectAltNames).toEqual([
        { type: "dns", value: "h.example" },
        { type: "ip", value: "10.0.0.1" },
      ]);
      expect(request.attributes).toHaveLength(2);
    },
  );
});
