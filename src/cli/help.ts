/** Help at every level, derived from the contracts: nouns, verbs of a noun, flags of a command. */
import type { Command, Flag } from "./command.ts";
import { placeholderOf, usageOf } from "./command.ts";
import { globalFlags } from "./global-flags.ts";

export function rootHelp(commands: readonly Command[]): string {
  const rows = nounsOf(commands).map((noun): Row => {
    const verbs = commands.filter((it) => it.noun === noun).map((it) => it.verb);
    return [`  ${noun}`, verbs.join(", ")];
  });
  return [
    "Usage: certctl NOUN VERB [ID] [FLAGS]",
    "",
    "Commands:",
    ...aligned(rows),
    "",
    ...globalHelp(),
    "",
    "certctl NOUN VERB --help explains one command; certctl completion bash prints a completion script.",
    "",
  ].join("\n");
}

export function nounHelp(commands: readonly Command[], noun: string): string {
  const rows = commands
    .filter((it) => it.noun === noun)
    .map((it): Row => [`  certctl ${noun} ${it.verb}`, it.contract.summary]);
  return [...aligned(rows), ""].join("\n");
}

export function commandHelp(command: Command): string {
  const { contract, positional, flags } = command;
  const own: Row[] = flags.map((flag) => [`  ${spelling(flag)}`, explanationOf(flag)]);
  const place: Row[] = positional
    ? [[`  ${placeholderOf(positional)}`, explanationOf(positional)]]
    : [];
  return [
    `${contract.summary}.`,
    ...(contract.description ? ["", contract.description] : []),
    "",
    `Usage: ${usageOf(command)}`,
    ...(own.length + place.length > 0 ? ["", ...aligned([...place, ...own])] : []),
    ...(flags.some((it) => it.fromFile)
      ? ["", "@FILE reads a value from a file, - from standard input."]
      : []),
    ...(flags.some((it) => it.kind === "list" || it.kind === "map")
      ? [
          "",
          "A list or map is one value with commas, or the flag repeated: then nothing is split. In one",
          "value \\, is a comma of its own.",
        ]
      : []),
    ...(flags.some((it) => it.nullable || it.kind === "switch")
      ? ["", "--no-FLAG turns a switch off, or clears a value that may be empty."]
      : []),
    "",
    ...globalHelp(),
    "",
    `${contract.method} ${contract.path}, needs ${contract.permission}`,
    "",
  ].join("\n");
}

export function nounsOf(commands: readonly Command[]): readonly string[] {
  return [...new Set(commands.map((it) => it.noun))].sort((a, b) => (a < b ? -1 : 1));
}

type Row = readonly [left: string, right: string];

function globalHelp(): readonly string[] {
  const rows = globalFlags.map((flag): Row => {
    const value = "options" in flag ? flag.options.join("|") : flag.placeholder;
    return [`  ${flag.name}${value === "" ? "" : ` ${value}`}`, flag.summary];
  });
  return ["Every command takes:", ...aligned(rows)];
}

function spelling(flag: Flag): string {
  const value = placeholderOf(flag);
  return value === "" ? flag.name : `${flag.name} ${value}`;
}

/** `Key; one of ECDSA-P256, …; default "ECDSA-P256"`. */
function explanationOf(flag: Flag): string {
  const { title, description, options, kind, bounds } = flag;
  const isEmpty = flag.default === '""' || flag.default === "[]" || flag.default === "{}";
  const parts = [
    title,
    description === undefined ? undefined : uncapitalized(description),
    options.length > 0 ? `one of ${options.join(", ")}` : undefined,
    kind === "number" ? bounds : undefined,
    flag.default === undefined || isEmpty ? undefined : `default ${flag.default}`,
    flag.required ? "required" : undefined,
  ];
  return parts.filter((it) => it !== undefined).join("; ");
}

/** `From 1` → `from 1`, but `DNS names` stays. */
function uncapitalized(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function aligned(rows: readonly Row[]): readonly string[] {
  // A left half beyond this stands on its own line's start and pushes only its own explanation.
  const width = Math.min(34, Math.max(0, ...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`.trimEnd());
}
