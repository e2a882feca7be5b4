/** Child processes of the demo: started in a group of their own, ended with everything they started. */
import { type ChildProcess, spawn } from "node:child_process";
import { openSync } from "node:fs";

export interface Child {
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** Starts a program whose output goes to a log file. */
export function startChild(
  command: readonly string[],
  logFile: string,
  env: Record<string, string> = {},
): Child {
  const [file = "", ...args] = command;
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(file, args, {
    detached: true,
    stdio: ["ignore", log, log],
    env: { PATH: searchPath, HOME: "/tmp", LC_ALL: "C", ...env },
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const signal = (name: NodeJS.Signals) => {
    if (child.pid === undefined || child.exitCode !== null) return;
    try {
      process.kill(-child.pid, name);
    } catch (error) {
      // It ended by itself this moment.
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  };
  return {
    process: child,
    async stop() {
      signal("SIGTERM");
      await Promise.race([ended, Bun.sleep(10_000)]);
      signal("SIGKILL");
    },
  };
}

export const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
