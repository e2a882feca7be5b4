/** A failure of the file system in words: what whoever runs the program can put right. */
import { Mistake } from "./mistake.ts";

/** `not a directory (ENOTDIR)`; undefined for what is no failure of the file system. */
export function fileFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = Reflect.get(error, "code");
  if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) return undefined;
  // `ENOTDIR: not a directory, mkdir '/a/b'`: the path is said by whoever names the thing.
  const words = /^E[A-Z]+: (.+?), /.exec(error.message)?.[1];
  return words === undefined ? code : `${words} (${code})`;
}

/** Runs `work`; a failure of the file system becomes a mistake that says `what` and why. */
export function namingFile<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const why = fileFailure(cause);
    if (why === undefined) throw cause;
    throw new Mistake(`${what}: ${why}`, { cause });
  }
}
