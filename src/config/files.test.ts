/** What a start, and `serve --check`, say of the files that settings name. */
import { describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, loadConfig } from "../config.ts";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const files: Readonly<Record<string, string>> = {
  "cert.pem": readFileSync(join(import.meta.dir, "../../test/vectors/isrg-root-x1.pem"), "utf8"),
  "other.key": privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  "text.pem": "hello\n",
};

function readFile(path: string): string | undefined {
  if (path === "closed.key") throw Object.assign(new Error("closed"), { code: "EACCES" });
  return files[path];
}

function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    loadConfig({ env, readFile });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split("\n");
  }
}

describe.each(["SERVER_TLS", "CA"])("a file of %s", (kind) => {
  test.each([
    { cert: "none.pem", key: "other.key", at: "CERT", rule: "file; there is no none.pem" },
    { cert: "text.pem", key: "other.key", at: "CERT", rule: "certificate in PEM; text.pem: the" },
    { cert: "other.key", key: "other.key", at: "CERT", rule: "text holds no certificate" },
    { cert: "cert.pem", key: "none.key", at: "KEY", rule: "file; there is no none.key" },
    { cert: "cert.pem", key: "cert.pem", at: "KEY", rule: "text holds no private key" },
    { cert: "cert.pem", key: "other.key", at: "KEY", rule: "key of the certificate" },
    { cert: "cert.pem", key: "closed.key", at: "KEY", rule: "cannot be read (EACCES)" },
  ])("$cert with $key breaks the rule of its key: $rule", ({ cert, key, at, rule }) => {
    const found = problemsOf({
      [`CERTCTL_${kind}_CERT_PATH`]: cert,
      [`CERTCTL_${kind}_KEY_PATH`]: key,
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toStartWith(`CERTCTL_${kind}_${at}_PATH (environment): must `);
    expect(found[0]).toContain(rule);
  });
});

test("files that are missing are named all at once", () => {
  const env = { CERTCTL_CA_CERT_PATH: "a.pem", CERTCTL_CA_KEY_PATH: "b.pem" };
  expect(problemsOf(env)).toHaveLength(2);
});

test("a file or credential that cannot be read is named with the reason", () => {
  const readFile = (path: string) => {
    throw Object.assign(new Error(path), { code: "EACCES" });
  };
  const env = { CERTCTL_CONFIG_FILE: "/etc/c.toml", CREDENTIALS_DIRECTORY: "/run/c" };
  expect(() => loadConfig({ env, readFile })).toThrow(
    /^CERTCTL_CONFIG_FILE \(environment\): must name a file; \/etc\/c.toml cannot be read \(EACCES\)$/m,
  );
  expect(() => loadConfig({ env, readFile })).toThrow(
    /^CERTCTL_DATABASE_URL \(credential CERTCTL_DATABASE_URL\): must be readable; .* \(EACCES\)$/m,
  );
});
