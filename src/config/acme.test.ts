/** The settings of the ACME issuer: what they amount to, and whose fault a wrong one is. */
import { expect, test } from "bun:test";
import { ConfigError, loadConfig } from "../config.ts";
import { acmeConfigOf } from "./acme.ts";

const url = "https://acme-staging-v02.api.letsencrypt.org/directory";
const load = (env: Readonly<Record<string, string>>) =>
  loadConfig({
    env: Object.fromEntries(Object.entries(env).map(([key, it]) => [`CERTCTL_ACME_${key}`, it])),
    readFile: () => undefined,
  }).config;

test("without a directory there is no issuer", () => {
  expect(acmeConfigOf(load({}))).toBeUndefined();
  expect(acmeConfigOf(load({ CHALLENGE_TYPE: "http-01", INSECURE: "false" }))).toBeUndefined();
});

test("what is set is handed on, and nothing else", () => {
  expect(acmeConfigOf(load({ DIRECTORY_URL: url }))).toEqual({ directory_url: url });
  const eab = { EAB_KID: "kid", EAB_HMAC: "c2VjcmV0LXNlY3JldC0x" };
  const all = { DIRECTORY_URL: url, EMAIL: "a@b.test", PROFILE: "shortlived", ...eab };
  expect(acmeConfigOf(load({ ...all, CHALLENGE_TYPE: "http-01" }))).toEqual({
    directory_url: url,
    email: "a@b.test",
    challenge_type: "http-01",
    eab_kid: "kid",
    eab_hmac: "c2VjcmV0LXNlY3JldC0x",
    profile: "shortlived",
  });
});

test.each([
  {
    env: { DIRECTORY_URL: "http://ca.test/dir" },
    at: "DIRECTORY_URL",
    says: "must be an https URL",
  },
  { env: { DIRECTORY_URL: url, EMAIL: "nobody" }, at: "EMAIL", says: "must be an e-mail address" },
  {
    env: { DIRECTORY_URL: url, CHALLENGE_TYPE: "dns-01" },
    at: "CHALLENGE_TYPE",
    says: "comes later",
  },
  { env: { DIRECTORY_URL: url, EAB_KID: "kid" }, at: "EAB_HMAC", says: "given together" },
  {
    env: { DIRECTORY_URL: url, INSECURE: "true" },
    at: "INSECURE",
    says: "only for a server on this",
  },
  { env: { EMAIL: "a@b.test" }, at: "DIRECTORY_URL", says: "must be set" },
])("$env breaks a rule of $at", ({ env, at, says }) => {
  const work = () => load(env as Readonly<Record<string, string>>);
  expect(work).toThrow(ConfigError);
  expect(work).toThrow(new RegExp(`^CERTCTL_ACME_${at} \\(\\w+\\): .*${says}[^\n]*$`));
});
