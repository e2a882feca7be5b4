/** Takes the lock of a data directory, says so or why not, and holds it until it is killed. Argument: the data directory. */
import { writeSync } from "node:fs";
import { systemClock } from "#base/time.ts";
import { lockDataDir } from "#db/data-dir-lock.ts";

try {
  lockDataDir(process.argv[2] ?? "", systemClock.now());
  writeSync(1, "locked\n");
  // A child of the holder must not inherit the lock.
  Bun.spawn(["sleep", "20"], { stdio: ["ignore", "ignore", "ignore"] });
  setInterval(() => undefined, 1_000);
} catch (error) {
  writeSync(1, `${String(error)}\n`);
}
