/**
 * The configuration of an ACME issuer (RFC 8555), with the seeds' keys. It refuses challenges other than http-01, keys
 * of dns-01 by name, an external account binding of which one half is missing, and `insecure` beyond this machine.
 */
import { z } from "zod";
import { isLoopback } from "#base/loopback.ts";
import { Problem } from "#base/problem.ts";
import { parseForeignCertificate } from "#pki/certificate-reader.ts";
import { parsePemOf } from "#pki/pem.ts";
import type { IssuerKind } from "./issuer.ts";

/** Keys of the seeds that have no effect here, and what to say of them. */
const absent: Readonly<Record<string, string>> = {
  dns_present_script: "belongs to dns-01, which comes later: http-01 is what works now",
  dns_cleanup_script: "belongs to dns-01, which comes later: http-01 is what works now",
  dns_propagation_wait: "belongs to dns-01, which comes later: http-01 is what works now",
  dns_persist_issuer_domain: "belongs to dns-persist-01, which comes later",
  ari_enabled: "is not needed: renewal information (RFC 9773) is not read yet",
  ari_http_timeout_seconds: "is not needed: renewal information (RFC 9773) is not read yet",
};

const unknownKeys = (keys: readonly string[]): string =>
  keys.map((key) => `${key} ${absent[key] ?? "is not a setting of ACME"}`).join("; ");

const shape = {
  directory_url: z
    .url({ protocol: /^https$/, error: "must be an https URL, such as https://ca.example/dir" })
    .max(2_048)
    .meta({
      title: "Directory URL",
      description: "Ordering from a CA agrees to its terms of service",
      examples: ["https://acme-v02.api.letsencrypt.org/directory"],
    }),
  email: z
    .email("must be an e-mail address")
    .max(254)
    .optional()
    .meta({ title: "Contact e-mail", description: "Where the CA writes to" }),
  challenge_type: z
    .enum(["http-01"], {
      error: ({ input }) =>
        /^dns-/.test(String(input))
          ? `${String(input)} comes later; http-01 is what works now`
          : "must be http-01",
    })
    .default("http-01")
    .meta({ title: "Challenge" }),
  eab_kid: z
    .string()
    .min(1)
    .max(1_024)
    .optional()
    .meta({ title: "External account: key id", description: "Where the CA gave you one" }),
  eab_hmac: z
    .string()
    .max(1_024)
    .regex(/^[A-Za-z0-9_-]{16,}={0,2}$/, "must be base64url, at least 16 characters")
    .optional()
    .meta({ title: "External account: HMAC key", secret: true }),
  profile: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({ title: "CA profile", examples: ["tlsserver", "shortlived"] }),
  http_port: z.int().min(1).max(65_535).optional().meta({
    title: "Port of http-01",
    description:
      "For information: the CA asks at port 80; send it on to the plain HTTP door, which answers below /.well-known/acme-challenge/",
  }),
  ca_bundle: z
    .string()
    .max(262_144)
    .refine(isBundle, { error: "must be PEM certificates" })
    .optional()
    .meta({
      title: "CAs of the ACME server (PEM)",
      description: "Instead of the public ones, for a CA of your own",
      widget: "textarea",
    }),
  insecure: z.boolean().default(false).meta({
    title: "Do not verify the server",
    description: "Only for a server on this machine",
  }),
};

export const acmeKind = {
  kind: "ACME",
  aliases: ["acme"],
  title: "ACME",
  signs: false,
  concurrency: 5,
  config: z
    .strictObject(shape, {
      error: (issue) =>
        issue.code === "unrecognized_keys" ? unknownKeys(issue.keys ?? []) : undefined,
    })
    .refine((it) => (it.eab_kid === undefined) === (it.eab_hmac === undefined), {
      error: "eab_kid and eab_hmac are given together or not at all",
      path: ["eab_hmac"],
    })
    .refine((it) => !it.insecure || isLoopback(URL.parse(it.directory_url)?.hostname ?? ""), {
      error: "is only for a server on this machine; give the server's CA as ca_bundle",
      path: ["insecure"],
    }),
} as const satisfies IssuerKind;

export type AcmeConfig = z.output<typeof acmeKind.config>;

function isBundle(text: string): boolean {
  try {
    for (const der of parsePemOf("CERTIFICATE", text)) parseForeignCertificate(der);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
