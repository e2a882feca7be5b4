/** Who calls: Bearer API key, agent credential, session cookie, or nobody. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { Problem } from "#base/problem.ts";
import type { Random } from "#base/random.ts";
import type { Authenticator } from "#features/access/authenticate.ts";
import { actorOfCredential } from "#features/agents/self.ts";
import { type Actor, anonymous, nobodyInParticular } from "#features/context.ts";
import type { World } from "#jobs/world.ts";

export const sessionCookie = "__Host-certctl";

export interface Identity {
  readonly actor: Actor;
  /** Set when the caller came with a cookie: unsafe methods then need this token in a header or field. */
  readonly csrfToken: string | undefined;
}

export type Identify = (request: Request, address: string | null) => Promise<Identity>;

export function identifier(
  world: World,
  authenticator: Authenticator,
  authType: "api-key" | "none",
): Identify {
  return async (request, address) => {
    const header = request.headers.get("authorization");
    if (header !== null) {
      return { actor: await byHeader(world, authenticator, header, address), csrfToken: undefined };
    }
    const session = readCookie(request.headers.get("cookie"), sessionCookie);
    const quietly = isBackground(request);
    const actor =
      session === undefined ? undefined : await authenticator.bySession(session, { quietly });
    if (actor && session !== undefined) return { actor, csrfToken: csrfTokenOf(session) };
    if (authType === "none") return { actor: nobodyInParticular, csrfToken: undefined };
    return { actor: anonymous, csrfToken: undefined };
  };
}

/** What an open page asks for by itself: nobody need be there, so it keeps no session alive. */
export const backgroundHeader = "x-certctl-background";

const isBackground = (request: Request): boolean =>
  request.headers.has(backgroundHeader) || new URL(request.url).pathname === "/ui/live";

async function byHeader(
  world: World,
  authenticator: Authenticator,
  header: string,
  address: string | null,
): Promise<Actor> {
  const token = /^Bearer\s+(\S{1,500})$/i.exec(header)?.[1];
  if (token === undefined) throw unauthenticated("the Authorization header must be: Bearer KEY");
  const actor = token.startsWith("cca_")
    ? await actorOfCredential(world.database.reader, token)
    : await authenticator.byToken(token, address);
  if (!actor) throw unauthenticated("the key is unknown, revoked or expired");
  return actor;
}

const unauthenticated = (detail: string) => new Problem("unauthenticated", detail);

export function readCookie(header: string | null, name: string): string | undefined {
  for (const pair of header?.split(";") ?? []) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** Bound to the session: it needs no storage, and whoever cannot read the page cannot know it. */
export function csrfTokenOf(session: string): string {
  return createHmac("sha256", session).update("csrf").digest("base64url");
}

/**
 * The token as it stands in one answer: another text each time, so that the length of a compressed page tells nothing
 * about it (the BREACH attack guesses a text that stays the same).
 */
export function maskToken(token: string, random: Random): string {
  const plain = Buffer.from(token, "base64url");
  const mask = random.bytes(plain.length);
  return Buffer.concat([mask, xor(plain, mask)]).toString("base64url");
}

const tokenBytes = 32;

/** Whoever made the token itself (a program with a session) may send it as it is. */
function unmask(given: string): string {
  const bytes = Buffer.from(given, "base64url");
  if (bytes.length !== 2 * tokenBytes) return given;
  return xor(bytes.subarray(tokenBytes), bytes.subarray(0, tokenBytes)).toString("base64url");
}

const xor = (a: Uint8Array, b: Uint8Array): Buffer =>
  Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)));

/** Throws `forbidden` unless `given` is the session's token, masked or not. */
export function requireCsrf(identity: Identity, given: string | null | undefined): void {
  if (identity.csrfToken === undefined || isToken(identity.csrfToken, given)) return;
  throw new Problem("forbidden", "the form is too old or was not ours; load the page again");
}

/** Takes as long whatever was given. */
export function isToken(token: string, given: string | null | undefined): boolean {
  const expected = Buffer.from(token);
  const actual = Buffer.from(unmask(given ?? ""));
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
