/**
 * The file operations a deployment is made of, as a value, so that a test can stop the machine between any two.
 * Synchronous: each is short, and nothing else of the agent may see a half-done exchange.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

export interface Attributes {
  readonly mode: number;
  /** Undefined: as the system gives it. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

export interface Files {
  /** A file that did not exist, durable with its attributes when this returns; its name is not (see `sync`). */
  create(path: string, content: string | Uint8Array, attributes: Attributes): void;
  /** False where the system does not let us (foreign owner, file systems without hard links). */
  link(from: string, to: string): boolean;
  symlink(target: string, path: string): void;
  rename(from: string, to: string): void;
  makeDirectory(path: string, mode: number): void;
  /** A file, link or whole directory; absent is fine. */
  remove(path: string): void;
  /** Makes the names in a directory durable. */
  sync(directory: string): void;
  read(path: string): Uint8Array | undefined;
  /** Follows links. */
  stat(path: string): Stats | undefined;
  /** Does not follow a link at the end. */
  lstat(path: string): Stats | undefined;
  readlink(path: string): string;
  realpath(path: string): string;
  /** Sorted; undefined when it is no directory. */
  list(directory: string): readonly string[] | undefined;
}

export const realFiles: Files = {
  create(path, content, attributes) {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const descriptor = openSync(path, flags, 0o600);
    try {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
      if (attributes.uid !== undefined || attributes.gid !== undefined) {
        fchownSync(descriptor, attributes.uid ?? -1, attributes.gid ?? -1);
      }
      // After the owner: a change of owner clears bits.
      fchmodSync(descriptor, attributes.mode);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  },
  link(from, to) {
    try {
      linkSync(from, to);
      return true;
    } catch (cause) {
      if (
        ["EPERM", "EACCES", "EOPNOTSUPP", "ENOTSUP", "EMLINK", "ENOSYS"].includes(codeOf(cause))
      ) {
        return false;
      }
      throw cause;
    }
  },
  symlink: (target, path) => symlinkSync(target, path),
  rename: (from, to) => renameSync(from, to),
  makeDirectory: (path, mode) => {
    mkdirSync(path, { mode });
    // The umask must not decide who may pass.
    chmodSync(path, mode);
  },
  remove: (path) => rmSync(path, { recursive: true, force: true }),
  sync(directory) {
    const descriptor = openSync(directory, constants.O_RDONLY);
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  },
  read: (path) => unlessAbsent(() => readFileSync(path)),
  stat: (path) => unlessAbsent(() => statSync(path)),
  lstat: (path) => unlessAbsent(() => lstatSync(path)),
  readlink: (path) => readlinkSync(path),
  realpath: (path) => realpathSync(path),
  list: (directory) => unlessAbsent(() => readdirSync(directory).sort()),
};

/** The errno name of a failed system call, or "". */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return typeof code === "string" ? code : "";
}

function unlessAbsent<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (cause) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(cause))) return undefined;
    throw cause;
  }
}

export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * What a reader of `path` gets: content, mode, owner and group in one comparable text, or `absent`.
 * Follows links, since readers do.
 */
export function describeFile(files: Files, path: string): string {
  const stat = files.stat(path);
  const content = stat === undefined ? undefined : files.read(path);
  if (stat === undefined || content === undefined) return absent;
  return `${sha256(content)}:${(stat.mode & 0o7777).toString(8)}:${stat.uid}:${stat.gid}`;
}

export const absent = "absent";

/** Writes a file (0600) so that after a power cut there is the old content or the new. `temporary` is taken away first. */
export function replaceFile(
  files: Files,
  file: { readonly path: string; readonly temporary: string; readonly content: string },
): void {
  files.remove(file.temporary);
  files.create(file.temporary, file.content, { mode: 0o600 });
  files.rename(file.temporary, file.path);
  files.sync(dirname(file.path));
}
