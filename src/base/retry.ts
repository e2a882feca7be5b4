/** How long to wait before the next attempt. Pure: chance is a parameter. */
import { hours, type Milliseconds, minutes, seconds } from "./time.ts";

/** Waits after the 1st, 2nd, … failure; the last repeats. In all: 10 s, 40 s, 2 m 40 s, 7 m 40 s, 22 m 40 s, 52 m 40 s, then hourly. */
export const backoffTable: readonly Milliseconds[] = [
  seconds(10),
  seconds(30),
  minutes(2),
  minutes(5),
  minutes(15),
  minutes(30),
  hours(1),
];

/** The wait after `failures` failures (1 or more), spread by ±20 % so that a fleet does not come back as one. */
export function backoff(
  failures: number,
  fraction: number,
  table: readonly Milliseconds[] = backoffTable,
): Milliseconds {
  const wait = table[Math.min(Math.max(failures, 1), table.length) - 1] ?? hours(1);
  return Math.round(wait * (0.8 + 0.4 * fraction));
}
