/** Says what went wrong in a loop that goes on: a stack where it is a defect, a line where the database is away. */
import type { Log } from "#base/log.ts";
import { Problem } from "#base/problem.ts";

export function sayTrouble(log: Log, error: unknown, what: string): void {
  if (error instanceof Problem && error.kind === "unavailable") {
    log.warn({ reason: error.detail }, `could not ${what}`);
  } else {
    log.error({ err: error }, `could not ${what}`);
  }
}
