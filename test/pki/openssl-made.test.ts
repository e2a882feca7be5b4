/** What OpenSSL makes, read by us: requests of every kind, certificates, chains. */
import { afterAll, describe, expect, test } from "bun:test";
import { days, instant } from "#base/time.ts";
import { parseCertificate, parseForeignCertificate } from "#pki/certificate-reader.ts";
import { verifyChain } from "#pki/chain.ts";
import { runChecks } from "#pki/issuance-checks.ts";
import { privateKeyFromPem, privateKeyToPem, publicKeyOf } from "#pki/key.ts";
import { encodeName } from "#pki/name.ts";
import { nameToText } from "#pki/name-text.ts";
import { parsePemOf } from "#pki/pem.ts";
import { parseRequest } from "#pki/request.ts";
import { validityFrom } from "#pki/validity.ts";
import { makeAuthority, testNow, tlsContext } from "./authority.ts";
import { openSsl } from "./openssl.ts";

const openssl = openSsl();
afterAll(() => openssl.remove());

describe("we read what OpenSSL makes", () => {
  const san =
    "subjectAltName=DNS:a.example,DNS:*.b.example,IP:10.1.2.3,IP:2001:db8::5,email:x@a.example,URI:https://a.example/";
  const newKeys: readonly (readonly string[])[] = [
    ["-newkey", "rsa:2048"],
    ["-newkey", "rsa:3072", "-sha384"],
    ["-newkey", "rsa:2048", "-sha512"],
    ["-newkey", "rsa:2048", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:-1"],
    ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-sha384"],
    ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-sha512"],
    ["-newkey", "ed25519"],
  ];

  test.each(newKeys.map((args) => ({ name: args.slice(1).join(" "), args })))(
    "requests of $name",
    ({ args }) => {
      openssl.run(
        "req",
        "-new",
        ...args,
        "-nodes",
        "-keyout",
        "o.key",
        "-out",
        "o.csr",
        "-text",
        "-utf8",
        "-subj",
        "/C=DE/O=Äcme \\/ Söhne/CN=a.example",
        "-addext",
        san,
        "-addext",
        "keyUsage=critical,digitalSignature",
        "-addext",
        "tlsfeature=status_request",
      );
      const request = parseRequest(openssl.read("o.csr").toString());
      expect(nameToText(request.subject)).toBe("CN=a.example,O=Äcme / Söhne,C=DE");
      expect(encodeName(request.subject)).toEqual(request.subjectDer);
      expect(request.subjectAltNames.map(({ value }) => value)).toEqual([
        "a.example",
        "*.b.example",
        "10.1.2.3",
        "2001:db8::5",
        "x@a.example",
        "https://a.example/",
      ]);
      expect(request.requested.keyUsage).toEqual(["digitalSignature"]);
      expect(request.requested.mustStaple).toBe(true);
      expect(publicKeyOf(privateKeyFromPem(openssl.read("o.key").toString())).spki).toEqual(
        request.publicKey,
      );
      expect(runChecks(request, tlsContext(request, validityFrom(testNow, days(365))))).toEqual([]);
    },
    20_000,
  );

  test("a certificate with extensions of every kind that we understand", () => {
    openssl.run(
      ...[
        "req",
        "-x509",
        "-new",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "x.key",
        "-out",
        "x.pem",
        "-days",
        "30",
      ],
      ...[
        "-subj",
        "/CN=x",
        "-addext",
        san,
        "-addext",
        "extendedKeyUsage=serverAuth,1.3.6.1.4.1.99999.5",
      ],
      ...[
        "-addext",
        "crlDistributionPoints=URI:http://c.example/1,URI:http://c.example/2",
        "-addext",
        "authorityInfoAccess=OCSP;URI:http://o.example,caIssuers;URI:http://i.example",
      ],
      ...[
        "-addext",
        "certificatePolicies=2.23.140.1.2.1",
        "-addext",
        "nameConstraints=critical,permitted;DNS:example",
      ],
    );
    const [bytes = new Uint8Array()] = parsePemOf("CERTIFICATE", openssl.read("x.pem").toString());
    const certificate = parseCertificate(bytes);
    expect(certificate.basicConstraints?.ca).toBe(true);
    expect(certificate.extendedKeyUsage).toEqual(["serverAuth", "1.3.6.1.4.1.99999.5"]);
    expect(certificate.crlUrls).toEqual(["http://c.example/1", "http://c.example/2"]);
    expect(certificate.ocspUrls).toEqual(["http://o.example"]);
    expect(certificate.caIssuersUrls).toEqual(["http://i.example"]);
    expect(certificate.certificatePolicies).toEqual(["2.23.140.1.2.1"]);
    expect(certificate.nameConstraints).toEqual({
      permitted: [{ form: "dns", value: "example" }],
      excluded: [],
    });
    expect(certificate.unknownExtensions).toEqual([]);
    expect(certificate.authorityKeyIdentifier).toEqual(certificate.subjectKeyIdentifier);
    expect(parseForeignCertificate(bytes).oddities).toEqual([]);
  });

  test("a request that OpenSSL signed with SHA-1 is refused", () => {
    openssl.run(
      "req",
      "-new",
      "-newkey",
      "rsa:2048",
      "-sha1",
      "-nodes",
      "-keyout",
      "s.key",
      "-out",
      "s.csr",
      "-subj",
      "/CN=x",
    );
    expect(() => parseRequest(openssl.read("s.csr"))).toThrow(/SHA-1, which is broken/);
  });

  test("a leaf that OpenSSL signed with our authority's key verifies in our chain", async () => {
    // OpenSSL takes the time of the machine: the authority is valid from 1970 to 2100.
    const validity = validityFrom(instant(0), days(365 * 130));
    const authority = await makeAuthority({ keyAlgorithm: "RSA-2048", validity });
    openssl.write("ca.key", privateKeyToPem(authority.privateKey));
    openssl.save("ca.pem", "CERTIFICATE", authority.certificate.der);
    openssl.run(
      "req",
      "-new",
      "-newkey",
      "ed25519",
      "-nodes",
      "-keyout",
      "l.key",
      "-out",
      "l.csr",
      "-subj",
      "/CN=l.example",
    );
    openssl.run(
      "x509",
      "-req",
      "-in",
      "l.csr",
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-days",
      "3",
      "-out",
      "l.pem",
      "-set_serial",
      "17",
    );
    const [bytes = new Uint8Array()] = parsePemOf("CERTIFICATE", openssl.read("l.pem").toString());
    const leaf = parseForeignCertificate(bytes);
    const verdict = verifyChain({
      leaf,
      intermediates: [],
      anchors: [authority.certificate],
      at: leaf.notBefore,
    });
    expect(verdict.valid).toBe(true);
    expect(leaf.oddities).toEqual(["the version is 1 where 3 belongs"]);
  });
});
