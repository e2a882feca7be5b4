/**
 * Where a deployment may write: a regular file, or none yet, in an existing directory whose true path is fixed before
 * anything is written. Refuses relative paths, directories, links that lead elsewhere, and places anybody may change.
 */
import { basename, dirname, join } from "node:path";
import { ConnectorFailure } from "#connectors/failure.ts";
import { pathProblem } from "#connectors/targets/settings.ts";
import type { Files } from "./files.ts";

/** The path with its directory resolved: what is written, whoever moves a link meanwhile. */
export function resolveDestination(
  files: Files,
  path: string,
  allowed: readonly string[] | undefined,
): string {
  const problem = pathProblem(path);
  if (problem !== undefined) throw refused(`${path} ${problem}`);
  const directory = realDirectory(files, path);
  if (allowed !== undefined && !allowed.some((it) => isWithin(directory, trueAllowed(files, it)))) {
    throw refused(`this agent may not write in ${directory}`);
  }
  checkAncestors(files, directory);
  const destination = join(directory, basename(path));
  checkExisting(files, destination);
  return destination;
}

function realDirectory(files: Files, path: string): string {
  const directory = dirname(path);
  const stat = files.stat(directory);
  if (stat === undefined) {
    throw refused(`there is no directory ${directory}: create it, and let the service read it`);
  }
  if (!stat.isDirectory()) throw refused(`${directory} is not a directory`);
  return files.realpath(directory);
}

function trueAllowed(files: Files, directory: string): string {
  return files.stat(directory) === undefined ? directory : files.realpath(directory);
}

function isWithin(directory: string, root: string): boolean {
  return directory === root || directory.startsWith(root === "/" ? "/" : `${root}/`);
}

/** Whoever may write in an ancestor may put another directory in place of ours, unless the sticky bit forbids it. */
function checkAncestors(files: Files, directory: string): void {
  for (let at = directory; ; at = dirname(at)) {
    const mode = files.stat(at)?.mode ?? 0;
    if ((mode & 0o002) !== 0 && (mode & 0o1000) === 0) {
      throw refused(`everybody may write in ${at}: a key there would not be safe`);
    }
    if (at === dirname(at)) return;
  }
}

function checkExisting(files: Files, destination: string): void {
  const stat = files.lstat(destination);
  if (stat === undefined || stat.isFile()) return;
  if (stat.isDirectory()) throw refused(`${destination} is a directory: name a file in it`);
  if (!stat.isSymbolicLink()) throw refused(`${destination} is not a regular file`);
  const pointsAt = files.readlink(destination);
  if (files.stat(destination)?.isFile() !== true) {
    throw refused(`${destination} is a link to ${pointsAt}, which is not a file`);
  }
  if (dirname(files.realpath(destination)) !== dirname(destination)) {
    throw refused(`${destination} is a link out of its directory, to ${pointsAt}: name that file`);
  }
}

function refused(detail: string): ConnectorFailure {
  return new ConnectorFailure(detail, { stage: "stage", retryable: false });
}
