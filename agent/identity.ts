/** Who this agent is: its server, credential, pinned anchors and the key for target secrets; one file, readable by it alone. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { realFiles, replaceFile } from "./files.ts";

export const Identity = z.strictObject({
  server: z.url(),
  id: z.string(),
  name: z.string(),
  credential: z.string(),
  anchorsPem: z.array(z.string()).min(1),
  /** PKCS#8, PEM: opens target secrets that were encrypted to this agent. */
  encryptionKeyPem: z.string(),
  heartbeatSeconds: z.int().min(1).max(3_600),
});
export type Identity = z.output<typeof Identity>;

const pathOf = (stateDirectory: string): string => join(stateDirectory, "identity.json");

export function loadIdentity(stateDirectory: string): Identity | undefined {
  const path = pathOf(stateDirectory);
  return existsSync(path) ? Identity.parse(JSON.parse(readFileSync(path, "utf8"))) : undefined;
}

export function saveIdentity(stateDirectory: string, identity: Identity): void {
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  const path = pathOf(stateDirectory);
  const content = `${JSON.stringify(identity, null, 2)}\n`;
  replaceFile(realFiles, { path, temporary: `${path}.new`, content });
}
