/** Instants and durations in milliseconds since the Unix epoch, and the clock. No other file reads the machine's clock. */
import { z } from "zod";

/** Milliseconds since 1970-01-01T00:00:00Z. Always UTC. */
export type Instant = number & { readonly __instant: true };
/** A length of time in milliseconds. */
export type Milliseconds = number;

/** The passing of time as a value, so that tests can move it by hand. */
export interface Clock {
  now(): Instant;
  /** Resolves after `duration`, or at once when `signal` aborts (never rejects). */
  sleep(duration: Milliseconds, signal?: AbortSignal): Promise<void>;
}

export const instant = (milliseconds: number): Instant => milliseconds as Instant;
export const seconds = (n: number): Milliseconds => n * 1_000;
export const minutes = (n: number): Milliseconds => n * 60_000;
export const hours = (n: number): Milliseconds => n * 3_600_000;
export const days = (n: number): Milliseconds => n * 86_400_000;

export const later = (from: Instant, by: Milliseconds): Instant => instant(from + by);

/** RFC 3339 on the wire, milliseconds inside. Fractions of a second are kept to the millisecond. */
export const Timestamp = z
  .codec(
    z.iso.datetime({ offset: true }),
    z.custom<Instant>((it) => Number.isSafeInteger(it)),
    {
      decode: (text) => instant(Date.parse(text)),
      encode: (it) => toRfc3339(it),
    },
  )
  .meta({ id: "Timestamp", title: "Instant (RFC 3339)" });

/** `2026-11-23T15:03:36Z`; milliseconds only when there are any. */
export function toRfc3339(it: Instant): string {
  return new Date(it).toISOString().replace(".000Z", "Z");
}

/** A Go-style duration such as `90s`, `10m`, `1h30m` or `168h`, in milliseconds; undefined when it is none. */
export function parseDuration(text: string): Milliseconds | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  const unit: Readonly<Record<string, number>> = {
    ms: 1,
    s: 1_000,
    m: 60_000,
    h: 3_600_000,
    d: 86_400_000,
  };
  let total = 0;
  for (const [, amount, , name] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (unit[name ?? ""] ?? 0);
  }
  return total;
}

/** The shortest Go-style text of a duration: `90s`, `10m`, `1h30m`. */
export function formatDuration(duration: Milliseconds): string {
  if (duration % 1_000 !== 0) return `${duration}ms`;
  const parts: string[] = [];
  let rest = duration / 1_000;
  for (const [unit, size] of [
    ["h", 3_600],
    ["m", 60],
    ["s", 1],
  ] as const) {
    const n = Math.floor(rest / size);
    if (n > 0) parts.push(`${n}${unit}`);
    rest -= n * size;
  }
  return parts.join("") || "0s";
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now() as Instant,
  sleep: (duration, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      // Timers hold 32 bits: a longer sleep would return at once.
      const timer = setTimeout(done, Math.min(duration, 2_147_483_647));
      signal?.addEventListener("abort", done);
    }),
};
