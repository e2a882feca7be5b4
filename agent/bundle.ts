/** Checks what is to be deployed before a file is touched: one readable leaf, its own key, a readable chain. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { ConnectorFailure } from "#connectors/failure.ts";
import type { Endpoint } from "#connectors/host.ts";
import type { Bundle } from "#connectors/targets/target.ts";
import { sha256 } from "./files.ts";

export interface Leaf {
  readonly certificate: X509Certificate;
  readonly fingerprint: string;
}

export function checkBundle(bundle: Bundle): Leaf {
  const leaf = readLeaf(bundle.certificatePem);
  readCertificates(bundle.chainPem, "the chain");
  if (!leaf.certificate.checkPrivateKey(readKey(bundle))) {
    throw refused("the private key does not belong to the certificate");
  }
  return leaf;
}

export function readLeaf(certificatePem: string): Leaf {
  const [certificate, ...more] = readCertificates(certificatePem, "the certificate");
  if (certificate === undefined || more.length > 0) {
    throw refused("the certificate must be exactly one PEM block");
  }
  return { certificate, fingerprint: sha256(certificate.raw) };
}

/** The fingerprint of the first certificate in a text, if there is one. */
export function leafIn(text: string): string | undefined {
  const [block] = blocksIn(text);
  if (block === undefined) return undefined;
  try {
    return sha256(new X509Certificate(block).raw);
  } catch {
    // What an operator left in the file need not be a certificate; then nothing is known about the old leaf.
    return undefined;
  }
}

/** The name to ask for: a name the certificate covers, so that a server with many sites shows the right one. */
export function serverNameFor(endpoint: Endpoint, leaf: X509Certificate): string | undefined {
  if (endpoint.serverName !== undefined) return endpoint.serverName;
  if (isIP(endpoint.host) === 0 && leaf.checkHost(endpoint.host) !== undefined)
    return endpoint.host;
  const names = [...(leaf.subjectAltName ?? "").matchAll(/DNS:([^,\s"]+)/g)].map(
    (it) => it[1] ?? "",
  );
  return names.find((name) => !name.startsWith("*")) ?? names[0]?.replace("*", "certctl");
}

function blocksIn(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

function readCertificates(text: string, what: string): readonly X509Certificate[] {
  return blocksIn(text).map((block) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw refused(`${what} is not readable`, cause);
    }
  });
}

function readKey(bundle: Bundle): KeyObject {
  try {
    return createPrivateKey(bundle.privateKeyPem.reveal());
  } catch (cause) {
    throw refused("the private key is not readable", cause);
  }
}

function refused(detail: string, cause?: unknown): ConnectorFailure {
  return new ConnectorFailure(detail, { stage: "stage", retryable: false, cause });
}
