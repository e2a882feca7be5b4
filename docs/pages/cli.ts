/** The command-line page: every derived command with its flags. */
import { contracts } from "#features/apis.ts";
import { type Command, commandsOf, placeholderOf, usageOf } from "../../src/cli/command.ts";
import type { Field } from "../../src/cli/field.ts";
import { globalFlags } from "../../src/cli/global-flags.ts";
import { nounsOf } from "../../src/cli/help.ts";
import { code, fenced, page, plain, sentences, table } from "./markdown.ts";
import { typeOf } from "./schema.ts";

export function cliPage(): string {
  const commands = commandsOf(contracts);
  const globals = globalFlags.map((it) => [
    code(`${it.name} ${it.placeholder}`.trim()),
    plain(it.summary),
  ]);
  return page(
    "Command line",
    "One command per operation: `certctl NOUN VERB [ID] [FLAGS]`. It talks to the server of `CERTCTL_SERVER_URL` with the API key of `CERTCTL_API_KEY`. Exit status: 0 done, 1 a problem, 2 a wrong call.",
    "Lists, maps and JSON flags may be repeated. A list or map that is given once is split at commas and line ends, except where a backslash stands before them (`\\,`); given more than once, each value is one entry as it stands. A long text, a secret, a map or JSON may come from a file (`@FILE`) or from standard input (`-`). `--no-FLAG` turns a switch off, or clears a value that may be empty. `certctl completion bash` prints a completion script.",
    "Flags of every command:",
    table(["Flag", "Meaning"], globals),
    ...nounsOf(commands).flatMap((noun) => [
      `## ${noun}`,
      ...commands.filter((it) => it.noun === noun).map(section),
    ]),
  );
}

function section(command: Command): string {
  const { contract, noun, verb, positional, flags } = command;
  const rows = [
    ...(positional ? [rowOf(placeholderOf(positional), positional)] : []),
    ...flags.map((flag) => rowOf(`${flag.name} ${placeholderOf(flag)}`.trim(), flag)),
  ];
  return [
    `### certctl ${noun} ${verb}`,
    "",
    `${plain(contract.summary)}.`,
    "",
    fenced("text", usageOf(command)),
    table(["Argument", "Type", "Meaning"], rows),
  ].join("\n");
}

function rowOf(spelling: string, field: Field): readonly string[] {
  const { title, description, required } = field;
  const isTelling = field.default !== undefined && !/^(""|\[\]|\{\})$/.test(field.default);
  const said = sentences(
    title,
    description,
    isTelling ? `default ${field.default}` : undefined,
    required ? "required" : undefined,
  );
  return [code(spelling), typeOf(field.schema), plain(said)];
}
