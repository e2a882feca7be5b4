/** Profiles: what a certificate may be. Enforced on every edge before a CA key is touched. */
import { z } from "zod";
import { days, Timestamp } from "#base/time.ts";

export const extendedKeyUsages = [
  "serverAuth",
  "clientAuth",
  "codeSigning",
  "emailProtection",
  "timeStamping",
] as const;

export const AllowedKey = z.strictObject({
  algorithm: z.enum(["ECDSA", "RSA", "Ed25519"]),
  minSize: z.int().min(0).max(16_384).default(0),
});
export type AllowedKey = z.output<typeof AllowedKey>;

const defaultKeys: AllowedKey[] = [
  { algorithm: "ECDSA", minSize: 256 },
  { algorithm: "RSA", minSize: 2_048 },
  { algorithm: "Ed25519", minSize: 0 },
];

/** What a profile rules; kept as one JSON value, so that later rules need no column. */
export const ProfileRules = z.strictObject({
  allowedKeyAlgorithms: z
    .array(AllowedKey)
    .min(1)
    .default(defaultKeys)
    .meta({ title: "Allowed keys", widget: "json" }),
  maxTtlSeconds: z
    .int()
    .min(0)
    .max(days(3_660) / 1_000)
    .default(0)
    .meta({ title: "Longest validity", description: "0: the issuer's", unit: "seconds" }),
  allowedEkus: z
    .array(z.enum(extendedKeyUsages))
    .min(1)
    .default(["serverAuth"])
    .meta({ title: "Extended key usages" }),
  mustStaple: z.boolean().default(false).meta({ title: "Must-staple (RFC 7633)" }),
  commonNameInSans: z
    .boolean()
    .default(true)
    .meta({ title: "The common name must be one of the subjectAltNames" }),
  allowShortLived: z
    .boolean()
    .default(false)
    .meta({ title: "Lifetimes under one hour are allowed" }),
  requiresApproval: z.boolean().default(false).meta({ title: "Issuing needs approval" }),
});
export type ProfileRules = z.output<typeof ProfileRules>;

export const ProfileFields = z.strictObject({
  name: z.string().trim().min(1).max(255).meta({ title: "Name" }),
  description: z.string().max(2_000).default("").meta({ title: "Description", widget: "text" }),
  enabled: z.boolean().default(true).meta({ title: "Enabled" }),
  ...ProfileRules.shape,
});
export type ProfileFields = z.output<typeof ProfileFields>;

export const ProfileView = z.object({
  id: z.string(),
  ...ProfileFields.shape,
  createdAt: Timestamp,
  updatedAt: Timestamp,
  revision: z.int(),
});
export type ProfileView = z.output<typeof ProfileView>;

/** What holds without a profile. */
export const noProfile: ProfileRules = {
  ...ProfileRules.parse({}),
  allowedEkus: ["serverAuth", "clientAuth"],
};
