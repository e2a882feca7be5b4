/** Chains put in order and verified. */
import { beforeAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { days, instant, later } from "#base/time.ts";
import {
  issueLeaf,
  makeAuthority,
  makeRequest,
  type TestAuthority,
  testNow,
} from "#test/pki/authority.ts";
import { signCertificate } from "./certificate.ts";
import {
  type CertificateFields,
  type ParsedCertificate,
  parseCertificate,
} from "./certificate-reader.ts";
import { hasSigned, orderChain, verifyChain } from "./chain.ts";
import * as der from "./der.ts";
import { basicConstraintsExtension, encodeExtension } from "./extensions.ts";
import { rootTemplate } from "./local-ca.ts";
import { nameFromText } from "./name-text.ts";
import { oids } from "./oid.ts";
import { SerialNumber } from "./serial-number.ts";
import { validityFrom } from "./validity.ts";

let root: TestAuthority;
let middle: TestAuthority;
let low: TestAuthority;
let leaf: ParsedCertificate;
const leafKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

const leafOf = async (authority: TestAuthority) =>
  parseCertificate(await issueLeaf(await makeRequest({ privateKey: leafKey }), authority));

beforeAll(async () => {
  root = await makeAuthority({ name: "CN=Root", keyAlgorithm: "ECDSA-P384" });
  middle = await makeAuthority({
    name: "CN=Middle",
    parent: root,
    keyAlgorithm: "RSA-2048",
    pathLen: 1,
  });
  low = await makeAuthority({
    name: "CN=Low",
    parent: middle,
    keyAlgorithm: "Ed25519",
    pathLen: 0,
  });
  leaf = await leafOf(low);
});

const verify = (
  it: CertificateFields,
  intermediates: readonly TestAuthority[],
  anchors: readonly TestAuthority[] = [root],
  at = testNow,
) =>
  verifyChain({
    leaf: it,
    intermediates: intermediates.map(({ certificate }) => certificate),
    anchors: anchors.map(({ certificate }) => certificate),
    at,
  });

describe("a chain", () => {
  test("is valid through three kinds of keys, whatever the order of the intermediates", () => {
    for (const intermediates of [
      [low, middle],
      [middle, low],
    ]) {
      const verdict = verify(leaf, intermediates);
      expect(verdict.valid && verdict.path.map(({ subjectDer }) => subjectDer)).toEqual(
        [leaf, low.certificate, middle.certificate, root.certificate].map(
          ({ subjectDer }) => subjectDer,
        ),
      );
    }
  });

  test("may end at an intermediate that is trusted itself, or be the anchor", () => {
    expect(verify(leaf, [], [low]).valid).toBe(true);
    expect(verify(leaf, [low], [middle]).valid).toBe(true);
    expect(verify(root.certificate, []).valid).toBe(true);
  });

  test("is put in order, and what does not belong is left out", async () => {
    const stranger = await makeAuthority({ name: "CN=Stranger" });
    const others = [root, stranger, middle, low].map(({ certificate }) => certificate);
    expect(orderChain(leaf, others)).toEqual([
      leaf,
      low.certificate,
      middle.certificate,
      root.certificate,
    ]);
    expect(orderChain(leaf, [stranger.certificate])).toEqual([leaf]);
  });
});

describe("a chain is refused", () => {
  const reasonOf = (verdict: ReturnType<typeof verify>) =>
    verdict.valid ? "valid" : verdict.reason;

  test("without an intermediate, naming what is missing", () => {
    expect(reasonOf(verify(leaf, [low]))).toBe(
      'no trusted issuer of "CN=Low" is known: "CN=Middle" is missing',
    );
    expect(reasonOf(verify(leaf, []))).toMatch(/"CN=Low" is missing/);
    expect(reasonOf(verify(leaf, [low, middle], []))).toMatch(/"CN=Root" is missing/);
  });

  test("before and after the validity of each member", () => {
    const late = later(leaf.notAfter, 1_000);
    expect(reasonOf(verify(leaf, [low, middle], [root], late))).toMatch(
      /"CN=api.example.com" expired/,
    );
    expect(reasonOf(verify(leaf, [low, middle], [root], instant(0)))).toMatch(/not valid before/);
    expect(verify(leaf, [low, middle], [root], later(leaf.notAfter, 999)).valid).toBe(true);
    expect(
      reasonOf(verify(low.certificate, [middle], [root], later(testNow, days(5_000)))),
    ).toMatch(/expired/);
  });

  test("by a certificate that is no CA", async () => {
    const impostor: TestAuthority = {
      ...low,
      certificate: leaf,
      issuing: { ...low.issuing, nameDer: leaf.subjectDer },
    };
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const request = await makeRequest({ privateKey, subject: "CN=victim.example" });
    const { softwareSigner } = await import("./signer.ts");
    const signed = await issueLeaf(request, { ...impostor, signer: softwareSigner(leafKey) });
    // The key identifier of the impostor is not the one written into the leaf: write none that contradicts.
    const victim = { ...parseCertificate(signed), authorityKeyIdentifier: undefined };
    const verdict = verifyChain({
      leaf: victim,
      intermediates: [leaf, low.certificate, middle.certificate],
      anchors: [root.certificate],
      at: testNow,
    });
    expect(reasonOf(verdict)).toBe('"CN=api.example.com" is not a CA (basicConstraints)');
  });

  test("by more CAs than pathLen allows", async () => {
    const lowest = await makeAuthority({ name: "CN=Lowest", parent: low });
    expect(reasonOf(verify(await leafOf(lowest), [lowest, low, middle]))).toBe(
      '"CN=Low" allows 0 CA certificates below it, and there are 1',
    );
  });

  test("by a CA that may not sign certificates", () => {
    const crlOnly = { ...low.certificate, keyUsage: ["cRLSign"] as const };
    const verdict = verifyChain({
      leaf,
      intermediates: [crlOnly, middle.certificate],
      anchors: [root.certificate],
      at: testNow,
    });
    expect(reasonOf(verdict)).toMatch(/"CN=Low" may not sign certificates/);
  });

  test("with a signature that the named issuer did not make", async () => {
    const namesake = await makeAuthority({ name: "CN=Low", parent: middle });
    const { subjectKeyIdentifier: _, ...fields } = namesake.certificate;
    const verdict = verifyChain({
      leaf,
      intermediates: [{ ...fields, subjectKeyIdentifier: undefined }, middle.certificate],
      anchors: [root.certificate],
      at: testNow,
    });
    expect(reasonOf(verdict)).toMatch(/signature of "CN=api.example.com" was not made by "CN=Low"/);
    expect(hasSigned(namesake.certificate, leaf)).toBe(false);
    expect(hasSigned(low.certificate, leaf)).toBe(true);
  });

  test("by a critical extension that is not understood", async () => {
    // Policies are not processed.
    const unknown = encodeExtension(oids.policyConstraints, true, der.sequence());
    const template = rootTemplate({
      name: nameFromText("CN=Demanding"),
      publicKey: root.signer.publicKey,
      serialNumber: SerialNumber.parse("2"),
      validity: validityFrom(testNow, days(10)),
      pathLen: undefined,
    });
    const bytes = await signCertificate(
      { ...template, extensions: [...template.extensions, unknown] },
      root.signer,
    );
    const verdict = verifyChain({
      leaf: parseCertificate(bytes),
      intermediates: [],
      anchors: [root.certificate],
      at: testNow,
    });
    expect(reasonOf(verdict)).toMatch(
      /critical extension policyConstraints, which is not understood/,
    );
  });
});

describe("searching ends", () => {
  test("for certificates that issued each other, and for hundreds of one name", async () => {
    const template = (n: number) => ({
      serialNumber: SerialNumber.parse((n + 1).toString(16)),
      issuer: root.certificate.subjectDer,
      subject: root.certificate.subjectDer,
      validity: validityFrom(testNow, days(10)),
      publicKey: low.signer.publicKey,
      extensions: [basicConstraintsExtension({ ca: true, pathLen: undefined })],
    });
    const clones = await Promise.all(
      Array.from({ length: 200 }, async (_, n) =>
        parseCertificate(await signCertificate(template(n), low.signer)),
      ),
    );
    const [first] = clones;
    if (first === undefined) throw new Error("no clones");
    const verdict = verifyChain({ leaf: first, intermediates: clones, anchors: [], at: testNow });
    expect(verdict.valid).toBe(false);
    expect(orderChain(leaf, clones)).toEqual([leaf]);
  });
});
