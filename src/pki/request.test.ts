/** Certificate signing requests: built, read, and refused for what is wrong with them. */
import { describe, expect, test } from "bun:test";
import { createSign, generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { Problem } from "#base/problem.ts";
import { makeRequest } from "#test/pki/authority.ts";
import * as der from "./der.ts";
import { encodeExtension, subjectAltNameExtension } from "./extensions.ts";
import { generateKey, KeyAlgorithm } from "./key.ts";
import { encodeName } from "./name.ts";
import { nameFromText, nameToText } from "./name-text.ts";
import { oids } from "./oid.ts";
import { encodePem } from "./pem.ts";
import { buildRequest, parseRequest } from "./request.ts";
import { softwareSigner } from "./signer.ts";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const { publicKey, algorithm } = softwareSigner(privateKey);
const subject = encodeName(nameFromText("CN=h.example"));
const names = [{ type: "dns", value: "h.example" }] as const;
const san = subjectAltNameExtension(names, { critical: false });

const attribute = (oid: string, ...values: readonly Uint8Array[]) =>
  der.sequence(der.objectIdentifier(oid), der.tlv(0x31, ...values));
const extensionRequest = (...extensions: readonly Uint8Array[]) =>
  attribute(oids.extensionRequest, der.sequence(...extensions));
const challenge = attribute(oids.challengePassword, der.tlv(12, Buffer.from("secret")));

/** A request put together by hand, signed with P-256 unless told otherwise. */
function assemble({
  version = 0,
  spki = publicKey,
  attributes = [extensionRequest(san)],
  identifier = algorithm.der,
  signature = (info: Uint8Array): Uint8Array => sign("sha256", info, privateKey),
}: {
  version?: number;
  spki?: Uint8Array;
  attributes?: readonly Uint8Array[] | undefined;
  identifier?: Uint8Array;
  signature?: (info: Uint8Array) => Uint8Array;
} = {}): Uint8Array {
  const info = der.sequence(der.integer(version), subject, spki, der.context(0, ...attributes));
  return der.sequence(info, identifier, der.bitString(signature(info)));
}

describe("a request", () => {
  test.each(KeyAlgorithm.options)(
    "with a key of the kind %s is built and read again",
    async (name) => {
      const request = await makeRequest({
        subject: "CN=api.example.com,O=Acme,C=DE",
        names: ["api.example.com", "10.0.0.1", "2001:db8::1", "a@example.com", "spiffe://td/x"],
        privateKey: await generateKey(name),
        mustStaple: true,
      });
      expect(nameToText(request.subject)).toBe("CN=api.example.com,O=Acme,C=DE");
      expect(request.subjectAltNames.map(({ type, value }) => `${type}:${value}`)).toEqual([
        "dns:api.example.com",
        "ip:10.0.0.1",
        "ip:2001:db8::1",
        "email:a@example.com",
        "uri:spiffe://td/x",
      ]);
      expect(request.requested.mustStaple).toBe(true);
      expect(request.requested.subjectAltNameCritical).toBe(false);
      expect(encodeName(request.subject)).toEqual(request.subjectDer);
    },
    20_000,
  );

  test("is the same from DER, PEM text, PEM bytes and the old label", () => {
    const bytes = assemble();
    const pem = encodePem("CERTIFICATE REQUEST", bytes);
    const forms = [
      bytes,
      pem,
      Buffer.from(pem),
      encodePem("NEW CERTIFICATE REQUEST", bytes),
      `text\n${pem}more`,
    ];
    for (const form of forms) expect(parseRequest(form).der).toEqual(new Uint8Array(bytes));
  });

  test("with an empty subject asks for a critical subjectAltName", async () => {
    const request = await makeRequest({ subject: "", privateKey });
    expect(request.requested.subjectAltNameCritical).toBe(true);
  });

  test("without names has an empty attributes field", async () => {
    const bytes = await buildRequest({
      subject: nameFromText("CN=x"),
      subjectAltNames: [],
      privateKey,
    });
    expect(parseRequest(bytes).attributes).toEqual([]);
  });

  test("keeps attributes in the order of the sender, as strongSwan sends them", () => {
    const request = parseRequest(assemble({ attributes: [extensionRequest(san), challenge] }));
    expect(request.attributes.map(({ oid }) => oid)).toEqual([
      oids.extensionRequest,
      oids.challengePassword,
    ]);
    expect(request.subjectAltNames).toEqual([...names]);
    const other = parseRequest(assemble({ attributes: [challenge, extensionRequest(san)] }));
    expect(other.subjectAltNames).toEqual([...names]);
  });

  test("with Microsoft's attribute is understood", () => {
    const attributes = [attribute(oids.microsoftExtensionRequest, der.sequence(san))];
    expect(parseRequest(assemble({ attributes })).subjectAltNames).toEqual([...names]);
  });

  test("signed with RSASSA-PSS and the usual parameters is accepted", async () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const hash = der.sequence(der.objectIdentifier(oids["id-sha256"]), der.nullValue);
    const parameters = (salt: number) =>
      der.sequence(
        der.context(0, hash),
        der.context(1, der.sequence(der.objectIdentifier(oids["id-mgf1"]), hash)),
        der.context(2, der.integer(salt)),
      );
    const identifier = (salt: number) =>
      der.sequence(der.objectIdentifier(oids["id-RSASSA-PSS"]), parameters(salt));
    const signature = (info: Uint8Array) =>
      createSign("sha256").update(info).sign({ key: rsa, padding: 6, saltLength: 32 });
    const spki = softwareSigner(rsa).publicKey;
    expect(parseRequest(assemble({ spki, identifier: identifier(32), signature })).key.size).toBe(
      2048,
    );
    // A salt of 2^30 octets would be a request for a gigabyte.
    expect(() =>
      parseRequest(assemble({ spki, identifier: identifier(2 ** 30), signature })),
    ).toThrow(/not supported/);
  });
});

describe("a request is refused", () => {
  const good = assemble();
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const rsaSpki = softwareSigner(rsa).publicKey;
  const rsaIdentifier = (oid: string) => der.sequence(der.objectIdentifier(oid), der.nullValue);
  const flipped = Uint8Array.from(good);
  flipped[flipped.length - 3] = (flipped[flipped.length - 3] ?? 0) ^ 1;
  const keyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const pem = encodePem("CERTIFICATE REQUEST", good);

  test.each<{ name: string; input: string | Uint8Array; says: RegExp }>([
    {
      name: "a signature by another key",
      input: assemble({
        signature: (info) =>
          sign("sha256", info, generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey),
      }),
      says: /proof of possession/,
    },
    { name: "a flipped bit in the signature", input: flipped, says: /proof of possession/ },
    {
      name: "an empty signature",
      input: assemble({ signature: () => new Uint8Array() }),
      says: /proof of possession/,
    },
    {
      name: "SHA-1",
      input: assemble({
        spki: rsaSpki,
        identifier: rsaIdentifier(oids.sha1WithRSAEncryption),
        signature: (info) => sign("sha1", info, rsa),
      }),
      says: /signed with SHA-1, which is broken/,
    },
    {
      name: "MD5",
      input: assemble({ spki: rsaSpki, identifier: rsaIdentifier(oids.md5WithRSAEncryption) }),
      says: /signed with MD5, which is broken/,
    },
    {
      name: "ECDSA with SHA-1",
      input: assemble({ identifier: der.sequence(der.objectIdentifier(oids["ecdsa-with-SHA1"])) }),
      says: /SHA-1/,
    },
    {
      name: "an unknown signature",
      input: assemble({ identifier: der.sequence(der.objectIdentifier("1.2.3")) }),
      says: /signed with 1\.2\.3/,
    },
    {
      name: "ECDSA with parameters",
      input: assemble({
        identifier: der.sequence(der.objectIdentifier(oids["ecdsa-with-SHA256"]), der.nullValue),
      }),
      says: /form that is not supported/,
    },
    {
      name: "an RSA signature by an EC key",
      input: assemble({ identifier: rsaIdentifier(oids.sha256WithRSAEncryption) }),
      says: /does not fit the key/,
    },
    { name: "version 2", input: assemble({ version: 1 }), says: /version/ },
    {
      name: "two extension requests",
      input: assemble({ attributes: [extensionRequest(san), extensionRequest(san)] }),
      says: /extensionRequest must be there once/,
    },
    {
      name: "an extension request without value",
      input: assemble({ attributes: [attribute(oids.extensionRequest)] }),
      says: /one value/,
    },
    {
      name: "an extension request that is a string",
      input: assemble({
        attributes: [attribute(oids.extensionRequest, der.tlv(12, Buffer.from("x")))],
      }),
      says: /tag 0C where 30/,
    },
    {
      name: "the same extension twice",
      input: assemble({ attributes: [extensionRequest(san, san)] }),
      says: /subjectAltName twice/,
    },
    {
      name: "a thousand extensions",
      input: assemble({
        attributes: [
          extensionRequest(
            ...Array.from({ length: 1_000 }, (_, i) =>
              encodeExtension(`1.2.3.${i}`, false, der.nullValue),
            ),
          ),
        ],
      }),
      says: /more than 64/,
    },
    {
      name: "an extension that is not what it says",
      input: assemble({
        attributes: [extensionRequest(encodeExtension(oids.keyUsage, true, der.nullValue))],
      }),
      says: /keyUsage has tag 05/,
    },
    {
      name: "a hundred attributes",
      input: assemble({ attributes: Array.from({ length: 100 }, () => challenge) }),
      says: /too many attributes/,
    },
    {
      name: "no attributes field",
      input: der.sequence(
        der.sequence(der.integer(0), subject, publicKey),
        algorithm.der,
        der.bitString(publicKey),
      ),
      says: /no attributes field/,
    },
    { name: "a private key in PEM", input: keyPem, says: /private key, which must stay/ },
    { name: "a private key beside it", input: pem + keyPem, says: /private key, which must stay/ },
    {
      name: "a private key in DER",
      input: privateKey.export({ type: "pkcs8", format: "der" }),
      says: /looks like a private key/,
    },
    { name: "two requests", input: pem + pem, says: /one PEM block/ },
    { name: "another label", input: encodePem("CERTIFICATE", good), says: /labelled CERTIFICATE/ },
    { name: "nothing", input: "", says: /is empty/ },
    { name: "text", input: "hello", says: /neither PEM nor DER/ },
    {
      name: "more than 64 KiB",
      input: assemble({
        attributes: [extensionRequest(encodeExtension("1.2.3", false, new Uint8Array(70_000)))],
      }),
      says: /at most 65536/,
    },
    { name: "endless PEM", input: "A".repeat(300_000), says: /larger than/ },
    {
      name: "octets after it",
      input: Buffer.concat([good, Uint8Array.of(0)]),
      says: /1 octets too many/,
    },
  ])("for $name", ({ input, says }) => {
    expect(() => parseRequest(input)).toThrow(Problem);
    expect(() => parseRequest(input)).toThrow(says);
  });

  test("with a Problem after every one of 5,000 mutations that changes it", () => {
    const hit = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(hit, { minLength: 1, maxLength: 3 }), (hits) => {
        const mutant = Uint8Array.from(good);
        for (const [at, octet] of hits) mutant[at] = octet;
        if (Buffer.compare(mutant, good) === 0) return;
        expect(() => parseRequest(mutant)).toThrow(Problem);
      }),
      { numRuns: 5_000 },
    );
  });
});
