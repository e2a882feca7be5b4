/**
 * Certificate signing requests (PKCS #10, RFC 2986): read with proof of possession, and built for agents. It refuses what
 * is not strict DER, broken hashes, and signatures that the key did not make; only the order of attributes is forgiven.
 */
import type { KeyObject } from "node:crypto";
import { Problem } from "#base/problem.ts";
import { brokenSignatures, type SignatureAlgorithm, signatureAlgorithmOf } from "./algorithms.ts";
import * as der from "./der.ts";
import { unacceptable } from "./der-element.ts";
import { type DerReader, readDer } from "./der-reader.ts";
import { latin1Text } from "./der-string.ts";
import { type Extensions, noExtensions, readExtensions } from "./extension-reader.ts";
import { mustStapleExtension, subjectAltNameExtension } from "./extensions.ts";
import { type DistinguishedName, encodeName, parseName } from "./name.ts";
import { oidName, oids } from "./oid.ts";
import { parsePem } from "./pem.ts";
import { type PublicKey, parsePublicKey } from "./public-key.ts";
import { softwareSigner, verifySignature } from "./signer.ts";
import type { GeneralName } from "./subject-alt-name.ts";

export interface CertificateRequest {
  readonly der: Uint8Array;
  readonly subject: DistinguishedName;
  /** The subject's bytes, so that a certificate can carry them unchanged. */
  readonly subjectDer: Uint8Array;
  readonly key: PublicKey;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly subjectAltNames: readonly GeneralName[];
  /** What the request asks to have in the certificate; the profile decides. */
  readonly requested: Extensions;
  readonly attributes: readonly RequestAttribute[];
}

export interface RequestAttribute {
  readonly oid: string;
  /** Whole elements. */
  readonly values: readonly Uint8Array[];
}

/** A request with 500 names and an RSA-4096 key has 20 KiB. */
const maximumRequestOctets = 65_536;
/** In PEM, with the text that `openssl req -text` puts before it. */
const maximumPemCharacters = 4 * maximumRequestOctets;
const maximumAttributes = 32;

const what = "the certificate signing request";
const refused = (why: string) => new Problem("invalid-input", `${what} ${why}`);

/** Reads PEM (text or bytes) or DER and checks that the sender has the private key. Throws a Problem that says what is wrong. */
export function parseRequest(input: string | Uint8Array): CertificateRequest {
  const bytes = toDer(input);
  const outer = readDer(bytes, what, { maximum: maximumRequestOctets });
  const reader = outer.sequence(what);
  refuseOtherThings(reader);
  const info = reader.sequence(what);
  if (info.peek() === 0xa0) throw refused("is a certificate");
  if (info.smallInteger("the version of the request") !== 0)
    throw refused("is not of version 1 (0)");
  const subjectDer = info.element("the subject");
  const subject = parseName(subjectDer, "the subject");
  const publicKey = info.element("the public key");
  if (info.atEnd) throw refused("has no attributes field, which is there even when it is empty");
  const attributes = readAttributes(info.enter(0xa0, "the attributes"));
  info.finish();
  const identifier = reader.element("the signature algorithm");
  const signature = reader.bitStringOctets("the signature");
  reader.finish();
  outer.finish();
  const key = parsePublicKey(publicKey);
  const signatureAlgorithm = acceptedAlgorithm(identifier);
  if (!verifySignature(key, { algorithm: signatureAlgorithm, data: info.der, signature })) {
    throw refused("has a signature that its key did not make (proof of possession failed)");
  }
  const requested = readRequestedExtensions(attributes);
  const { subjectAltNames } = requested;
  return {
    der: bytes,
    subject,
    subjectDer,
    key,
    publicKey,
    signatureAlgorithm,
    subjectAltNames,
    requested,
    attributes,
  };
}

export interface RequestTemplate {
  readonly subject: DistinguishedName;
  readonly subjectAltNames: readonly GeneralName[];
  readonly privateKey: KeyObject;
  readonly mustStaple?: boolean;
}

/** A signed request, DER. */
export async function buildRequest(template: RequestTemplate): Promise<Uint8Array> {
  const { subject, subjectAltNames, privateKey, mustStaple = false } = template;
  const signer = softwareSigner(privateKey);
  const extensions: Uint8Array[] = [];
  if (subjectAltNames.length > 0) {
    const critical = subject.length === 0;
    extensions.push(subjectAltNameExtension(subjectAltNames, { critical }));
  }
  if (mustStaple) extensions.push(mustStapleExtension);
  const attributes = extensions.length === 0 ? [] : [extensionRequest(extensions)];
  const info = der.sequence(
    der.integer(0),
    encodeName(subject),
    signer.publicKey,
    der.context(0, ...attributes),
  );
  const signature = await signer.sign(info);
  return der.sequence(info, signer.algorithm.der, der.bitString(signature));
}

function extensionRequest(extensions: readonly Uint8Array[]): Uint8Array {
  const oid = der.objectIdentifier(oids.extensionRequest);
  return der.sequence(oid, der.setOf(der.sequence(...extensions)));
}

function toDer(input: string | Uint8Array): Uint8Array {
  if (typeof input !== "string" && input[0] === der.tags.sequence) return input;
  if (input.length === 0) throw refused("is empty");
  if (input.length > maximumPemCharacters) {
    throw new Problem("too-large", `${what} is larger than ${maximumPemCharacters} characters`);
  }
  const text = typeof input === "string" ? input : latin1Text(input);
  if (!text.includes("-----")) throw refused("is neither PEM nor DER");
  const blocks = parsePem(text, { maximum: maximumPemCharacters });
  if (blocks.some(({ label }) => label.endsWith("PRIVATE KEY"))) {
    throw refused(
      "comes with a private key, which must stay where it was made; consider it exposed",
    );
  }
  const [block, second] = blocks;
  if (block === undefined || second !== undefined) throw refused("must be one PEM block");
  if (block.label !== "CERTIFICATE REQUEST" && block.label !== "NEW CERTIFICATE REQUEST") {
    throw refused(`is labelled ${block.label}, not CERTIFICATE REQUEST`);
  }
  return block.der;
}

/** Names what people mistake for a request. */
function refuseOtherThings(reader: DerReader): void {
  if (reader.peek() === der.tags.integer) {
    throw refused("looks like a private key, which must stay where it was made");
  }
}

function readAttributes(reader: DerReader): readonly RequestAttribute[] {
  const attributes: RequestAttribute[] = [];
  while (!reader.atEnd) {
    const attribute = reader.sequence("an attribute");
    const oid = attribute.objectIdentifier("an attribute");
    const values: Uint8Array[] = [];
    const set = attribute.enter(der.tags.set, oidName(oid));
    while (!set.atEnd) values.push(set.element(oidName(oid)));
    attribute.finish();
    attributes.push({ oid, values });
    if (attributes.length > maximumAttributes) throw refused("has too many attributes");
  }
  return attributes;
}

/** Old Windows clients use an OID of their own for the same thing. */
const isExtensionRequest = ({ oid }: RequestAttribute): boolean =>
  oid === oids.extensionRequest || oid === oids.microsoftExtensionRequest;

function readRequestedExtensions(attributes: readonly RequestAttribute[]): Extensions {
  const requests = attributes.filter(isExtensionRequest);
  const [request] = requests;
  if (request === undefined) return noExtensions;
  const [value] = request.values;
  if (requests.length > 1 || request.values.length !== 1 || value === undefined) {
    throw unacceptable("extensionRequest", "must be there once and have one value");
  }
  const name = "the requested extensions";
  const reader = readDer(value, name);
  const extensions = readExtensions(reader, name, (problem) => {
    throw problem;
  });
  reader.finish();
  return extensions;
}

function acceptedAlgorithm(identifier: Uint8Array): SignatureAlgorithm {
  const algorithm = signatureAlgorithmOf(identifier);
  if (algorithm !== undefined) return algorithm;
  const reader = readDer(identifier, "the signature algorithm").sequence("the signature algorithm");
  const oid = reader.objectIdentifier("the signature algorithm");
  const broken = brokenSignatures.get(oid);
  if (broken !== undefined) {
    const advice = "sign it with SHA-256 or better";
    throw new Problem("refused", `${what} is signed with ${broken}, which is broken: ${advice}`);
  }
  throw refused(`is signed with ${oidName(oid)} in a form that is not supported`);
}
