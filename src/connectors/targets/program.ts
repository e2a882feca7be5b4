/** Recognises a test command that runs the service's own program here, so that it can be pointed at a copy of the configuration. */
import { basename } from "node:path";
import type { Command } from "../command.ts";

export interface Invocation {
  /** All words up to and including the program. */
  readonly program: Command;
  readonly args: readonly string[];
}

/**
 * `nginx …`, `/opt/bin/nginx …`, `sudo -n nginx …`; undefined for a script or a container, which would not see the copy.
 */
export function findInvocation(command: Command, names: readonly string[]): Invocation | undefined {
  let at = 0;
  if (["sudo", "doas"].includes(basename(command[0] ?? ""))) {
    at = command.findIndex((word, index) => index > 0 && !word.startsWith("-"));
  }
  const program = command[at];
  if (program === undefined || !names.includes(basename(program))) return undefined;
  return { program: command.slice(0, at + 1), args: command.slice(at + 1) };
}

/** The values of an option that takes one, written `-c FILE` or `-cFILE`, and the arguments without it. */
export function takeOption(
  args: readonly string[],
  option: string,
): { readonly values: readonly string[]; readonly rest: readonly string[] } {
  const values: string[] = [];
  const rest: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    if (word === option) {
      at += 1;
      values.push(args[at] ?? "");
    } else if (word.startsWith(option)) {
      values.push(word.slice(option.length));
    } else {
      rest.push(word);
    }
  }
  return { values, rest };
}
