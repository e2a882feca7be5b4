/** `serve --check` says of the operator's CA what a start says, in the same words, and writes nothing. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { days, instant } from "#base/time.ts";
import { privateKeyToPem } from "#pki/key.ts";
import { encodePem } from "#pki/pem.ts";
import { validityFrom } from "#pki/validity.ts";
import { makeAuthority } from "#test/pki/authority.ts";

const root = join(import.meta.dir, "../..");
const directory = mkdtempSync(join(tmpdir(), "certctl-check-"));
afterAll(() => rmSync(directory, { recursive: true }));

function run(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const done = Bun.spawnSync([...command], {
    cwd: directory,
    env: { PATH: process.env["PATH"] ?? "", ...env },
  });
  return { status: done.exitCode, out: done.stdout.toString(), err: done.stderr.toString() };
}

const newKey = (name: string) =>
  run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name]);

function newCertificate(name: string, extensions: readonly string[]): void {
  const subject = ["-subj", "/CN=Operator", "-key", "ca.key", "-days", "30", "-out", name];
  const added = extensions.flatMap((it) => ["-addext", it]);
  // The usual configuration would add CA:TRUE by itself.
  const bare = ["-config", "/dev/null"];
  const done = run(["openssl", "req", "-x509", "-new", ...bare, ...subject, ...added]);
  if (done.status !== 0) throw new Error(done.err);
}

/** A CA with `ca.key` below a root that says this of its key. */
function newChain(name: string, rootUsage: string): void {
  const ca = ["-addext", "basicConstraints=critical,CA:TRUE"];
  const of = (key: string, cn: string) => ["-key", key, "-subj", `/CN=${cn}`, "-out", `${cn}.pem`];
  const req = ["openssl", "req", "-config", "/dev/null", "-new"];
  for (const made of [
    run([...req, "-x509", ...of("root.key", "root"), ...ca, "-addext", rootUsage]),
    run([...req, ...of("ca.key", "sub"), ...ca, "-addext", "keyUsage=critical,keyCertSign"]),
    run([
      ...["openssl", "x509", "-req", "-in", "sub.pem", "-CA", "root.pem", "-CAkey", "root.key"],
      ...["-copy_extensions", "copy", "-out", name],
    ]),
  ]) {
    if (made.status !== 0) throw new Error(made.err);
  }
  const file = join(directory, name);
  writeFileSync(
    file,
    readFileSync(file, "utf8") + readFileSync(join(directory, "root.pem"), "utf8"),
  );
}

const certctl = (args: readonly string[], certificate: string, key: string) =>
  run([process.execPath, join(root, "src/main.ts"), ...args], {
    CERTCTL_DATA_DIR: join(directory, args.includes("--check") ? "checked" : "started"),
    CERTCTL_CA_CERT_PATH: certificate,
    CERTCTL_CA_KEY_PATH: key,
  });

describe("serve --check", () => {
  newKey("ca.key");
  newKey("other.key");
  const ca = "basicConstraints=critical,CA:TRUE";
  const signing = "keyUsage=critical,keyCertSign";
  newCertificate("ca.pem", [ca, signing]);
  newCertificate("leaf.pem", ["basicConstraints=critical,CA:FALSE"]);
  newCertificate("crl.pem", [ca, "keyUsage=critical,cRLSign"]);
  newKey("root.key");
  newChain("chain.pem", signing);
  newChain("broken.pem", "keyUsage=critical,cRLSign");
  beforeAll(async () => {
    const validity = validityFrom(instant(Date.UTC(2020, 0)), days(1));
    const { certificate, privateKey } = await makeAuthority({ validity });
    writeFileSync(join(directory, "old.pem"), encodePem("CERTIFICATE", certificate.der));
    writeFileSync(join(directory, "old.key"), privateKeyToPem(privateKey));
  });

  test.each([
    { certificate: "leaf.pem", key: "ca.key", status: 1, says: "is not a CA certificate" },
    { certificate: "crl.pem", key: "ca.key", status: 1, says: "may not sign certificates" },
    { certificate: "broken.pem", key: "ca.key", status: 1, says: "is no valid chain" },
    { certificate: "old.pem", key: "old.key", status: 1, says: "has expired" },
    { certificate: "ca.pem", key: "other.key", status: 2, says: "must be the key of the" },
  ])(
    "refuses $certificate with $key as a start does",
    ({ certificate, key, status, says }) => {
      const checked = certctl(["serve", "--check"], certificate, key);
      expect(checked).toEqual({ status, out: "", err: expect.stringContaining(says) });
      expect(checked).toEqual(certctl(["serve"], certificate, key));
      expect(existsSync(join(directory, "checked"))).toBe(false);
    },
    30_000,
  );

  test.each(["ca.pem", "chain.pem"])(
    "accepts %s and writes nothing",
    (certificate) => {
      const { status, out } = certctl(["serve", "--check"], certificate, "ca.key");
      expect({ status, out }).toEqual({ status: 0, out: "the configuration is valid\n" });
      expect(existsSync(join(directory, "checked"))).toBe(false);
    },
    30_000,
  );
});
