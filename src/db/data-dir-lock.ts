/** The data directory: made private, refused when others may write to it, and locked for the life of one process. */
import { Database } from "bun:sqlite";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { namingFile } from "#base/file-failure.ts";
import { Problem } from "#base/problem.ts";
import { type Instant, instant, toRfc3339 } from "#base/time.ts";
import { isBusy, openMistake } from "./sqlite-failure.ts";

export interface DataDirLock {
  /** Lets others in. The kernel does it too when the process ends, however it ends. */
  release(): void;
}

const Holder = z.object({ pid: z.int(), host: z.string(), since: z.number() });
type Holder = z.infer<typeof Holder>;

/** Group and others: write. */
const writableByOthers = 0o022;

/** Problem `conflict` names the holder; Problem `forbidden` says whom the directory lets in. */
export function lockDataDir(dataDir: string, now: Instant): DataDirLock {
  makeDataDir(dataDir);
  requireUsableDataDir(dataDir);
  const lock = acquire(dataDir);
  const holder: Holder = { pid: process.pid, host: hostname(), since: now };
  namingFile(unusable(dataDir), () => {
    // By renaming, so that whoever is turned away reads a whole file.
    writeFileSync(`${holderFile(dataDir)}.new`, JSON.stringify(holder), { mode: 0o600 });
    renameSync(`${holderFile(dataDir)}.new`, holderFile(dataDir));
  });
  held.add(lock);
  return {
    release: () => {
      held.delete(lock);
      lock.close();
    },
  };
}

const unusable = (dataDir: string): string => `the data directory ${dataDir} cannot be used`;

/** Private, unless it is there already. Throws a Mistake that says why it cannot be made. */
export function makeDataDir(dataDir: string): void {
  namingFile(unusable(dataDir), () => mkdirSync(dataDir, { recursive: true, mode: 0o700 }));
}

function requirePrivate(dataDir: string): void {
  const mode = namingFile(unusable(dataDir), () => statSync(dataDir)).mode & 0o777;
  if ((mode & writableByOthers) === 0) return;
  throw new Problem(
    "forbidden",
    `others may write to ${dataDir} (mode ${mode.toString(8).padStart(4, "0")}): run chmod go-w on it`,
  );
}

/** What `lockDataDir` would say, as far as it can be told without writing; one that is not there must be possible. */
export function requireUsableDataDir(dataDir: string): void {
  if (existsSync(dataDir)) requirePrivate(dataDir);
  let nearest = resolve(dataDir);
  while (!existsSync(nearest)) nearest = dirname(nearest);
  namingFile(unusable(dataDir), () => {
    // With a dot behind it a file is told from a directory.
    accessSync(`${nearest}/.`, constants.W_OK | constants.X_OK);
  });
}

/** A connection that nobody refers to is collected as garbage, and its lock with it. */
const held = new Set<Database>();

/**
 * An SQLite file that is locked and never written: its lock is the kernel's, needs no foreign functions, is not
 * inherited by children as that of flock(2) is, and works wherever the database itself does. Nothing else in this
 * process may open and close the file (a copy of the directory must leave it out): POSIX would take the lock away.
 */
function acquire(dataDir: string): Database {
  const lock = openLock(dataDir);
  try {
    lock.run("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new Problem("conflict", `${dataDir} is in use${describe(dataDir)}`, { cause: error });
  }
}

function openLock(dataDir: string): Database {
  const path = join(dataDir, "certctl.lock");
  try {
    return new Database(path, { create: true, readwrite: true });
  } catch (cause) {
    throw openMistake(path, cause) ?? cause;
  }
}

const holderFile = (dataDir: string): string => join(dataDir, "certctl.holder.json");

/** The holder writes the file just after it has the lock: for a moment it may be missing, or the one before. */
function describe(dataDir: string): string {
  const text = readIfThere(holderFile(dataDir));
  if (text === undefined) return "";
  const { pid, host, since } = Holder.parse(JSON.parse(text));
  return ` by process ${pid} on ${host} since ${toRfc3339(instant(since))}`;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, "code") === "ENOENT") return undefined;
    throw error;
  }
}
