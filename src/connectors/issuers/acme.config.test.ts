import { describe, expect, test } from "bun:test";
import { Problem } from "#base/problem.ts";
import { acmeKind } from "./acme.config.ts";
import { findIssuerKind } from "./index.ts";
import { parseIssuerConfig } from "./issuer.ts";

const url = "https://ca.example.com/directory";
const local = "https://localhost:14000/dir";

function complaintOf(config: Readonly<Record<string, unknown>>): string {
  try {
    parseIssuerConfig(acmeKind, config);
  } catch (error) {
    if (error instanceof Problem) return error.detail;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("the configuration of an ACME issuer", () => {
  test.each([
    { name: "a directory alone", config: { directory_url: url } },
    { name: "an e-mail address", config: { directory_url: url, email: "pki@example.com" } },
    {
      name: "an external account",
      config: { directory_url: url, eab_kid: "kid-1", eab_hmac: "zWNDZM6eQGHWpSRTPal5eIUY" },
    },
    { name: "insecure on this machine", config: { directory_url: local, insecure: true } },
    { name: "insecure at [::1]", config: { directory_url: "https://[::1]:1/d", insecure: true } },
    {
      name: "http-01 and its port",
      config: { directory_url: url, challenge_type: "http-01", http_port: 80 },
    },
  ])("takes $name", ({ config }) => {
    expect(parseIssuerConfig(acmeKind, config)).toMatchObject(config);
  });

  test.each([
    { name: "no directory", config: {}, says: "config.directory_url: must be an https URL" },
    {
      name: "http",
      config: { directory_url: "http://ca.example/d" },
      says: "must be an https URL",
    },
    {
      name: "no URL",
      config: { directory_url: "ca", insecure: true },
      says: "must be an https URL",
    },
    {
      name: "dns-01",
      config: { directory_url: url, challenge_type: "dns-01" },
      says: "config.challenge_type: dns-01 comes later; http-01 is what works now",
    },
    {
      name: "dns-persist-01",
      config: { directory_url: url, challenge_type: "dns-persist-01" },
      says: "dns-persist-01 comes later",
    },
    {
      name: "tls-alpn-01",
      config: { directory_url: url, challenge_type: "tls-alpn-01" },
      says: "config.challenge_type: must be http-01",
    },
    {
      name: "a script of dns-01",
      config: { directory_url: url, dns_present_script: "/x" },
      says: "dns_present_script belongs to dns-01, which comes later",
    },
    {
      name: "an unknown key",
      config: { directory_url: url, directory: "x" },
      says: "directory is not a setting of ACME",
    },
    {
      name: "half an external account",
      config: { directory_url: url, eab_kid: "k" },
      says: "config.eab_hmac: eab_kid and eab_hmac are given together or not at all",
    },
    {
      name: "an HMAC key that is not base64url",
      config: { directory_url: url, eab_kid: "k", eab_hmac: "not base64url, is it?" },
      says: "config.eab_hmac: must be base64url",
    },
    {
      name: "insecure elsewhere",
      config: { directory_url: url, insecure: true },
      says: "config.insecure: is only for a server on this machine",
    },
    {
      name: "a bundle that is none",
      config: { directory_url: url, ca_bundle: "garbage" },
      says: "config.ca_bundle: must be PEM certificates",
    },
    {
      name: "a bundle of something else in PEM",
      config: {
        directory_url: url,
        ca_bundle: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      },
      says: "config.ca_bundle: must be PEM certificates",
    },
  ])("refuses $name", ({ config, says }) => {
    expect(complaintOf(config)).toContain(says);
  });

  test("is found by the seeds' names", () => {
    expect([findIssuerKind("ACME")?.kind, findIssuerKind("acme")?.kind]).toEqual(["ACME", "ACME"]);
  });
});
