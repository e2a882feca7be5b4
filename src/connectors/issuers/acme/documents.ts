/** What an ACME server says (RFC 8555 section 7.1): only the members that are read, each checked before it is believed. */
import { z } from "zod";

/** A place the server names. Nothing is ever sent in the clear. */
const Place = z.url({ protocol: /^https$/ }).max(2_048);

/** RFC 8555 section 7.1.1; profiles: draft-ietf-acme-profiles. */
export const Directory = z.object({
  newNonce: Place,
  newAccount: Place,
  newOrder: Place,
  meta: z
    .object({
      termsOfService: z.string().optional(),
      externalAccountRequired: z.boolean().optional(),
      profiles: z.record(z.string(), z.unknown()).optional(),
    })
    .default({}),
});
export type Directory = z.output<typeof Directory>;

/** RFC 7807 as RFC 8555 section 6.7 uses it. */
export const ProblemDocument = z.object({
  type: z.string().default("about:blank"),
  detail: z.string().default(""),
  subproblems: z
    .array(
      z.object({
        type: z.string().default("about:blank"),
        detail: z.string().default(""),
        identifier: z.object({ value: z.string() }).optional(),
      }),
    )
    .default([]),
});
export type ProblemDocument = z.output<typeof ProblemDocument>;

export const Identifier = z.object({ type: z.string(), value: z.string() });

export const Order = z.object({
  status: z.enum(["pending", "ready", "processing", "valid", "invalid"]),
  authorizations: z.array(Place),
  finalize: Place,
  certificate: Place.optional(),
  error: ProblemDocument.optional(),
});
export type Order = z.output<typeof Order>;

export const Challenge = z.object({
  type: z.string(),
  url: Place,
  status: z.enum(["pending", "processing", "valid", "invalid"]),
  /** base64url (RFC 8555 section 8.3); it becomes part of a path. */
  token: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,256}$/)
    .optional(),
  error: ProblemDocument.optional(),
});
export type Challenge = z.output<typeof Challenge>;

export const Authorization = z.object({
  identifier: Identifier,
  status: z.enum(["pending", "valid", "invalid", "deactivated", "expired", "revoked"]),
  challenges: z.array(Challenge),
});
export type Authorization = z.output<typeof Authorization>;
