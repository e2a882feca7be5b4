/** A server's trust anchors by their fingerprint: how an agent and the command line come to trust it the first time. */
import { createHash, X509Certificate } from "node:crypto";
import { client } from "#base/client.ts";
import type { Connection } from "#base/exchange.ts";
import { Mistake } from "#base/mistake.ts";
import { agentsApi } from "./api.ts";

export class WrongFingerprint extends Mistake {
  constructor(wanted: string, found: readonly string[]) {
    super(
      `the server's trust anchor is ${found.join(", ") || "missing"}, not ${wanted}: this is another server, or somebody is in between`,
    );
    this.name = "WrongFingerprint";
  }
}

/**
 * The anchors with this SHA-256 fingerprint (hex, colons or not), fetched over `blind`, which checks nothing and gets
 * nothing to keep. Everything after this goes over a connection that they verify.
 */
export async function fetchAnchors(
  blind: Connection,
  fingerprint: string,
): Promise<readonly string[]> {
  const wanted = fingerprint.replaceAll(":", "").toLowerCase();
  const { anchorsPem } = await client({ trust: agentsApi.trust }, blind).trust({});
  const found = anchorsPem.map((pem) =>
    createHash("sha256").update(new X509Certificate(pem).raw).digest("hex"),
  );
  if (!found.includes(wanted)) throw new WrongFingerprint(wanted, found);
  // Only what was pinned counts; further anchors arrive over a verified connection.
  return anchorsPem.filter((_, index) => found[index] === wanted);
}
