/** User and group names to numbers: from the local files, and from `getent` for directories such as LDAP. */
import { spawnSync } from "node:child_process";
import { ConnectorFailure } from "#connectors/failure.ts";
import type { Files } from "./files.ts";

const databases = {
  passwd: { file: "/etc/passwd", what: "user" },
  group: { file: "/etc/group", what: "group" },
} as const;

export function userId(files: Files, name: string): number {
  return lookUp(files, "passwd", name);
}

export function groupId(files: Files, name: string): number {
  return lookUp(files, "group", name);
}

function lookUp(files: Files, database: keyof typeof databases, name: string): number {
  if (/^\d+$/.test(name)) return Number(name);
  const { file, what } = databases[database];
  const local = Buffer.from(files.read(file) ?? "").toString();
  const found = idIn(local, name) ?? idIn(fromNameService(database, name), name);
  if (found !== undefined) return found;
  throw new ConnectorFailure(`there is no ${what} ${name} on this machine`, {
    stage: "stage",
    retryable: false,
  });
}

/** `name:x:id:…`, one entry a line (passwd(5), group(5)). */
function idIn(text: string, name: string): number | undefined {
  const fields = text.split("\n").map((line) => line.split(":"));
  const id = Number(fields.find(([first]) => first === name)?.[2]);
  return Number.isInteger(id) ? id : undefined;
}

function fromNameService(database: string, name: string): string {
  const result = spawnSync("getent", [database, name], { encoding: "utf8", timeout: 5_000 });
  return result.status === 0 ? result.stdout : "";
}
