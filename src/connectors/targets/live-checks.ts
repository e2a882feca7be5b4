/** What a connection test of a file-based target looks at. Changes nothing. */
import { posix } from "node:path";
import { type Command, formatCommand } from "../command.ts";
import { ConnectorFailure } from "../failure.ts";
import type { Host } from "../host.ts";
import type { Check } from "./target.ts";

export async function liveChecks(
  host: Host,
  subject: {
    readonly paths: readonly string[];
    /** Undefined when there is no test command. */
    readonly command: Command | undefined;
    /** Finds the service's configuration; undefined when this cannot be known here. */
    readonly configuration: () => Promise<Check | undefined>;
    readonly signal: AbortSignal;
  },
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const path of subject.paths) checks.push(await checkDirectory(host, path));
  const configuration = await attempt("configuration", subject.configuration);
  if (configuration !== undefined) checks.push(configuration);
  const { command } = subject;
  if (command !== undefined) {
    const check = await attempt("test command", async () => {
      await host.run(command, subject.signal);
      return { name: "test command", ok: true, detail: `${formatCommand(command)}: passed` };
    });
    if (check !== undefined) checks.push(check);
  }
  return checks;
}

export async function existsAsText(host: Host, path: string): Promise<Check> {
  const ok = (await host.read(path)) !== undefined;
  return { name: "configuration", ok, detail: ok ? path : `there is no file ${path}` };
}

async function checkDirectory(host: Host, path: string): Promise<Check> {
  const name = posix.basename(path);
  const entries = await host.list(posix.dirname(path));
  if (entries === undefined) {
    return { name, ok: false, detail: `there is no directory ${posix.dirname(path)}` };
  }
  const state = entries.includes(name) ? "exists" : "does not exist yet";
  return { name, ok: true, detail: `${path} ${state}` };
}

async function attempt(
  name: string,
  run: () => Promise<Check | undefined>,
): Promise<Check | undefined> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof ConnectorFailure) return { name, ok: false, detail: cause.detail };
    throw cause;
  }
}
