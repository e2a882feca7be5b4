/** Issuers as they are configured: schemas, and the split of a configuration into what is shown and what is sealed. */
import { z } from "zod";
import { Id } from "#base/id.ts";
import { shapeOf } from "#base/schema.ts";
import { Timestamp } from "#base/time.ts";
import { findIssuerKind, issuerKinds } from "#connectors/issuers/index.ts";
import type { IssuerKind } from "#connectors/issuers/issuer.ts";

/** Configuration keys are the seeds' snake_case and differ by type; secrets are write-only. */
export const Config = z.record(z.string().max(100), z.unknown());
export type Config = z.output<typeof Config>;

export const IssuerFields = z.strictObject({
  name: z.string().trim().min(1).max(255).meta({ title: "Name" }),
  type: z
    .string()
    .refine((it) => findIssuerKind(it) !== undefined, {
      error: `must be one of ${issuerKinds.map((it) => it.kind).join(", ")}`,
    })
    .meta({ title: "Type", options: issuerKinds.map((it) => it.kind) }),
  config: Config.default({}).meta({
    title: "Configuration",
    description: "A secret that is already set may be left out",
    widget: "json",
  }),
  enabled: z.boolean().default(true).meta({ title: "Enabled" }),
});
export type IssuerFields = z.output<typeof IssuerFields>;

export const IssuerView = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  config: Config,
  secretsSet: z.array(z.string()).meta({ title: "Secrets that are set" }),
  enabled: z.boolean(),
  source: z.string(),
  testStatus: z.enum(["untested", "success", "failed"]),
  testMessage: z.string().nullable(),
  lastTestedAt: Timestamp.nullable(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  revision: z.int(),
});
export type IssuerView = z.output<typeof IssuerView>;

export const AuthorityView = z.object({
  id: z.string(),
  issuerId: Id,
  parentId: z.string().nullable(),
  name: z.string(),
  state: z.string(),
  issuing: z.boolean(),
  serialNumber: z.string(),
  fingerprint: z.string().meta({ title: "SHA-256 fingerprint" }),
  notBefore: Timestamp,
  notAfter: Timestamp,
  certificatePem: z.string(),
});
export type AuthorityView = z.output<typeof AuthorityView>;

/** The keys of a kind's configuration that are secrets. */
export function secretKeys(kind: IssuerKind): readonly string[] {
  return Object.entries(shapeOf(kind.config)).flatMap(([key, schema]) =>
    schema instanceof z.ZodType && schema.meta()?.["secret"] === true ? [key] : [],
  );
}

/** A configuration in two parts: `shown` may be read, `secrets` is sealed. */
export function splitConfig(
  kind: IssuerKind,
  config: Config,
): { readonly shown: Config; readonly secrets: Config } {
  const secret = new Set(secretKeys(kind));
  const entries = Object.entries(config);
  return {
    shown: Object.fromEntries(entries.filter(([key]) => !secret.has(key))),
    secrets: Object.fromEntries(entries.filter(([key]) => secret.has(key))),
  };
}
