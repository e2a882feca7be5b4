/**
 * Copies an NGINX configuration so that it reads the staged files: only what mentions them, directly or through
 * includes, is copied; everything else is read from its place. Line numbers stay as they are.
 */
import { posix } from "node:path";
import { ConnectorFailure } from "../failure.ts";
import { readDirectives, type Word } from "./nginx-syntax.ts";
import {
  applyEdits,
  type ConfigurationCopy,
  type ConfigurationReader,
  type Edit,
  expandGlob,
  maximumFiles,
  tooMuch,
} from "./rewrite.ts";

/** Where the copies of included files lie below the copy's directory; no configuration has this name. */
const folder = "certctl-includes";

interface State {
  readonly reader: ConfigurationReader;
  /** Relative paths in the configuration, includes too, are below it: the directory of the main file. */
  readonly prefix: string;
  readonly staged: ReadonlyMap<string, string>;
  readonly files: Map<string, string>;
  readonly originals: Map<string, string>;
  /** The copy's name by original path; undefined for a file that need not be copied. */
  readonly visited: Map<string, string | undefined>;
  mentions: number;
}

/** `staged` maps each destination to the path that holds its new content. */
export async function copyNginxConfiguration(
  reader: ConfigurationReader,
  main: string,
  staged: ReadonlyMap<string, string>,
): Promise<ConfigurationCopy> {
  const prefix = posix.dirname(main);
  const state: State = {
    reader,
    prefix,
    staged,
    files: new Map(),
    originals: new Map(),
    visited: new Map(),
    mentions: 0,
  };
  const text = await reader.read(main);
  if (text === undefined) throw missing(main);
  const name = posix.basename(main);
  state.files.set(name, applyEdits(text, await editsOf(state, text, 0)));
  state.originals.set(name, main);
  return { ...state, links: await neighbours(state, name) };
}

/** NGINX finds relative paths beside its main file: the copy gets links to all that is there. */
async function neighbours(state: State, main: string): Promise<ReadonlyMap<string, string>> {
  const names = (await state.reader.list(state.prefix)) ?? [];
  const others = names.filter((name) => name !== main && !name.startsWith(".certctl-"));
  return new Map(others.map((name) => [name, posix.join(state.prefix, name)]));
}

async function editsOf(state: State, text: string, depth: number): Promise<readonly Edit[]> {
  const edits: Edit[] = [];
  for (const { words, opensBlock } of readDirectives(text)) {
    const [first, argument] = words;
    if (first?.value === "include" && argument !== undefined && !opensBlock) {
      const include = await rewriteInclude(state, { first, argument }, depth);
      if (include !== undefined) edits.push(include);
    } else {
      edits.push(...words.slice(1).flatMap((word) => rewritePath(state, word)));
    }
  }
  return edits;
}

function rewritePath(state: State, word: Word): readonly Edit[] {
  const path = state.staged.get(posix.resolve(state.prefix, word.value));
  if (path === undefined) return [];
  state.mentions += 1;
  return [{ start: word.start, end: word.end, text: quote(path) }];
}

/** Undefined when nothing behind the include needs a copy. */
async function rewriteInclude(
  state: State,
  { first, argument }: { readonly first: Word; readonly argument: Word },
  depth: number,
): Promise<Edit | undefined> {
  const paths = await expandGlob(state.reader, posix.resolve(state.prefix, argument.value));
  const includes: string[] = [];
  let changed = false;
  for (const path of paths) {
    const copy = await copyIncluded(state, path, depth + 1);
    changed ||= copy !== undefined;
    includes.push(`include ${quote(copy ?? path)}`);
  }
  if (!changed) return undefined;
  // On one line, and without the last semicolon, which stands behind the argument already.
  return { start: first.start, end: argument.end, text: includes.join("; ") };
}

/** The name of the copy of an included file, or undefined when it mentions nothing that changes. */
async function copyIncluded(
  state: State,
  path: string,
  depth: number,
): Promise<string | undefined> {
  if (depth > 20) throw tooMuch(`${path} is included more than 20 levels deep`);
  if (state.visited.has(path)) return state.visited.get(path);
  if (state.visited.size >= maximumFiles) throw tooMuch("the configuration has too many files");
  state.visited.set(path, undefined);
  const text = await state.reader.read(path);
  // NGINX itself says best that an included file is missing.
  if (text === undefined) return undefined;
  const edits = await editsOf(state, text, depth);
  if (edits.length === 0) return undefined;
  const name = `${folder}/${state.files.size}-${posix.basename(path)}`;
  state.files.set(name, applyEdits(text, edits));
  state.originals.set(name, path);
  state.visited.set(path, name);
  return name;
}

function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `"${path.replace(/["\\]/g, "\\$&")}"`;
}

function missing(main: string): ConnectorFailure {
  return new ConnectorFailure(`there is no configuration file ${main}`, {
    stage: "validate",
    retryable: false,
  });
}
