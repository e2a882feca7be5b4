/** What a deployment will write: destinations resolved, modes and owners decided, and what is already as it shall be left out. */
import { Secret } from "#base/secret.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import type { FileToInstall } from "#connectors/host.ts";
import { resolveDestination } from "./destination.ts";
import { type Attributes, absent, describeFile, type Files } from "./files.ts";
import { groupId, userId } from "./ownership.ts";

export interface PlannedFile {
  /** As configured. */
  readonly name: string;
  /** With its directory resolved. */
  readonly path: string;
  readonly content: string;
  readonly attributes: Attributes;
  readonly exists: boolean;
  /** What `describeFile` says of the present file. */
  readonly was: string;
  readonly change: "create" | "replace" | "unchanged";
  readonly warning?: string | undefined;
}

export function planFiles(
  files: Files,
  wanted: readonly FileToInstall[],
  allowed: readonly string[] | undefined,
): readonly PlannedFile[] {
  const planned = wanted.map((file) => planFile(files, file, allowed));
  const twice = planned.find((it, index) => planned.findIndex((o) => o.path === it.path) !== index);
  if (twice === undefined) return planned;
  throw new ConnectorFailure(`${twice.name} is named twice`, { stage: "stage", retryable: false });
}

function planFile(
  files: Files,
  file: FileToInstall,
  allowed: readonly string[] | undefined,
): PlannedFile {
  const path = resolveDestination(files, file.path, allowed);
  const stat = files.stat(path);
  const content = file.content instanceof Secret ? file.content.reveal() : file.content;
  const attributes: Attributes = {
    mode: file.mode ?? (stat === undefined ? file.defaultMode : stat.mode & 0o777),
    uid: file.owner === undefined ? stat?.uid : userId(files, file.owner),
    gid: file.group === undefined ? stat?.gid : groupId(files, file.group),
  };
  const same =
    stat !== undefined &&
    (stat.mode & 0o777) === attributes.mode &&
    stat.uid === attributes.uid &&
    stat.gid === attributes.gid &&
    Buffer.from(files.read(path) ?? "").equals(Buffer.from(content));
  const replaced = stat === undefined ? "create" : "replace";
  return {
    name: file.path,
    path,
    content,
    attributes,
    exists: stat !== undefined,
    was: stat === undefined ? absent : describeFile(files, path),
    change: same ? "unchanged" : replaced,
    warning: warningFor(file, attributes),
  };
}

function warningFor(file: FileToInstall, attributes: Attributes): string | undefined {
  const secret = file.role === "key" || file.role === "bundle";
  if (!secret || (attributes.mode & 0o007) === 0) return undefined;
  return `${file.path} holds a private key and keeps its mode ${attributes.mode.toString(8)}: everybody on the machine may read it`;
}
