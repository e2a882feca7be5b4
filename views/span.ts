/** Lengths of time as people say them. */
import { days, hours, type Milliseconds, minutes, seconds } from "#base/time.ts";
import { countOf } from "./count.ts";

const units: readonly (readonly [Milliseconds, string])[] = [
  [days(1), "day"],
  [hours(1), "hour"],
  [minutes(1), "minute"],
  [seconds(1), "second"],
];

/** The largest unit that measures it exactly: `90 days`, `36 hours`, `90 minutes`. */
export function exactly(length: Milliseconds): string {
  const [size, name] = units.find(([it]) => length >= it && length % it === 0) ?? [1_000, "second"];
  return countOf(Math.round(length / size), name);
}

/** Rounded, in the largest unit of which there are two: `30 days`, `17 hours`. */
export function roughly(length: Milliseconds): string {
  const unit = units.find(([it]) => length >= 2 * it) ?? units.find(([it]) => length >= it);
  const [size, name] = unit ?? [1_000, "second"];
  return countOf(Math.round(length / size), name);
}
