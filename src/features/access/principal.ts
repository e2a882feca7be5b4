/** Users, API keys and their roles: schemas and pure rules. Passwords are argon2id, tokens are random and kept as SHA-256. */
import { hash } from "node:crypto";
import { z } from "zod";
import { Id } from "#base/id.ts";
import { roles } from "#base/permission.ts";
import { type Instant, later, type Milliseconds, minutes, seconds, Timestamp } from "#base/time.ts";

export const RoleName = z.enum(roles).meta({ title: "Role" });

/** A role, for all teams or for one. */
export const GrantView = z.strictObject({
  role: RoleName,
  teamId: Id.nullable().default(null).meta({ title: "Team", description: "Empty: all teams" }),
});

export const PrincipalName = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u,
    "must be 1 to 64 letters, digits, ' ', '.', '_', '@' or '-'",
  )
  .meta({ title: "Name" });

export const Password = z
  .string()
  .min(12, "must have at least 12 characters")
  .max(1_024)
  .meta({ title: "Password", secret: true, description: "At least 12 characters" });

export const ApiKeyView = z.object({
  id: z.string(),
  name: z.string(),
  hint: z.string(),
  source: z.string(),
  grants: z.array(GrantView),
  createdBy: z.string(),
  createdAt: Timestamp,
  expiresAt: Timestamp.nullable(),
  revokedAt: Timestamp.nullable(),
  lastUsedAt: Timestamp.nullable(),
  lastUsedAddress: z.string().nullable(),
  revision: z.int(),
});

export const UserView = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  grants: z.array(GrantView),
  disabledAt: Timestamp.nullable(),
  lastSignInAt: Timestamp.nullable(),
  createdAt: Timestamp,
  revision: z.int(),
});

/** Tokens have 256 random bits, so a plain hash is enough: there is nothing to guess. */
export function hashToken(token: string): Uint8Array {
  return new Uint8Array(hash("sha256", token, "buffer"));
}

/** What a person may recognise a key by: the end of it, nothing of use to anybody else. */
export function hintOf(token: string): string {
  return `…${token.slice(-4)}`;
}

export const sessionIdle: Milliseconds = minutes(60 * 12);
export const sessionLength: Milliseconds = minutes(60 * 24 * 7);

/** After the third wrong password in a row each further one doubles the wait, up to a quarter of an hour. */
export function lockedUntil(failures: number, now: Instant): Instant | null {
  if (failures < 3) return null;
  return later(now, Math.min(seconds(2 ** (failures - 3)), minutes(15)));
}
