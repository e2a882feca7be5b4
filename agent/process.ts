/** Runs a command: no shell, a process group of its own, a bounded time and a bounded output. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Clock, Milliseconds } from "#base/time.ts";
import { type Command, formatCommand } from "#connectors/command.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import type { Output } from "#connectors/host.ts";
import { codeOf } from "./files.ts";

export interface RunOptions {
  readonly clock: Clock;
  readonly timeout: Milliseconds;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** What commands get to see: a usual path, and messages in English. */
export const defaultEnvironment: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LC_ALL: "C",
};

/** Of each stream the last part is kept: that is where programs say why they failed. */
const maximumOutput = 64 * 1024;
/** Of what a failed command said, this much goes into the failure. */
const maximumTail = 2_000;
/** A daemon that the command started may hold its output open: after the exit it is read no longer than this. */
const drainTime = 100;
const graceTime = 1_000;

export async function runCommand(command: Command, options: RunOptions): Promise<Output> {
  const { signal, clock } = options;
  if (signal.aborted) throw cancelled(command);
  const ended = new AbortController();
  const child = start(command, options.environment);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const end = waitFor(child, command);
  const stop = (async () => {
    const limit = AbortSignal.any([signal, ended.signal]);
    await clock.sleep(options.timeout, limit);
    if (ended.signal.aborted) return false;
    killGroup(child, "SIGTERM");
    await clock.sleep(graceTime, ended.signal);
    // The leader may have gone and left children behind: the whole group ends in any case.
    killGroup(child, "SIGKILL");
    return true;
  })();
  try {
    const status = await Promise.race([
      end.exited,
      stop.then((did) => (did ? "stopped" : end.exited)),
    ]);
    await Promise.race([end.closed, clock.sleep(drainTime, ended.signal)]);
    ended.abort();
    if (await stop) throw stopped(command, options, stderr());
    if (status !== "status 0") throw failed(command, status, stderr() || stdout());
    return { stdout: stdout(), stderr: stderr() };
  } finally {
    ended.abort();
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

function start(command: Command, environment: Readonly<Record<string, string>>): ChildProcess {
  const [program = "", ...args] = command;
  return spawn(program, args, {
    cwd: "/",
    env: { ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that children of the command end with it.
    detached: true,
  });
}

function waitFor(child: ChildProcess, command: Command) {
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const exited = new Promise<string>((resolve, reject) => {
    child.once("exit", (code, signal) =>
      resolve(signal === null ? `status ${code}` : `signal ${signal}`),
    );
    child.once("error", (cause) => reject(notStarted(command, cause)));
  });
  return { exited, closed };
}

function collect(stream: ChildProcess["stdout"]): () => string {
  let text = "";
  const decoder = new TextDecoder();
  stream?.on("data", (chunk: Uint8Array) => {
    text = (text + decoder.decode(chunk, { stream: true })).slice(-maximumOutput);
  });
  return () => text;
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (cause) {
    // Nobody of the group is left, or it runs as another user (sudo) and is beyond our reach.
    if (!["ESRCH", "EPERM"].includes(codeOf(cause))) throw cause;
  }
}

/** The end of a text, on whole lines where possible. */
export function tail(text: string, maximum = maximumTail): string {
  const trimmed = text.trim();
  if (trimmed.length <= maximum) return trimmed;
  return `…${trimmed.slice(-maximum).replace(/^[^\n]*\n/, "\n")}`;
}

function notStarted(command: Command, cause: Error): ConnectorFailure {
  const program = command[0] ?? "";
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: `there is no program ${program} on this machine`,
    EACCES: `${program} may not be run by this agent`,
  };
  const detail = reasons[codeOf(cause)] ?? `${program} could not be started: ${cause.message}`;
  return new ConnectorFailure(detail, { stage: "run", retryable: false, cause });
}

function cancelled(command: Command): ConnectorFailure {
  return new ConnectorFailure(
    `${formatCommand(command)} was not run: the deployment was cancelled`,
    {
      stage: "run",
      retryable: true,
    },
  );
}

function failed(command: Command, status: string, output: string): ConnectorFailure {
  const said = tail(output);
  return new ConnectorFailure(
    `${formatCommand(command)} ended with ${status}${said === "" ? " and said nothing" : `: ${said}`}`,
    { stage: "run", retryable: true },
  );
}

function stopped(command: Command, options: RunOptions, output: string): ConnectorFailure {
  const why = options.signal.aborted
    ? "was stopped, because the deployment was cancelled"
    : `was stopped after ${options.timeout / 1_000} seconds`;
  const said = tail(output);
  return new ConnectorFailure(
    `${formatCommand(command)} ${why}${said === "" ? "" : `; it had said: ${said}`}`,
    { stage: "run", retryable: true },
  );
}
