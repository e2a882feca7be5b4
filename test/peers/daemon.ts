/** Starts a real program in the foreground as a child of the test, waits until it serves, and stops it with all its processes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";

export interface Daemon {
  readonly pid: number;
  /** What it wrote so far. */
  output(): string;
  /** Resolves when it and all its children are gone. */
  stop(): Promise<void>;
}

/** The kernel ends the daemon when the test runner is killed and cannot (prctl(2), PR_SET_PDEATHSIG). */
const endsWithUs = existsSync("/usr/bin/setpriv")
  ? ["/usr/bin/setpriv", "--pdeathsig", "TERM"]
  : [];

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) killGroup(child, "SIGKILL");
});

export async function startDaemon(
  command: readonly string[],
  port: number,
  directory: string,
): Promise<Daemon> {
  const [program = "", ...args] = [...endsWithUs, ...command];
  const child = spawn(program, args, {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  running.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output = (output + chunk).slice(-20_000);
    });
  }
  let ended: string | undefined;
  child.once("exit", (code, signal) => {
    ended = `ended with ${signal ?? code}`;
  });
  child.once("error", (cause) => {
    ended = cause.message;
  });
  for (let attempt = 0; !(await isOpen(port)); attempt++) {
    if (ended === undefined && attempt < 500) {
      await Bun.sleep(10);
      continue;
    }
    killGroup(child, "SIGKILL");
    throw new Error(`${program} ${ended ?? `does not listen on ${port}`}: ${output}`);
  }
  return {
    pid: child.pid ?? 0,
    output: () => output,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, "exit");
        child.kill("SIGTERM");
        const late = setTimeout(() => killGroup(child, "SIGKILL"), 3_000);
        await exited;
        clearTimeout(late);
      }
      // Workers that still finish a connection end with the group.
      killGroup(child, "SIGKILL");
      running.delete(child);
    },
  };
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}
