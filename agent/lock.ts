/** One agent per state directory: the mutexes of deployments and the journal are of one process. Survives kill -9. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Mistake } from "#base/mistake.ts";

export class StateDirectoryTaken extends Mistake {
  constructor(directory: string, pid: number) {
    super(`${directory} belongs to a running agent (process ${pid})`);
    this.name = "StateDirectoryTaken";
  }
}

/**
 * A file made exclusively that names its process by number and start time, so that a number that was given out again is
 * not mistaken for the holder. Returns how to let go.
 */
export function lockState(directory: string): () => void {
  const path = join(directory, "agent.lock");
  for (let attempt = 0; ; attempt++) {
    try {
      const file = openSync(path, "wx", 0o600);
      writeSync(file, `${process.pid} ${startOf(process.pid)}\n`);
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
      if (!exists || attempt > 0) throw error;
      const [pid = "0", start = ""] = readFileSync(path, "utf8").trim().split(" ");
      if (start !== "" && startOf(Number(pid)) === start)
        throw new StateDirectoryTaken(directory, Number(pid));
      rmSync(path, { force: true });
    }
  }
}

/** When a process started, in clock ticks since boot (proc(5), field 22 of stat); empty when there is none. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name may hold spaces and brackets: the fields begin after the last bracket.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    // No such process, or no /proc: nobody can be named as the holder.
    return "";
  }
}
