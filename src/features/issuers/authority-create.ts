/** Making authorities: a root with an issuing CA below it at the first start, or a subordinate CA loaded from files. */

import type { KeyObject } from "node:crypto";
import { Problem } from "#base/problem.ts";
import { newId, type Random } from "#base/random.ts";
import type { Instant } from "#base/time.ts";
import { days, later } from "#base/time.ts";
import type { Vault } from "#base/vault.ts";
import { signCertificate } from "#pki/certificate.ts";
import { type ParsedCertificate, parseCertificate } from "#pki/certificate-reader.ts";
import { hasSigned, verifyChain } from "#pki/chain.ts";
import { keyIdentifierOf } from "#pki/extensions.ts";
import { encodePrivateKey, generateKey, privateKeyFromPem, publicKeyOf } from "#pki/key.ts";
import { issuingCaTemplate, issuingWith, noUrls, rootTemplate } from "#pki/local-ca.ts";
import { nameFromText, nameToText } from "#pki/name-text.ts";
import { parsePemOf } from "#pki/pem.ts";
import { newSerialNumber, serialNumberOctets } from "#pki/serial-number.ts";
import { softwareSigner } from "#pki/signer.ts";
import { keyPlace } from "./authority.ts";
import type { NewAuthority } from "./authority-queries.ts";

interface Tools {
  readonly now: Instant;
  readonly random: Random;
  readonly vault: Vault;
}

export type Made = Omit<NewAuthority, "issuerPk" | "parentPk" | "issuing">;

const rootLifetime = days(3_653);
const issuingLifetime = days(1_826);
/** Clocks of relying parties differ: a certificate of this second would not be valid yet for some. */
const backdate = -3_600_000;

/** A root and an issuing CA below it, both P-256; the keys exist only sealed when this returns. */
export async function makeHierarchy(
  name: string,
  tools: Tools,
): Promise<{ root: Made; issuing: Made }> {
  const { now, random } = tools;
  const [rootKey, issuingKey] = await Promise.all([
    generateKey("ECDSA-P256"),
    generateKey("ECDSA-P256"),
  ]);
  const rootSigner = softwareSigner(rootKey);
  const notBefore = later(now, backdate);
  const rootDer = await signCertificate(
    rootTemplate({
      name: nameFromText(`CN=${name} Root CA`),
      publicKey: rootSigner.publicKey,
      serialNumber: newSerialNumber(random),
      validity: { notBefore, notAfter: later(now, rootLifetime) },
      pathLen: undefined,
    }),
    rootSigner,
  );
  const issuingDer = await signCertificate(
    issuingCaTemplate(
      {
        name: nameFromText(`CN=${name} Issuing CA 1`),
        publicKey: softwareSigner(issuingKey).publicKey,
        serialNumber: newSerialNumber(random),
        validity: { notBefore, notAfter: later(now, issuingLifetime) },
        pathLen: 0,
      },
      issuingWith(parseCertificate(rootDer), noUrls),
    ),
    rootSigner,
  );
  return {
    root: madeOf(rootDer, encodePrivateKey(rootKey), tools),
    issuing: madeOf(issuingDer, encodePrivateKey(issuingKey), tools),
  };
}

function madeOf(der: Uint8Array, pkcs8: Uint8Array | null, tools: Tools): Made {
  const id = newId("ca", tools.now, tools.random);
  const parsed = parseCertificate(der);
  const sealedKey = pkcs8 && tools.vault.seal(keyPlace(id), pkcs8);
  pkcs8?.fill(0);
  return {
    id,
    name: nameToText(parsed.subject),
    certificate: der,
    sealedKey,
    serialNumber: serialNumberOctets(parsed.serialNumber),
    fingerprint: Buffer.from(parsed.fingerprint, "hex"),
    subjectKeyId: parsed.subjectKeyIdentifier ?? keyIdentifierOf(parsed.key),
    notBefore: parsed.notBefore,
    notAfter: parsed.notAfter,
  };
}

/** The operator's CA (`CERTCTL_CA_CERT_PATH`, `CERTCTL_CA_KEY_PATH`). */
export interface CaFiles {
  readonly certificatePem: string;
  readonly keyPem: string;
}

interface Subordinate {
  readonly certificate: ParsedCertificate;
  /** What stands above it in the file. */
  readonly above: readonly ParsedCertificate[];
  readonly key: KeyObject;
}

/** Reads the files and writes nothing. Throws `invalid-input` when they are no usable CA. */
export function parseSubordinate({ certificatePem, keyPem }: CaFiles, now: Instant): Subordinate {
  const [first, ...rest] = parsePemOf("CERTIFICATE", certificatePem).map((der) =>
    parseCertificate(der),
  );
  if (!first) throw refused("holds no certificate");
  refuseUnfit(first, now);
  const key = privateKeyFromPem(keyPem);
  if (Buffer.compare(publicKeyOf(key).spki, first.publicKey) !== 0) {
    throw new Problem(
      "invalid-input",
      "CERTCTL_CA_KEY_PATH: the key does not belong to the certificate",
    );
  }
  const above: ParsedCertificate[] = [];
  let child = first;
  for (const candidate of rest) {
    if (!hasSigned(candidate, child)) break;
    above.push(candidate);
    child = candidate;
  }
  const anchor = above.at(-1);
  if (anchor) refuseBrokenChain(first, above, anchor, now);
  return { certificate: first, above, key };
}

/** Every certificate it issued would be as invalid as the CA itself. */
function refuseBrokenChain(
  leaf: ParsedCertificate,
  intermediates: readonly ParsedCertificate[],
  anchor: ParsedCertificate,
  at: Instant,
): void {
  const verdict = verifyChain({ leaf, intermediates, anchors: [anchor], at });
  if (!verdict.valid) throw refused(`is no valid chain: ${verdict.reason}`);
}

export function loadSubordinate(
  files: CaFiles,
  tools: Tools,
): { authority: Made; above: readonly Made[] } {
  const { certificate, above, key } = parseSubordinate(files, tools.now);
  return {
    authority: madeOf(certificate.der, encodePrivateKey(key), tools),
    above: above.map((it) => madeOf(it.der, null, tools)),
  };
}

const refused = (why: string) => new Problem("invalid-input", `CERTCTL_CA_CERT_PATH: ${why}`);

function refuseUnfit(it: ParsedCertificate, now: Instant): void {
  if (it.basicConstraints?.ca !== true)
    throw refused("is not a CA certificate (basicConstraints CA:TRUE)");
  if (!it.keyUsage?.includes("keyCertSign"))
    throw refused("may not sign certificates (keyUsage keyCertSign)");
  if (it.notAfter <= now) throw refused("has expired");
  if (it.notBefore > now) throw refused("is not valid yet");
}
