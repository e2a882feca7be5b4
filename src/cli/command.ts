/** Commands derived from contracts: `certctl NOUN VERB [POSITIONAL] --flag …`. A contract without `cli` has none. */
import type { Contract } from "#base/contract.ts";
import { shapeOf } from "#base/schema.ts";
import { type Field, fieldOf } from "./field.ts";

export interface Flag extends Field {
  /** `--per-page`. */
  readonly name: string;
  /** The value may be `@FILE`, or `-` for standard input. */
  readonly fromFile: boolean;
}

export interface Command {
  readonly noun: string;
  readonly verb: string;
  readonly contract: Contract;
  readonly positional: Flag | undefined;
  readonly flags: readonly Flag[];
}

/** Texts of this length and more (PEM, descriptions) are awkward to quote in a shell. */
const longText = 4_000;

export function commandsOf(contracts: readonly Contract[]): readonly Command[] {
  return contracts.flatMap((contract) => {
    const { cli } = contract;
    if (cli === undefined) return [];
    const flags = Object.entries(shapeOf(contract.input)).map(([key, schema]) =>
      flagOf(fieldOf(key, schema)),
    );
    return [
      {
        noun: cli.noun,
        verb: cli.verb,
        contract,
        positional: flags.find((it) => it.key === cli.positional),
        flags: flags.filter((it) => it.key !== cli.positional),
      },
    ];
  });
}

function flagOf(field: Field): Flag {
  const long = Number(/^at most (\d+) characters$/.exec(field.bounds ?? "")?.[1] ?? 0) >= longText;
  return {
    ...field,
    name: `--${field.wire.replaceAll("_", "-")}`,
    fromFile: long || field.secret || field.kind === "json" || field.kind === "map",
  };
}

/** `certctl certs get ID`. */
export function usageOf(command: Command): string {
  const { noun, verb, positional, flags } = command;
  const required = flags.filter((it) => it.required).map((it) => `${it.name} ${placeholderOf(it)}`);
  const place = positional ? [placeholderOf(positional)] : [];
  const optional = flags.some((it) => !it.required) ? ["[FLAGS]"] : [];
  return ["certctl", noun, verb, ...place, ...required, ...optional].join(" ");
}

const placeholders = {
  text: "TEXT",
  number: "N",
  switch: "",
  instant: "TIME",
  list: "A,B",
  map: "KEY=VALUE",
  json: "JSON",
} as const;

export function placeholderOf(flag: Field): string {
  if (flag.kind !== "text") return placeholders[flag.kind];
  if (/(^|_)id$/.test(flag.wire)) return "ID";
  return flag.wire === "name" ? "NAME" : "TEXT";
}
