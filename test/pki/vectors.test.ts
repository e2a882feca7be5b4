/** Bytes that others published: RFC examples and real roots; each file says where it comes from. */
import { describe, expect, test } from "bun:test";
import { Problem } from "#base/problem.ts";
import { ed25519 } from "#pki/algorithms.ts";
import { parseCertificate, parseForeignCertificate } from "#pki/certificate-reader.ts";
import { hasSigned, verifyChain } from "#pki/chain.ts";
import * as der from "#pki/der.ts";
import { privateKeyFromDer, privateKeyFromPem, publicKeyOf } from "#pki/key.ts";
import { nameToText } from "#pki/name-text.ts";
import { parsePublicKey } from "#pki/public-key.ts";
import { softwareSigner, verifySignature } from "#pki/signer.ts";
import { testNow } from "./authority.ts";
import { vector, vectorText } from "./vector.ts";

describe("RFC 8410", () => {
  test("section 10.3: the private key has the public key of section 10.1", () => {
    const key = privateKeyFromDer(vector("rfc8410-ed25519-key.pem", "PRIVATE KEY"), "pkcs8");
    const spki = vector("rfc8410-ed25519-key.pem", "PUBLIC KEY");
    expect(publicKeyOf(key).spki).toEqual(spki);
    expect(parsePublicKey(spki).keyBits.toHex()).toStartWith("19bf44096984cdfe");
  });

  test("section 10.2: the X25519 certificate is read with its faults, and refused strictly", () => {
    const bytes = vector("rfc8410-x25519-certificate.pem");
    expect(() => parseCertificate(bytes)).toThrow(Problem);
    const certificate = parseForeignCertificate(bytes);
    expect(nameToText(certificate.subject)).toBe("CN=IETF Test Demo");
    expect(certificate.keyText).toBe("id-X25519");
    expect(certificate.signatureText).toBe("Ed25519");
    expect(certificate.keyUsage).toEqual(["keyAgreement"]);
    expect<string>(certificate.serialNumber).toBe("5601474a2a8dc330");
    expect(new Date(certificate.notAfter).toISOString()).toBe("2040-12-31T23:59:59.000Z");
  });

  test("section 10.2: the certificate was signed by the key of section 10.1", () => {
    const key = parsePublicKey(vector("rfc8410-ed25519-key.pem", "PUBLIC KEY"));
    const { tbsCertificate: data, signature } = parseForeignCertificate(
      vector("rfc8410-x25519-certificate.pem"),
    );
    expect(verifySignature(key, { algorithm: ed25519, data, signature })).toBe(true);
  });
});

test("RFC 9500 section 2.3: testECCP256 has the point that the RFC prints", () => {
  const key = publicKeyOf(privateKeyFromPem(vectorText("rfc9500-p256-key.pem")));
  expect(key.keyBits.toHex()).toBe(
    "04" +
      "422548f88fb782ffb5eca3744452c72a1e558fbd6f73be5e48e93232cc45c5b1" +
      "6c4cd10c4cb8d5b8a17139e94882c8992572993425f41419ab7e90a42a494272",
  );
});

test("RFC 8032 section 7.1 test 1: the signature of the empty message", async () => {
  const secret = Uint8Array.fromHex(
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
  );
  const pkcs8 = der.sequence(
    der.integer(0),
    der.sequence(der.objectIdentifier("1.3.101.112")),
    der.octetString(der.octetString(secret)),
  );
  const signer = softwareSigner(privateKeyFromDer(pkcs8, "pkcs8"));
  expect(parsePublicKey(signer.publicKey).keyBits.toHex()).toBe(
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
  );
  const signature = await signer.sign(new Uint8Array());
  expect(Buffer.from(signature).toString("hex")).toBe(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  );
});

describe("real roots", () => {
  test("ISRG Root X1 keeps every rule and signed itself", () => {
    const root = parseCertificate(vector("isrg-root-x1.pem"));
    expect(nameToText(root.subject)).toBe(
      "CN=ISRG Root X1,O=Internet Security Research Group,C=US",
    );
    expect<string>(root.fingerprint).toBe(
      "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6",
    );
    expect<string>(root.serialNumber).toBe("8210cfb0d240e3594463e0bb63828b00");
    expect(root.key.size).toBe(4096);
    expect(hasSigned(root, root)).toBe(true);
    expect(verifyChain({ leaf: root, intermediates: [], anchors: [root], at: testNow }).valid).toBe(
      true,
    );
  });

  test("Go Daddy Class 2 has the serial number 0 and a SHA-1 signature", () => {
    const bytes = vector("go-daddy-class-2.pem");
    expect(() => parseCertificate(bytes)).toThrow(Problem);
    const root = parseForeignCertificate(bytes);
    expect<string>(root.serialNumber).toBe("00");
    expect(root.signatureText).toBe("sha1WithRSAEncryption");
    expect(root.oddities).toHaveLength(1);
    expect(hasSigned(root, root)).toBe(false);
  });
});
