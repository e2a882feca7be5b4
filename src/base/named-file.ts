/** A file that somebody named: its text, or in words why there is none. What is no failure of the file system flies on. */

/** Undefined when there is no such file. */
type ReadFile = (path: string) => string | undefined;

export type NamedFile =
  | { readonly text: string }
  | { readonly why: string; readonly missing: boolean };

export function readNamed(readFile: ReadFile, path: string): NamedFile {
  try {
    const text = readFile(path);
    return text === undefined ? { why: `there is no ${path}`, missing: true } : { text };
  } catch (error) {
    const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
    if (typeof code !== "string") throw error;
    return { why: `${path} cannot be read (${code})`, missing: false };
  }
}
