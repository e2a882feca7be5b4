/** What given flags mean: texts to the input as it travels, judged by the contract before anything is sent. */
import { z } from "zod";
import { coerce } from "#base/coerce.ts";
import { readNamed } from "#base/named-file.ts";
import { check } from "#base/rule.ts";
import { unwrap } from "#base/schema.ts";
import { fromWire, wirePath } from "#base/wire.ts";
import type { Given } from "./arguments.ts";
import type { Command, Flag } from "./command.ts";
import { placeholderOf } from "./command.ts";
import { UsageError } from "./usage-error.ts";

export type ReadFile = (path: string) => string | undefined;

/** The input in snake_case. Throws `UsageError` that names every wrong flag. */
export function inputOf(
  command: Command,
  given: Given,
  readFile: ReadFile,
): Readonly<Record<string, unknown>> {
  const wire: Record<string, unknown> = {};
  for (const [flag, texts] of given) {
    wire[flag.wire] = texts === null ? null : meaningOf(command, flag, texts, readFile);
  }
  const parsed = check(command.contract.input, fromWire(command.contract.input, wire));
  if (parsed.success) return wire;
  const wrong = parsed.error.issues.map((issue) => sentenceOf(command, wire, issue));
  throw new UsageError(wrong.join("\n"), `${command.noun} ${command.verb}`);
}

function meaningOf(
  command: Command,
  flag: Flag,
  texts: readonly string[],
  readFile: ReadFile,
): unknown {
  const read = flag.fromFile
    ? texts.map((text) => contentOf(command, flag, text, readFile))
    : texts;
  if (flag.kind === "json") return jsonOf(command, flag, read);
  const [only] = read;
  if (flag.kind === "map" && only?.trimStart().startsWith("{")) return jsonOf(command, flag, read);
  return coerce(flag.schema, read);
}

/** `@FILE` is the file's text, `-` that of standard input. A secret ends before its line's end. */
function contentOf(command: Command, flag: Flag, text: string, readFile: ReadFile): string {
  if (text !== "-" && !text.startsWith("@")) return text;
  const path = text === "-" ? "/dev/stdin" : text.slice(1);
  const file = readNamed(readFile, path);
  if ("why" in file) {
    throw new UsageError(`${flag.name}: ${file.why}`, `${command.noun} ${command.verb}`);
  }
  return flag.secret ? file.text.replace(/\r?\n$/, "") : file.text;
}

/** One JSON value; several objects are the elements of a list. */
function jsonOf(command: Command, flag: Flag, texts: readonly string[]): unknown {
  const values = texts.map((text) => parseJson(command, flag, text));
  const [only] = values;
  const wantsList = unwrap(flag.schema) instanceof z.ZodArray;
  return wantsList && !(values.length === 1 && Array.isArray(only)) ? values : only;
}

function parseJson(command: Command, flag: Flag, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${flag.name} must be JSON: ${why}`, `${command.noun} ${command.verb}`);
  }
}

function sentenceOf(
  command: Command,
  wire: Readonly<Record<string, unknown>>,
  issue: z.core.$ZodIssue,
): string {
  const [key, ...deeper] = issue.path;
  const { positional, flags } = command;
  const flag = [...(positional ? [positional] : []), ...flags].find((it) => it.key === key);
  if (flag === undefined) return issue.message;
  const name = flag === positional ? placeholderOf(flag) : flag.name;
  if (deeper.length === 0 && !(flag.wire in wire)) return `${name} is required`;
  const place = deeper.length > 0 ? ` at ${wirePath(deeper)}` : "";
  return `${name}${place}: ${issue.message}`;
}
