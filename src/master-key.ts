/** The master key: from the configuration, or a file made at the first start. Losing it is an error, never a silent re-key. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { namingFile } from "#base/file-failure.ts";
import { Mistake } from "#base/mistake.ts";
import type { Random } from "#base/random.ts";
import { Secret } from "#base/secret.ts";

export const masterKeyFile = (dataDir: string): string => join(dataDir, "master.key");

export class NoMasterKey extends Mistake {
  constructor(path: string) {
    super(
      `this database was sealed with a master key that is not there: put it back as ${path}, or set CERTCTL_CONFIG_ENCRYPTION_KEY`,
    );
    this.name = "NoMasterKey";
  }
}

/** `isNew` says whether the database has no data key yet: only then may a key be made. */
export async function loadMasterKey(
  given: Secret | undefined,
  dataDir: string,
  isNew: boolean,
  random: Random,
): Promise<Secret> {
  if (given) return given;
  const path = masterKeyFile(dataDir);
  if (existsSync(path)) return readKey(path);
  if (!isNew) throw new NoMasterKey(path);
  const text = Buffer.from(random.bytes(32)).toString("base64url");
  const file = await open(path, "wx", 0o600);
  await file.writeFile(`${text}\n`);
  await file.sync();
  await file.close();
  return new Secret(text);
}

/** What `loadMasterKey` would refuse; makes nothing. */
export function requireMasterKey(given: Secret | undefined, dataDir: string, isNeeded: boolean) {
  const path = masterKeyFile(dataDir);
  if (given) return;
  if (existsSync(path)) readKey(path);
  else if (isNeeded) throw new NoMasterKey(path);
}

function readKey(path: string): Secret {
  const text = namingFile(`${path} cannot be read`, () => readFileSync(path, "utf8")).trim();
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new Mistake(
      `${path} can be read by others than its owner: chmod 600 it, and rotate the key`,
    );
  }
  if (text.length < 32) throw new Mistake(`${path} must hold at least 32 characters`);
  return new Secret(text);
}
