/** `certctl-agent join`: a single-use token becomes an identity of this machine. */
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { client } from "#base/client.ts";
import { fetchAnchors } from "#features/agents/anchors.ts";
import { agentsApi } from "#features/agents/api.ts";
import { blind, pinned } from "./connection.ts";
import { type Identity, loadIdentity, saveIdentity } from "./identity.ts";
import { machineInfo } from "./machine-info.ts";
import { type AgentSettings, UsageError } from "./settings.ts";

export async function join(settings: AgentSettings): Promise<Identity> {
  const { server, caFingerprint, stateDirectory } = settings;
  const token = settings.tokenFile ? readToken(settings.tokenFile) : settings.token;
  if (!server || !caFingerprint || !token) {
    throw new UsageError("join needs --server, --ca-fingerprint and --token");
  }
  const known = loadIdentity(stateDirectory);
  if (known) {
    throw new UsageError(
      `this machine is agent ${known.id} of ${known.server} already; retire it there and remove ${stateDirectory}/identity.json to join again`,
    );
  }
  const anchorsPem = await fetchAnchors(blind(server), caFingerprint);
  const { publicKey, privateKey } = generateKeyPairSync("x25519");
  const joined = await client({ join: agentsApi.join }, pinned(server, anchorsPem)).join({
    token,
    ...machineInfo(),
    encryptionKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    ...(settings.id === undefined ? {} : { id: settings.id }),
    ...(settings.name === undefined ? {} : { name: settings.name }),
  });
  const identity: Identity = {
    server,
    id: joined.id,
    name: joined.name,
    credential: joined.credential,
    anchorsPem: joined.anchorsPem,
    encryptionKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    heartbeatSeconds: joined.heartbeatSeconds,
  };
  saveIdentity(stateDirectory, identity);
  return identity;
}

function readToken(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--token-file ${path} cannot be read: ${why}`, { cause });
  }
}
