/** Test certificates with keys, made by openssl: an authority and leaves below it. */
import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Pair {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** The issuing authority's certificate; empty for a self-signed one. */
  readonly chainPem: string;
  /** SHA-256 of the leaf in lower-case hex. */
  readonly fingerprint: string;
}

/** A leaf for DNS names and addresses below an authority of its own; a weak one has a key no TLS server accepts. */
export function makePair(names: readonly string[], options: { weak?: boolean } = {}): Pair {
  const directory = mkdtempSync(join(tmpdir(), "certctl-pair-"));
  try {
    const at = (name: string) => join(directory, name);
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    openssl([
      ...["req", "-x509", ...curve, "-subj", "/CN=Test authority", "-days", "100"],
      ...["-keyout", at("ca.key"), "-out", at("ca.pem")],
      ...["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
    ]);
    const leaf = options.weak === true ? ["-newkey", "rsa:512", "-nodes"] : curve;
    openssl([
      ...["req", "-new", ...leaf, "-subj", `/CN=${names[0]}`],
      ...["-keyout", at("leaf.key"), "-out", at("leaf.csr")],
    ]);
    const alternatives = names.map((it) => (/^[\d.]+$|:/.test(it) ? `IP:${it}` : `DNS:${it}`));
    writeFileSync(at("leaf.ext"), `subjectAltName=${alternatives.join(",")}\n`);
    openssl([
      ...["x509", "-req", "-in", at("leaf.csr"), "-CA", at("ca.pem"), "-CAkey", at("ca.key")],
      ...["-days", "30", "-extfile", at("leaf.ext"), "-out", at("leaf.pem")],
    ]);
    const text = (name: string) => readFileSync(at(name), "utf8");
    const certificatePem = text("leaf.pem");
    return {
      certificatePem,
      chainPem: text("ca.pem"),
      privateKeyPem: text("leaf.key"),
      fingerprint: createHash("sha256")
        .update(new X509Certificate(certificatePem).raw)
        .digest("hex"),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export function openssl(args: readonly string[], input?: string): string {
  return execFileSync("openssl", [...args], {
    encoding: "utf8",
    input: input ?? "",
    stdio: ["pipe", "pipe", "pipe"],
  });
}
