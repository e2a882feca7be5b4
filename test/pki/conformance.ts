/** Where the conformance material lies, when it is there at all: the folder named by CERTCTL_CONFORMANCE. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const { CERTCTL_CONFORMANCE: root } = process.env;

/** A path under `conformance/`, or undefined when the material is not here. */
export function conformancePath(...parts: readonly string[]): string | undefined {
  if (root === undefined || root === "") return undefined;
  const path = join(root, "conformance", ...parts);
  if (!existsSync(path)) throw new Error(`CERTCTL_CONFORMANCE is set, but ${path} is not there`);
  return path;
}

/** Every file below a folder. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Why a group of tests is not run, said once. */
export function sayNotRun(group: string): void {
  console.log(`${group}: not run, because CERTCTL_CONFORMANCE is not set`);
}
