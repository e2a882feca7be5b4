/** What copying a service's configuration for a staged test needs: reading it, and replacing words in it. */
import { ConnectorFailure } from "../failure.ts";
import type { Host } from "../host.ts";

export type ConfigurationReader = Pick<Host, "read" | "list">;

/** A copy that reads the new files: lay it out, test it, and name the originals in what the test says. */
export interface ConfigurationCopy {
  /** Text by name below the directory of the copy. */
  readonly files: ReadonlyMap<string, string>;
  readonly links: ReadonlyMap<string, string>;
  /** The original of every copied file or directory, by its name below the directory. */
  readonly originals: ReadonlyMap<string, string>;
  /** How often the configuration mentions a file that is replaced. */
  readonly mentions: number;
}

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = "";
  let at = 0;
  for (const edit of edits) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

/** The text with every path of the copy turned back into the path an operator knows. */
export function nameOriginals(
  text: string,
  directory: string,
  copy: ConfigurationCopy,
  staged: ReadonlyMap<string, string>,
): string {
  let result = text;
  // The longest name first: a directory's name begins the names of what is in it.
  const names = [...copy.links, ...copy.originals].sort(([a], [b]) => b.length - a.length);
  for (const [name, original] of names) {
    result = result.replaceAll(`${directory}/${name}`, original);
  }
  for (const [destination, path] of staged) result = result.replaceAll(path, destination);
  return result;
}

/** The file paths that match, as glob(3) would: `*`, `?` and `[…]` within a name, hidden names only when asked for. */
export async function expandGlob(
  reader: ConfigurationReader,
  pattern: string,
): Promise<readonly string[]> {
  let found: string[] = [""];
  for (const part of pattern.split("/").slice(1)) {
    const next: string[] = [];
    for (const directory of found) next.push(...(await matchPart(reader, directory, part)));
    found = next;
    if (found.length > maximumFiles) throw tooMuch(`${pattern} matches too many files`);
  }
  return found;
}

/** More is not a configuration but an accident or an attack on the agent's memory. */
export const maximumFiles = 5_000;

export function tooMuch(detail: string): ConnectorFailure {
  return new ConnectorFailure(detail, { stage: "validate", retryable: false });
}

async function matchPart(
  reader: ConfigurationReader,
  directory: string,
  part: string,
): Promise<readonly string[]> {
  if (!/[*?[]/.test(part)) return [`${directory}/${part}`];
  const matcher = globPart(part);
  const names = (await reader.list(directory === "" ? "/" : directory)) ?? [];
  return names.filter((name) => matcher.test(name)).map((name) => `${directory}/${name}`);
}

export function globPart(part: string): RegExp {
  const source = part.replace(/\[!?[^\]]+\]|[\s\S]/g, (token) => {
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token.length > 1) {
      const inner = token.slice(1, -1).replaceAll("\\", "\\\\").replace(/^!/, "^");
      return `[${inner}]`;
    }
    return token.replace(/[.*+?^${}()|[\]\\]/, "\\$&");
  });
  return new RegExp(`^${part.startsWith(".") ? "" : "(?!\\.)"}${source}$`);
}
