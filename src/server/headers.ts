/** Security headers of every answer, and CORS, which is denied unless an origin is named. */

const base: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
};

/** JSON and bytes need no page's rights. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'";

/** Our own files only; scripts by nonce, and no markup from strings (Trusted Types). */
export const pagePolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types htmx default",
  ].join("; ");

export function secure(response: Response, tls: boolean): void {
  const { headers } = response;
  for (const name in base) headers.set(name, base[name] ?? "");
  if (tls) headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
  if (!headers.has("content-security-policy")) headers.set("content-security-policy", dataPolicy);
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
}

/** What a browser of another origin may do; undefined: nothing, and no header says otherwise. */
export function corsHeaders(
  origins: readonly string[],
  origin: string | null,
): Readonly<Record<string, string>> | undefined {
  if (origin === null || !(origins.includes(origin) || origins.includes("*"))) return undefined;
  return {
    "access-control-allow-origin": origins.includes("*") ? "*" : origin,
    vary: "origin",
    "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    "access-control-allow-headers":
      "Content-Type, Authorization, X-Request-ID, Idempotency-Key, If-Match",
    "access-control-expose-headers": "ETag, Location, X-Request-ID, Retry-After",
    "access-control-max-age": "86400",
  };
}
