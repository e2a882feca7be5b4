/**
 * Copies HAProxy configuration files so that they read the staged certificate: `crt`, `crt-list` and certificate
 * directories, with `crt-base`. HAProxy has no includes; all other files are read from their places.
 */
import { posix } from "node:path";
import { ConnectorFailure } from "../failure.ts";
import {
  applyEdits,
  type ConfigurationCopy,
  type ConfigurationReader,
  type Edit,
} from "./rewrite.ts";

interface State {
  readonly reader: ConfigurationReader;
  readonly staged: ReadonlyMap<string, string>;
  /** The directory the copy will lie in: HAProxy resolves relative names against its own. */
  readonly directory: string;
  readonly files: Map<string, string>;
  readonly links: Map<string, string>;
  readonly originals: Map<string, string>;
  base: string;
  mentions: number;
}

/** The files that `-f` names, in order: a directory stands for its `*.cfg` files. */
export async function listConfigurationFiles(
  reader: ConfigurationReader,
  names: readonly string[],
): Promise<readonly string[]> {
  const files: string[] = [];
  for (const name of names) {
    const inside = await reader.list(name);
    if (inside === undefined) files.push(name);
    else
      files.push(
        ...inside.filter((it) => /^[^.].*\.cfg$/.test(it)).map((it) => posix.join(name, it)),
      );
  }
  return files;
}

export async function copyHaproxyConfiguration(
  reader: ConfigurationReader,
  configuration: readonly string[],
  staged: ReadonlyMap<string, string>,
  directory: string,
): Promise<ConfigurationCopy & { readonly main: readonly string[] }> {
  const state: State = {
    reader,
    staged,
    directory,
    files: new Map(),
    links: new Map(),
    originals: new Map(),
    base: "/",
    mentions: 0,
  };
  const main: string[] = [];
  for (const [index, path] of configuration.entries()) {
    const text = await reader.read(path);
    if (text === undefined) throw missing(path);
    const name = `${index}-${posix.basename(path)}`;
    main.push(name);
    state.files.set(name, await rewriteLines(text, (line) => editsOfLine(state, line)));
    state.originals.set(name, path);
  }
  return { ...state, main };
}

async function rewriteLines(
  text: string,
  editsOf: (line: string) => Promise<readonly Edit[]>,
): Promise<string> {
  const lines: string[] = [];
  for (const line of text.split("\n")) lines.push(applyEdits(line, await editsOf(line)));
  return lines.join("\n");
}

interface Word {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** The words of a line (HAProxy configuration manual, section 2.2), up to a comment. */
export function readWords(line: string): readonly Word[] {
  const words: Word[] = [];
  for (const match of line.matchAll(/(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|[^\s\\'"#])+|#.*/g)) {
    const raw = match[0];
    if (raw.startsWith("#")) break;
    const value = raw.replace(
      /\\(.)|'([^']*)'|"((?:\\.|[^"\\])*)"/g,
      (_, escaped, single, double) =>
        double === undefined ? (escaped ?? single) : double.replace(/\\(.)/g, "$1"),
    );
    words.push({ value, start: match.index, end: match.index + raw.length });
  }
  return words;
}

async function editsOfLine(state: State, line: string): Promise<readonly Edit[]> {
  const words = readWords(line);
  if (words[0]?.value === "crt-base") state.base = words[1]?.value ?? "/";
  const edits: Edit[] = [];
  for (const [index, word] of words.entries()) {
    const before = words[index - 1]?.value;
    const path = posix.resolve(state.base, word.value);
    let replacement: string | undefined;
    if (before === "crt") replacement = await rewriteCertificate(state, path);
    // A crt-list is not below crt-base.
    if (before === "crt-list")
      replacement = await rewriteList(state, posix.resolve("/", word.value));
    if (replacement !== undefined) edits.push({ ...word, text: replacement });
  }
  return edits;
}

/** A certificate file, or a directory of them. */
async function rewriteCertificate(state: State, path: string): Promise<string | undefined> {
  const staged = state.staged.get(path);
  if (staged !== undefined) {
    state.mentions += 1;
    return quote(staged);
  }
  const inside = [...state.staged].filter(([destination]) => posix.dirname(destination) === path);
  const names = inside.length === 0 ? undefined : await state.reader.list(path);
  if (names === undefined) return undefined;
  const copy = `certificates-${state.links.size}`;
  state.originals.set(copy, path);
  for (const name of names.filter((it) => !it.startsWith("."))) {
    state.links.set(`${copy}/${name}`, posix.join(path, name));
  }
  for (const [destination, staged] of inside) {
    state.links.set(`${copy}/${posix.basename(destination)}`, staged);
    state.mentions += 1;
  }
  return quote(posix.join(state.directory, copy));
}

async function rewriteList(state: State, path: string): Promise<string | undefined> {
  const text = await state.reader.read(path);
  if (text === undefined) return undefined;
  const before = state.mentions;
  const copy = await rewriteLines(text, async (line) => {
    const [first] = readWords(line);
    if (first === undefined) return [];
    const replacement = await rewriteCertificate(state, posix.resolve(state.base, first.value));
    return replacement === undefined ? [] : [{ ...first, text: replacement }];
  });
  if (state.mentions === before) return undefined;
  const name = `list-${state.files.size}-${posix.basename(path)}`;
  state.files.set(name, copy);
  state.originals.set(name, path);
  return quote(posix.join(state.directory, name));
}

function quote(path: string): string {
  return path.replace(/[\s\\'"#]/g, "\\$&");
}

function missing(path: string): ConnectorFailure {
  return new ConnectorFailure(`there is no configuration file ${path}`, {
    stage: "validate",
    retryable: false,
  });
}
