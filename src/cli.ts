/**
 * The command line of the API: one command per contract with `cli`, run against a server. Exit status 0 is done, 1 a
 * problem, 2 a wrong call.
 */
import { exchange, type Reply } from "#base/exchange.ts";
import { nearest } from "#base/nearest.ts";
import type { ByteStream } from "#base/stream.ts";
import { contracts } from "#features/apis.ts";
import { renderAnswer, restOf, rowsOf, textOf } from "./cli/answer.ts";
import { leadingGlobals, parseArguments } from "./cli/arguments.ts";
import { type Command, commandsOf } from "./cli/command.ts";
import { bashCompletion } from "./cli/completion.ts";
import { connectionOf, type TlsFetch } from "./cli/connect.ts";
import { failureOf } from "./cli/failure.ts";
import type { Globals } from "./cli/global-flags.ts";
import { commandHelp, nounHelp, nounsOf, rootHelp } from "./cli/help.ts";
import { inputOf, type ReadFile } from "./cli/input.ts";
import { UsageError } from "./cli/usage-error.ts";

/** Calls `done` when the text has left, or with the error that it could not. */
export interface Output {
  write(text: string, done: (error?: Error | null) => void): unknown;
}

export interface CliIo {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined when there is no such file; `/dev/stdin` is standard input. */
  readonly readFile: ReadFile;
  /** Whether a terminal shows standard output. */
  readonly isTty: boolean;
  readonly columns: number;
  readonly fetch: TlsFetch;
}

/** Runs one command and tells the exit status. Everything is written out when it returns. */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  try {
    await run(commandsOf(contracts), argv, io);
    return 0;
  } catch (error) {
    // Who reads our output has seen enough (`certctl certs list | head`).
    if (error instanceof OutputClosed) return 1;
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    await emit(io.stderr, failure.text);
    return failure.status;
  }
}

async function run(
  commands: readonly Command[],
  argv: readonly string[],
  io: CliIo,
): Promise<void> {
  const { globals, rest } = leadingGlobals(argv);
  const wantsHelp = globals.has("--help") || rest[0] === "help";
  const [noun, verb, ...others] = rest[0] === "help" ? rest.slice(1) : rest;
  if (noun === undefined) {
    if (wantsHelp) return await emit(io.stdout, rootHelp(commands));
    throw new UsageError("which command?");
  }
  if (noun === "completion") return await complete(commands, verb, io);
  if (!nounsOf(commands).includes(noun)) throw unknownNoun(commands, noun);
  if (verb === undefined || verb === "--help" || verb === "-h") {
    return await emit(io.stdout, nounHelp(commands, noun));
  }
  const command = commands.find((it) => it.noun === noun && it.verb === verb);
  if (command === undefined) throw unknownVerb(commands, noun, verb);
  if (wantsHelp || others.includes("--help") || others.includes("-h")) {
    return await emit(io.stdout, commandHelp(command));
  }
  await execute(command, others, globals, io);
}

async function complete(
  commands: readonly Command[],
  shell: string | undefined,
  io: CliIo,
): Promise<void> {
  if (shell !== "bash") throw new UsageError("completion knows one shell: bash");
  await emit(io.stdout, bashCompletion(commands));
}

function unknownNoun(commands: readonly Command[], noun: string): UsageError {
  const near = nearest(noun, nounsOf(commands));
  return new UsageError(`unknown command: ${noun}; did you mean ${near}?`);
}

function unknownVerb(commands: readonly Command[], noun: string, verb: string): UsageError {
  const verbs = commands.filter((it) => it.noun === noun).map((it) => it.verb);
  return new UsageError(
    `unknown command: ${noun} ${verb}; did you mean ${noun} ${nearest(verb, verbs)}?`,
    noun,
  );
}

async function execute(
  command: Command,
  argv: readonly string[],
  before: Globals,
  io: CliIo,
): Promise<void> {
  const { given, globals } = parseArguments(command, argv, before);
  const input = inputOf(command, given, io.readFile);
  const connection = connectionOf(globals, io);
  const reply = await exchange(connection, command.contract, input);
  if (reply.stream) return await copy(reply.stream, io);
  const only = globals.get("--only");
  if (only !== undefined) return await emit(io.stdout, onlyOf(reply, only, command));
  if (globals.get("--format") === "json") {
    return await emit(io.stdout, `${JSON.stringify(reply.body, null, 2)}\n`);
  }
  const look = {
    width: io.isTty ? io.columns : undefined,
    colour: io.isTty && (io.env["NO_COLOR"] ?? "") === "",
  };
  const fields = typeof input["fields"] === "string" ? input["fields"].split(",") : undefined;
  const wanted = fields?.map((it) => it.trim());
  await emit(io.stdout, renderAnswer(command.contract, reply.body, look, wanted));
  const rest = restOf(reply.body);
  if (rest !== undefined) await emit(io.stderr, `${rest}\n`);
}

/** One member of the answer, or of every row: as it is, for other programs. */
function onlyOf(reply: Reply, key: string, command: Command): string {
  const things = rowsOf(reply.body) ?? [reply.body];
  return things
    .map((thing) => {
      const value: unknown =
        typeof thing === "object" && thing !== null ? Reflect.get(thing, key) : undefined;
      if (value === null) return "\n";
      if (typeof value === "string") return `${value.trimEnd()}\n`;
      if (value !== undefined) return `${textOf(value)}\n`;
      throw new UsageError(`--only: the answer has no ${key}`, `${command.noun} ${command.verb}`);
    })
    .join("");
}

async function copy(stream: ByteStream, io: CliIo): Promise<void> {
  for await (const piece of stream.pieces) await emit(io.stdout, piece);
}

class OutputClosed extends Error {}

/** Waits until the text has left: a process that exits before loses what a pipe has not taken (measured: all after 64 KiB). */
async function emit(output: Output, text: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  output.write(text, (error) => {
    if (error) reject(new OutputClosed("nobody reads the output any more", { cause: error }));
    else resolve();
  });
  await promise;
}
