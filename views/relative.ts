/** How far off an instant is, in words: those of the server and of the script in the browser, which loads nothing else. */
const day = 86_400_000;

const units: readonly (readonly [milliseconds: number, name: string])[] = [
  [365 * day, "year"],
  [day, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1_000, "second"],
];

/** Both in milliseconds since 1970. `in 3 days`, `2 minutes ago`, `just now`: the largest unit of which there are two, rounded down. */
export function relative(at: number, now: number): string {
  const words = lengthInWords(Math.abs(at - now));
  if (words === undefined) return at > now ? "now" : "just now";
  return at > now ? `in ${words}` : `${words} ago`;
}

/** `3 days`; undefined below a second. */
export function lengthInWords(length: number): string | undefined {
  const unit = units.find(([size]) => length >= 2 * size) ?? units.find(([size]) => length >= size);
  if (!unit) return undefined;
  const [size, name] = unit;
  const n = Math.floor(length / size);
  return `${n} ${name}${n === 1 ? "" : "s"}`;
}
