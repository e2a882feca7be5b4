/** The files that settings name: there, readable, PEM of the right kind, and the key that of the certificate. */
import { X509Certificate } from "node:crypto";
import { readNamed } from "#base/named-file.ts";
import { Problem } from "#base/problem.ts";
import { privateKeyFromPem } from "#pki/key.ts";
import { encodePem, parsePem } from "#pki/pem.ts";
import type { Broken } from "./rules.ts";
import type { Inputs } from "./sources.ts";
import type { Config } from "./table.ts";

type ReadFile = Inputs["readFile"];

/** Reads no meaning beyond that: whether a certificate is a CA is for whoever uses it. */
export function brokenFiles(config: Config, readFile: ReadFile): readonly Broken[] {
  const { serverTlsCertPath, serverTlsKeyPath, caCertPath, caKeyPath } = config;
  return [
    ...pair(
      readFile,
      { key: "CERTCTL_SERVER_TLS_CERT_PATH", path: serverTlsCertPath },
      { key: "CERTCTL_SERVER_TLS_KEY_PATH", path: serverTlsKeyPath },
    ),
    ...pair(
      readFile,
      { key: "CERTCTL_CA_CERT_PATH", path: caCertPath },
      { key: "CERTCTL_CA_KEY_PATH", path: caKeyPath },
    ),
  ];
}

interface Named {
  readonly key: string;
  readonly path: string | undefined;
}

function pair(readFile: ReadFile, certificate: Named, key: Named): readonly Broken[] {
  const first = open(readFile, certificate, "certificate", certificateFromPem);
  const second = open(readFile, key, "private key", privateKeyFromPem);
  if ("broken" in first || "broken" in second) {
    return [first, second].flatMap((it) => ("broken" in it ? it.broken : []));
  }
  if (first.value.checkPrivateKey(second.value)) return [];
  const rule = `must be the key of the certificate in ${certificate.key}, not that of another`;
  return [{ key: key.key, rule }];
}

type Opened<T> = { readonly value: T } | { readonly broken: readonly Broken[] };

function open<T>(
  readFile: ReadFile,
  { key, path }: Named,
  what: string,
  parse: (text: string) => T,
): Opened<T> {
  if (path === undefined) return { broken: [] };
  const file = readNamed(readFile, path);
  if ("why" in file) return { broken: [{ key, rule: `must name a file; ${file.why}` }] };
  try {
    return { value: parse(file.text) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { broken: [{ key, rule: `must name a ${what} in PEM; ${path}: ${error.detail}` }] };
  }
}

/** The first certificate; others are its chain. */
function certificateFromPem(text: string): X509Certificate {
  const block = parsePem(text).find(({ label }) => label === "CERTIFICATE");
  if (!block) throw new Problem("invalid-input", "the PEM text holds no certificate");
  try {
    return new X509Certificate(encodePem("CERTIFICATE", block.der));
  } catch (cause) {
    throw new Problem("invalid-input", "the first certificate is malformed", { cause });
  }
}
