/** The data directory: made private, refused when others may write to it, and locked for the life of one process. */
import { Database } from "bun:sqlite";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { Problem } from "#base/problem.ts";
import { type Instant, instant, toRfc3339 } from "#base/time.ts";
import { isBusy } from "./sqlite-failure.ts";

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
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const mode = statSync(dataDir).mode & 0o777;
  if ((mode & writableByOthers) !== 0) {
    throw new Problem(
      "forbidden",
      `others may write to ${dataDir} (mode ${mode.toString(8).padStart(4, "0")}): run chmod go-w on it`,
    );
  }
  const lock = acquire(dataDir);
  const holder: Holder = { pid: process.pid, host: hostname(), since: now };
  // By renaming, so that whoever is turned away reads a whole file.
  writeFileSync(`${holderFile(dataDir)}.new`, JSON.stringify(holder), { mode: 0o600 });
  renameSync(`${holderFile(dataDir)}.new`, holderFile(dataDir));
  held.add(lock);
  return {
    release: () => {
      held.delete(lock);
      lock.close();
    },
  };
}

/** A connection that nobody refers to is collected as garbage, and its lock with it. */
const held = new Set<Database>();

/**
 * An SQLite file that is locked and never written: its lock is the kernel's, needs no foreign functions, is not
 * inherited by children as that of flock(2) is, and works wherever the database itself does. Nothing else in this
 * process may open and close the file (a copy of the directory must leave it out): POSIX would take the lock away.
 */
function acquire(dataDir: string): Database {
  const lock = new Database(join(dataDir, "certctl.lock"), { create: true, readwrite: true });
  try {
    lock.run("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new Problem("conflict", `${dataDir} is in use${describe(dataDir)}`, { cause: error });
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
