/** Arguments to a call: flags by name, the positional, and what each text means. Refuses what no flag explains. */
import { nearest } from "#base/nearest.ts";
import type { Command, Flag } from "./command.ts";
import { placeholderOf } from "./command.ts";
import { type GlobalName, type Globals, globalFlag, globalFlags } from "./global-flags.ts";
import { UsageError } from "./usage-error.ts";

/** One flag with its texts; null clears the value. */
export type Given = ReadonlyMap<Flag, readonly string[] | null>;

export interface Parsed {
  readonly given: Given;
  readonly globals: Globals;
}

/** Global flags before the noun, and what follows them. */
export function leadingGlobals(argv: readonly string[]): {
  readonly globals: Globals;
  readonly rest: readonly string[];
} {
  const globals = new Map<GlobalName, string>();
  const words = new Words(argv, "");
  while (words.peek()?.startsWith("-")) {
    const { name, inline } = words.flag();
    if (!takeGlobal(globals, words, name, inline)) throw unknownFlag(name, [], "");
  }
  return { globals, rest: words.rest() };
}

/** What follows noun and verb. */
export function parseArguments(command: Command, argv: readonly string[], before: Globals): Parsed {
  const about = `${command.noun} ${command.verb}`;
  const given = new Map<Flag, readonly string[] | null>();
  const globals = new Map(before);
  const words = new Words(argv, about);
  let positional: string | undefined;
  while (words.peek() !== undefined) {
    if (!words.atFlag()) {
      const word = words.next();
      if (command.positional === undefined || positional !== undefined) {
        throw new UsageError(`unexpected argument: ${word}`, about);
      }
      positional = word;
      given.set(command.positional, [word]);
      continue;
    }
    const { name, inline } = words.flag();
    if (takeOwn(command, given, words, name, inline)) continue;
    if (takeGlobal(globals, words, name, inline)) continue;
    throw unknownFlag(name, command.flags, about);
  }
  return { given, globals };
}

class Words {
  readonly #argv: readonly string[];
  readonly about: string;
  #at = 0;

  constructor(argv: readonly string[], about: string) {
    this.#argv = argv;
    this.about = about;
  }

  peek(): string | undefined {
    return this.#argv[this.#at];
  }

  /** After `--` nothing is a flag. */
  atFlag(): boolean {
    const word = this.peek();
    return word === "-h" || (word !== undefined && word !== "--" && word.startsWith("--"));
  }

  next(): string {
    const word = this.#argv[this.#at++] ?? "";
    return word === "--" ? (this.#argv[this.#at++] ?? "") : word;
  }

  flag(): { readonly name: string; readonly inline: string | undefined } {
    const word = this.#argv[this.#at++] ?? "";
    const at = word.indexOf("=");
    if (at < 0) return { name: word === "-h" ? "--help" : word, inline: undefined };
    return { name: word.slice(0, at), inline: word.slice(at + 1) };
  }

  /** The value of flag `name`: what stands after `=`, or the next word. */
  value(name: string, placeholder: string, inline: string | undefined): string {
    if (inline !== undefined) return inline;
    const word = this.#argv[this.#at++];
    if (word === undefined)
      throw new UsageError(`${name} needs a value: ${placeholder}`, this.about);
    return word;
  }

  rest(): readonly string[] {
    return this.#argv.slice(this.#at);
  }
}

function takeGlobal(
  globals: Map<GlobalName, string>,
  words: Words,
  name: string,
  inline: string | undefined,
): boolean {
  const flag = globalFlag(name);
  if (flag === undefined) return false;
  const isSwitch = flag.placeholder === "";
  if (isSwitch && inline !== undefined) throw new UsageError(`${name} takes no value`, words.about);
  const text = isSwitch ? "true" : words.value(name, flag.placeholder, inline);
  if (flag.options && !flag.options.includes(text)) {
    throw new UsageError(`${name} must be ${flag.options.join(" or ")}`, words.about);
  }
  globals.set(flag.name, text);
  return true;
}

function takeOwn(
  command: Command,
  given: Map<Flag, readonly string[] | null>,
  words: Words,
  name: string,
  inline: string | undefined,
): boolean {
  const flag = command.flags.find((it) => it.name === name);
  if (flag === undefined) return takeNegated(command, given, name, inline);
  const before = given.get(flag);
  const repeats = flag.kind === "list" || flag.kind === "map" || flag.kind === "json";
  if (before !== undefined && !repeats) throw new UsageError(`${name} is given twice`, words.about);
  const text =
    flag.kind === "switch" ? (inline ?? "true") : words.value(name, placeholderOf(flag), inline);
  given.set(flag, [...(before ?? []), text]);
  return true;
}

/** `--no-force` says false, `--no-owner-id` clears. */
function takeNegated(
  command: Command,
  given: Map<Flag, readonly string[] | null>,
  name: string,
  inline: string | undefined,
): boolean {
  const flag = command.flags.find((it) => name === `--no-${it.name.slice(2)}`);
  if (flag === undefined || inline !== undefined) return false;
  if (flag.kind === "switch") given.set(flag, ["false"]);
  else if (flag.nullable) given.set(flag, null);
  else return false;
  return true;
}

function unknownFlag(name: string, flags: readonly Flag[], about: string): UsageError {
  const near = nearest(name, [...flags.map((it) => it.name), ...globalFlags.map((it) => it.name)]);
  return new UsageError(`unknown flag: ${name}; did you mean ${near}?`, about);
}
