/** Certificates built by our writer, read by our reader and by node:crypto. */
import { beforeAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { Problem } from "#base/problem.ts";
import { days, instant, later } from "#base/time.ts";
import {
  issueLeaf,
  makeAuthority,
  makeRequest,
  type TestAuthority,
  testNow,
  testUrls,
} from "#test/pki/authority.ts";
import { encodeTbsCertificate, signCertificate } from "./certificate.ts";
import { parseCertificate, parseForeignCertificate } from "./certificate-reader.ts";
import * as der from "./der.ts";
import { encodeExtension, keyIdentifierOf } from "./extensions.ts";
import {
  authorityComplaint,
  issuingWith,
  leafTemplate,
  subjectAltNameIsCritical,
} from "./local-ca.ts";
import { encodeName } from "./name.ts";
import { nameFromText, nameToText } from "./name-text.ts";
import { oids } from "./oid.ts";
import { SerialNumber } from "./serial-number.ts";
import { softwareSigner } from "./signer.ts";
import { validityFrom } from "./validity.ts";

let root: TestAuthority;
let authority: TestAuthority;
let leafKey: KeyObject;

beforeAll(async () => {
  leafKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  root = await makeAuthority({ pathLen: 1 });
  const made = await makeAuthority({ parent: root, pathLen: 0 });
  authority = { ...made, issuing: issuingWith(made.certificate, testUrls) };
});

const leaf = async (names: readonly string[], subject: string, mustStaple = false) =>
  await issueLeaf(
    await makeRequest({ names, subject, privateKey: leafKey, mustStaple }),
    authority,
  );

describe("a leaf", () => {
  test("says to our reader what its template said", async () => {
    const bytes = await leaf(
      ["API.example.com", "api.example.com", "10.0.0.1"],
      "CN=api.example.com,C=DE",
      true,
    );
    const certificate = parseCertificate(bytes);
    expect(certificate.subjectAltNames).toEqual([
      { type: "dns", value: "api.example.com" },
      { type: "ip", value: "10.0.0.1" },
    ]);
    expect(nameToText(certificate.issuer)).toBe("CN=Test Issuing,O=Acme");
    expect(certificate.keyUsage).toEqual(["digitalSignature"]);
    expect(certificate.extendedKeyUsage).toEqual(["serverAuth", "clientAuth"]);
    expect(certificate.basicConstraints).toEqual({ ca: false, pathLen: undefined });
    expect(certificate.subjectKeyIdentifier).toEqual(keyIdentifierOf(certificate.key));
    expect(certificate.authorityKeyIdentifier).toEqual(authority.certificate.subjectKeyIdentifier);
    expect(certificate.crlUrls).toEqual([...testUrls.crl]);
    expect(certificate.ocspUrls).toEqual([...testUrls.ocsp]);
    expect(certificate.caIssuersUrls).toEqual([...testUrls.caIssuers]);
    expect(certificate.mustStaple).toBe(true);
    expect(certificate.selfIssued).toBe(false);
    expect(certificate.unknownExtensions).toEqual([]);
    expect(certificate.notAfter).toBe(validityFrom(testNow, days(90)).notAfter);
  });

  test("says the same to node:crypto", async () => {
    const bytes = await leaf(
      ["api.example.com", "10.0.0.1", "2001:db8::1", "a@example.com", "spiffe://td/x"],
      "CN=api.example.com,O=Acme",
    );
    const ours = parseCertificate(bytes);
    const theirs = new X509Certificate(bytes);
    expect(theirs.subject).toBe("O=Acme\nCN=api.example.com");
    expect(theirs.subjectAltName).toBe(
      "DNS:api.example.com, IP Address:10.0.0.1, IP Address:2001:DB8:0:0:0:0:0:1, email:a@example.com, URI:spiffe://td/x",
    );
    expect(theirs.serialNumber.toLowerCase()).toBe(ours.serialNumber);
    expect(theirs.fingerprint256.replaceAll(":", "").toLowerCase()).toBe(ours.fingerprint);
    expect(theirs.validToDate.getTime()).toBe(ours.notAfter);
    expect(theirs.ca).toBe(false);
    expect(theirs.verify(new X509Certificate(authority.certificate.der).publicKey)).toBe(true);
    expect(theirs.checkIssued(new X509Certificate(authority.certificate.der))).toBe(true);
    expect(theirs.checkPrivateKey(leafKey)).toBe(true);
  });

  test("with an empty subject has a critical subjectAltName", async () => {
    const certificate = parseCertificate(await leaf(["api.example.com"], ""));
    expect(certificate.subject).toEqual([]);
    expect(certificate.subjectAltNameCritical).toBe(true);
    expect(subjectAltNameIsCritical(certificate.subjectDer)).toBe(true);
  });

  test("for time stamping has a critical extended key usage, and policies are written", async () => {
    const request = await makeRequest({ privateKey: leafKey });
    const template = leafTemplate(
      {
        ...request,
        serialNumber: SerialNumber.parse("1"),
        validity: validityFrom(testNow, days(1)),
        keyUsage: ["digitalSignature", "nonRepudiation"],
        extendedKeyUsage: ["timeStamping"],
        certificatePolicies: ["2.23.140.1.2.1", "1.3.6.1.4.1.99999.1"],
      },
      authority.issuing,
    );
    const bytes = await signCertificate(template, authority.signer);
    const certificate = parseCertificate(bytes);
    expect(certificate.certificatePolicies).toEqual(["2.23.140.1.2.1", "1.3.6.1.4.1.99999.1"]);
    expect(Buffer.from(bytes).toString("hex")).toContain("0603551d250101ff");
    expect<string>(certificate.serialNumber).toBe("1");
  });
});

test("the bytes that are signed are those that the certificate carries", async () => {
  const request = await makeRequest({ privateKey: leafKey });
  const spec = {
    ...request,
    serialNumber: SerialNumber.parse("ab"),
    validity: validityFrom(testNow, days(1)),
    keyUsage: [],
    extendedKeyUsage: [],
  };
  const template = leafTemplate(spec, authority.issuing);
  const bytes = await signCertificate(template, authority.signer);
  const tbs = encodeTbsCertificate(template, authority.signer.algorithm);
  expect(parseForeignCertificate(bytes).tbsCertificate).toEqual(tbs);
});

describe("an authority", () => {
  test("is a CA that may sign certificates and CRLs, with the path length asked for", () => {
    for (const { certificate } of [root, authority]) {
      expect(certificate.basicConstraints?.ca).toBe(true);
      expect(certificate.keyUsage).toEqual(["keyCertSign", "cRLSign"]);
    }
    expect(root.certificate.basicConstraints?.pathLen).toBe(1);
    expect(root.certificate.selfIssued).toBe(true);
    expect(root.certificate.authorityKeyIdentifier).toBeUndefined();
    expect(authority.certificate.basicConstraints?.pathLen).toBe(0);
    expect(authority.certificate.authorityKeyIdentifier).toEqual(
      root.certificate.subjectKeyIdentifier,
    );
  });

  test("from outside is taken only with CA:TRUE, keyCertSign, its own key and in its time", async () => {
    const { certificate, signer } = authority;
    const ask = (it: Partial<typeof certificate>, key = signer.publicKey, at = testNow) =>
      authorityComplaint({ ...certificate, ...it }, key, at);
    expect(ask({})).toBeUndefined();
    expect(ask({ keyUsage: undefined })).toBeUndefined();
    expect(ask({ basicConstraints: { ca: false, pathLen: undefined } })).toMatch(/CA:TRUE/);
    expect(ask({ basicConstraints: undefined })).toMatch(/CA:TRUE/);
    expect(ask({ keyUsage: ["cRLSign"] })).toMatch(/keyCertSign/);
    expect(ask({}, root.signer.publicKey)).toMatch(/does not belong/);
    expect(ask({}, signer.publicKey, instant(0))).toMatch(/not valid yet/);
    expect(ask({}, signer.publicKey, later(certificate.notAfter, 1_000))).toMatch(/expired/);
  });

  test("on P-256 signs at once, on RSA and P-384 with a promise", async () => {
    const request = await makeRequest({ privateKey: leafKey });
    const spec = {
      ...request,
      serialNumber: SerialNumber.parse("1"),
      validity: validityFrom(testNow, days(1)),
      keyUsage: [],
      extendedKeyUsage: [],
    };
    for (const [type, atOnce] of [
      ["P-256", true],
      ["P-384", false],
    ] as const) {
      const signer = softwareSigner(generateKeyPairSync("ec", { namedCurve: type }).privateKey);
      const signed = signCertificate(leafTemplate(spec, authority.issuing), signer);
      expect(signed instanceof Promise).toBe(!atOnce);
      expect(await signed).toBeInstanceOf(Uint8Array);
    }
  });
});

describe("a strange certificate", () => {
  const signer = softwareSigner(generateKeyPairSync("ed25519").privateKey);
  const name = encodeName(nameFromText("CN=strange"));
  const validity = der.sequence(
    der.tlv(23, Buffer.from("260101000000Z")),
    der.tlv(23, Buffer.from("270101000000Z")),
  );
  const basic = encodeExtension(oids.basicConstraints, true, der.sequence());
  const assemble = ({
    version = [der.context(0, der.integer(2))] as readonly Uint8Array[],
    serial = der.integer(5) as Uint8Array,
    inner = signer.algorithm.der,
    outer = signer.algorithm.der,
    spki = signer.publicKey,
    extra = [] as readonly Uint8Array[],
    extensions = [basic] as readonly Uint8Array[],
  }) => {
    const tail = extensions.length === 0 ? [] : [der.context(3, der.sequence(...extensions))];
    const tbs = der.sequence(
      ...version,
      serial,
      inner,
      name,
      validity,
      name,
      spki,
      ...extra,
      ...tail,
    );
    return der.sequence(tbs, outer, der.bitString(new Uint8Array(64)));
  };
  const sha1 = der.sequence(der.objectIdentifier(oids.sha1WithRSAEncryption), der.nullValue);
  const brainpool = der.sequence(
    der.sequence(
      der.objectIdentifier(oids["id-ecPublicKey"]),
      der.objectIdentifier(oids.brainpoolP256r1),
    ),
    der.bitString(new Uint8Array(65).fill(4)),
  );

  test.each([
    {
      name: "a negative serial number",
      bytes: assemble({ serial: Uint8Array.of(2, 1, 0x80) }),
      oddity: /serial number/,
    },
    {
      name: "the serial number 0",
      bytes: assemble({ serial: der.integer(0) }),
      oddity: /serial number/,
    },
    {
      name: "a serial number of 21 octets",
      bytes: assemble({ serial: der.unsignedInteger(new Uint8Array(21).fill(1)) }),
      oddity: /serial number/,
    },
    { name: "version 1", bytes: assemble({ version: [], extensions: [] }), oddity: /version is 1/ },
    {
      name: "version 3 without extensions",
      bytes: assemble({ extensions: [] }),
      oddity: /no extensions/,
    },
    { name: "two algorithms", bytes: assemble({ inner: sha1 }), oddity: /differs/ },
    {
      name: "a unique identifier",
      bytes: assemble({ extra: [der.contextPrimitive(1, Uint8Array.of(0, 1))] }),
      oddity: /unique identifier/,
    },
    { name: "a brainpool key", bytes: assemble({ spki: brainpool }), oddity: /brainpoolP256r1/ },
    {
      name: "an extension twice",
      bytes: assemble({ extensions: [basic, basic] }),
      oddity: /basicConstraints twice/,
    },
    {
      name: "a broken extension",
      bytes: assemble({ extensions: [encodeExtension(oids.keyUsage, true, der.nullValue)] }),
      oddity: /keyUsage/,
    },
    {
      name: "a directoryName",
      bytes: assemble({
        extensions: [
          encodeExtension(oids.subjectAltName, false, der.sequence(der.context(4, name))),
        ],
      }),
      oddity: /directoryName/,
    },
  ])(
    "with $name is refused by the strict reader and read with an oddity by the other",
    ({ bytes, oddity }) => {
      expect(() => parseCertificate(bytes)).toThrow(Problem);
      const foreign = parseForeignCertificate(bytes);
      expect(foreign.oddities.join("; ")).toMatch(oddity);
      expect(nameToText(foreign.subject)).toBe("CN=strange");
    },
  );

  test("signed with SHA-1 is refused strictly, and named for the inventory", () => {
    const bytes = assemble({ inner: sha1, outer: sha1 });
    expect(() => parseCertificate(bytes)).toThrow(/sha1WithRSAEncryption is not supported/);
    expect(parseForeignCertificate(bytes).signatureText).toBe("sha1WithRSAEncryption");
  });

  test("keeps the octets of its serial number, and the name of its key", () => {
    const foreign = parseForeignCertificate(
      assemble({ serial: Uint8Array.of(2, 3, 0, 0, 1), spki: brainpool }),
    );
    expect<string>(foreign.serialNumber).toBe("000001");
    expect(foreign.keyText).toBe("id-ecPublicKey brainpoolP256r1");
    expect(foreign.key).toBeUndefined();
  });

  test("that is no certificate at all is a Problem", () => {
    for (const bytes of [der.nullValue, der.sequence(), signer.publicKey, new Uint8Array()]) {
      expect(() => parseForeignCertificate(bytes)).toThrow(Problem);
    }
  });
});
