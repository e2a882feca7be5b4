/** The way to the server: TLS to pinned anchors only, never the machine's own trust store. */
import type { Connection } from "#base/exchange.ts";
import type { Identity } from "./identity.ts";

/** A connection that trusts exactly these anchors. */
export function pinned(server: string, anchorsPem: readonly string[], token?: string): Connection {
  const ca = anchorsPem.join("\n");
  return {
    base: new URL(server),
    // Bun's fetch takes TLS settings; the type of `RequestInit` is the browser's.
    fetch: (url, init) => fetch(url, { ...init, tls: { ca } } as RequestInit),
    ...(token === undefined ? {} : { token }),
  };
}

export const connectionOf = (identity: Identity): Connection =>
  pinned(identity.server, identity.anchorsPem, identity.credential);

/** A connection that trusts whoever answers: for the anchors alone, which are compared with a fingerprint. */
export const blind = (server: string): Connection => ({
  base: new URL(server),
  fetch: (url, init) => fetch(url, { ...init, tls: { rejectUnauthorized: false } } as RequestInit),
});
