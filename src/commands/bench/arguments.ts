/** The arguments of a measurement: whole numbers with a default, `--json`, and settings of the server. */
import { parseArgs } from "node:util";
import { UsageError } from "../usage.ts";

export interface Given<Name extends string> {
  readonly numbers: Readonly<Record<Name, number>>;
  readonly json: boolean;
}

/** Refuses what is neither `--json` nor one of the numbers. */
export function numbersOf<Name extends string>(
  args: readonly string[],
  defaults: Readonly<Record<Name, number>>,
): Given<Name> {
  // Keys of a literal object are the names it was written with.
  const names = Object.keys(defaults) as Name[];
  const values = parsed(args, names);
  const entries = names.map((name) => [name, wholeOf(name, values[name], defaults[name])] as const);
  return {
    numbers: Object.fromEntries(entries) as Record<Name, number>,
    json: values["json"] === true,
  };
}

function parsed(
  args: readonly string[],
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const texts = names.map((name) => [name, { type: "string" }] as const);
  const options = { json: { type: "boolean" } as const, ...Object.fromEntries(texts) };
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new UsageError(`bench: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function wholeOf(name: string, value: unknown, usual: number): number {
  if (value === undefined) return usual;
  if (typeof value === "string" && /^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new UsageError(`bench: --${name} must be a whole number from 1`);
}
