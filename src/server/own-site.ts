/**
 * What a page of another site may make a browser do here (CSRF, DNS rebinding): nothing that changes something in the
 * name of whoever sits there, unless its origin is allowed by name. Fetch Metadata (`Sec-Fetch-Site`) and RFC 6454.
 */
import { isLoopback } from "#base/loopback.ts";
import { Problem } from "#base/problem.ts";

export interface OwnSite {
  readonly authType: "api-key" | "none";
  /** What this server is called, without ports. */
  readonly names: readonly string[];
  /** `*` opens reads to everybody; it does not let everybody act. */
  readonly corsOrigins: readonly string[];
}

/** Without authentication whoever gets through is let in: a foreign name that resolves to loopback does not. */
export function requireOwnName({ authType, names }: OwnSite, request: Request): void {
  if (authType !== "none" || hasKey(request)) return;
  const name = new URL(request.url).hostname.replace(/^\[(.*)\]$/, "$1");
  if (isLoopback(name) || names.includes(name)) return;
  throw new Problem("forbidden", `this server is not called ${name} (CERTCTL_SERVER_NAMES)`);
}

/** For what changes something and whose caller is known by no key: a browser adds cookies and loopback by itself. */
export function requireOwnSite({ corsOrigins }: OwnSite, request: Request): void {
  if (hasKey(request)) return;
  const origin = request.headers.get("origin");
  if (origin !== null && corsOrigins.includes(origin)) return;
  const from = request.headers.get("sec-fetch-site") ?? "none";
  const isOwn = origin === null || hostOf(origin) === new URL(request.url).host;
  if (isOwn && (from === "same-origin" || from === "none")) return;
  throw new Problem("forbidden", "a page of another site sent this (CERTCTL_CORS_ORIGINS)");
}

/** No page of another site can know one. */
const hasKey = (request: Request): boolean => request.headers.has("authorization");

/** Undefined for `null` and whatever else is no origin. */
const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined;
