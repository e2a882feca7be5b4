/** The way to the server: TLS to pinned anchors only, never the machine's own trust store. */
import { createHash, X509Certificate } from "node:crypto";
import { client } from "#base/client.ts";
import type { Connection } from "#base/exchange.ts";
import { Mistake } from "#base/mistake.ts";
import { agentsApi } from "#features/agents/api.ts";
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

export class WrongFingerprint extends Mistake {
  constructor(wanted: string, found: readonly string[]) {
    super(
      `the server's trust anchor is ${found.join(", ") || "missing"}, not ${wanted}: this is not the server of the join command, or somebody is in between`,
    );
    this.name = "WrongFingerprint";
  }
}

/**
 * The anchors of a server, fetched without trust and accepted only when one has the fingerprint of the join command;
 * everything after this goes over a connection that they verify.
 */
export async function fetchAnchors(
  server: string,
  fingerprint: string,
): Promise<readonly string[]> {
  const wanted = fingerprint.replaceAll(":", "").toLowerCase();
  const blind: Connection = {
    base: new URL(server),
    fetch: (url, init) =>
      fetch(url, { ...init, tls: { rejectUnauthorized: false } } as RequestInit),
  };
  const { anchorsPem } = await client({ trust: agentsApi.trust }, blind).trust({});
  const found = anchorsPem.map((pem) =>
    createHash("sha256").update(new X509Certificate(pem).raw).digest("hex"),
  );
  if (!found.includes(wanted)) throw new WrongFingerprint(wanted, found);
  // Only what was pinned counts; further anchors arrive over a verified connection.
  return anchorsPem.filter((_, index) => found[index] === wanted);
}
