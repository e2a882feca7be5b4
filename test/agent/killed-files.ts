/** The real file system for a process that is killed at a chosen change: half of that change is done, nothing after it. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Files, realFiles } from "#agent/files.ts";

export class Killed extends Error {}

export interface KilledFiles extends Files {
  readonly changes: number;
}

/** `killAt` counts changes from 1; `afterChange` is called after each. Power cuts are not simulated: `sync` does nothing. */
export function killedFiles(killAt: number, afterChange: () => void = () => {}): KilledFiles {
  let changes = 0;
  let dead = false;
  const alive = <T>(look: () => T): T => {
    if (dead) throw new Killed("dead already");
    return look();
  };
  const change = <T>(half: () => void, whole: () => T): T => {
    if (dead) throw new Killed("dead already");
    changes += 1;
    if (changes === killAt) {
      dead = true;
      half();
      afterChange();
      throw new Killed(`killed at change ${killAt}`);
    }
    const result = whole();
    afterChange();
    return result;
  };
  const nothing = () => {};
  return {
    get changes() {
      return changes;
    },
    create: (path, content, attributes) =>
      change(
        () => writeFileSync(path, content.slice(0, content.length / 2), { mode: 0o600 }),
        () => realFiles.create(path, content, attributes),
      ),
    link: (from, to) => change(nothing, () => realFiles.link(from, to)),
    symlink: (target, path) => change(nothing, () => realFiles.symlink(target, path)),
    rename: (from, to) => change(nothing, () => realFiles.rename(from, to)),
    makeDirectory: (path, mode) =>
      change(
        () => mkdirSync(path),
        () => realFiles.makeDirectory(path, mode),
      ),
    remove: (path) =>
      change(
        () => removeHalf(path),
        () => realFiles.remove(path),
      ),
    sync: () => alive(nothing),
    read: (path) => alive(() => realFiles.read(path)),
    stat: (path) => alive(() => realFiles.stat(path)),
    lstat: (path) => alive(() => realFiles.lstat(path)),
    readlink: (path) => alive(() => realFiles.readlink(path)),
    realpath: (path) => alive(() => realFiles.realpath(path)),
    list: (directory) => alive(() => realFiles.list(directory)),
  };
}

/** The entries of a directory go one by one; a kill may come after the first. */
function removeHalf(path: string): void {
  if (realFiles.lstat(path)?.isDirectory() !== true) return;
  const [first] = readdirSync(path).reverse();
  if (first !== undefined) rmSync(join(path, first), { recursive: true });
}
