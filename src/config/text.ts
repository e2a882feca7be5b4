/** What a setting's text may mean: every setting arrives as text, whatever its source, and one schema reads it. */
import { isIP } from "node:net";
import { z } from "zod";
import { formatDuration, type Milliseconds, parseDuration } from "#base/time.ts";

/** Text to value. The description completes "must be …" in errors and in the reference. */
export type TextSchema<T> = z.ZodType<T, string>;

/** Text that `parse` understands; what it answers with undefined breaks the rule. */
export function text<T>(rule: string, parse: (text: string) => T | undefined): TextSchema<T> {
  return z
    .string()
    .transform((input, context) => {
      const value = parse(input);
      if (value !== undefined) return value;
      context.issues.push({ code: "custom", message: `must be ${rule}`, input: undefined });
      return z.NEVER;
    })
    .meta({ description: rule });
}

/** Comma-separated; blanks around the parts and empty parts do not count. */
export function listOf<T>(
  rule: string,
  parse: (part: string) => T | undefined,
): TextSchema<readonly T[]> {
  return text(`a comma-separated list of ${rule}`, (input) => {
    const parts = splitList(input).map(parse);
    return parts.includes(undefined) ? undefined : (parts as T[]);
  });
}

function splitList(input: string): readonly string[] {
  return input
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

export const oneOf = <const T extends string>(...options: readonly [T, ...T[]]): TextSchema<T> =>
  text(options.join(" or "), (input) => options.find((it) => it === input));

export const Flag = text("true or false", (input) => {
  const known = { true: true, on: true, "1": true, false: false, off: false, "0": false };
  return Object.entries(known).find(([word]) => word === input.toLowerCase())?.[1];
});

export const whole = (least: number, most: number): TextSchema<number> =>
  text(`a whole number from ${least} to ${most}`, (input) => {
    const n = /^\d{1,15}$/.test(input) ? Number(input) : Number.NaN;
    return n >= least && n <= most ? n : undefined;
  });

export const decimal = (least: number, most: number): TextSchema<number> =>
  text(`a number from ${least} to ${most}`, (input) => {
    const n = /^\d{1,15}(\.\d+)?$/.test(input) ? Number(input) : Number.NaN;
    return n >= least && n <= most ? n : undefined;
  });

/** 0 lets the system choose a free one. */
export const Port = text("a port from 0 to 65535", (input) => {
  const n = /^\d{1,5}$/.test(input) ? Number(input) : Number.NaN;
  return n <= 65_535 ? n : undefined;
});

export const duration = (least: Milliseconds, most: Milliseconds): TextSchema<Milliseconds> =>
  text(
    `a duration such as 30s, 10m or 1h30m, from ${formatDuration(least)} to ${formatDuration(most)}`,
    (input) => {
      const n = parseDuration(input);
      return n !== undefined && n >= least && n <= most ? n : undefined;
    },
  );

const units: Readonly<Record<string, number>> = { "": 1, KiB: 1_024, MiB: 1_048_576 };

export const ByteSize = text("a number of bytes from 1KiB to 1024MiB", (input) => {
  const match = /^(\d{1,10})(KiB|MiB|)$/.exec(input);
  const n = Number(match?.[1] ?? Number.NaN) * (units[match?.[2] ?? ""] ?? 1);
  return n >= 1_024 && n <= 1_073_741_824 ? n : undefined;
});

export const Path = text("a path", (input) => (input.includes("\0") ? undefined : input));

const hostName =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** A last label of digits alone makes an IPv4 address of it (WHATWG URL, "ends in a number"): a valid one or none. */
const endsInNumber = /(^|\.)\d+$/;

export function parseHost(input: string): string | undefined {
  if (isIP(input) > 0) return input;
  return hostName.test(input) && !endsInNumber.test(input) ? input : undefined;
}

export const Host = text("an IP address or a host name", parseHost);

/** `10.0.0.0/8`, or an address, which is a network of one. */
export function parseNetwork(input: string): string | undefined {
  const [address = "", prefix, ...rest] = input.split("/");
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  if (bits === 0 || rest.length > 0) return undefined;
  if (prefix === undefined) return `${address}/${bits}`;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits ? input : undefined;
}

/** An origin, without user, path, query or fragment. */
export function parseOrigin(input: string, scheme: "http" | "https" | "any"): URL | undefined {
  const url = URL.canParse(input) ? new URL(input) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  if (scheme !== "any" && url.protocol !== `${scheme}:`) return undefined;
  return input.replace(/\/$/, "").toLowerCase() === url.origin ||
    isOriginWithDefaultPort(input, url)
    ? url
    : undefined;
}

/** `https://host:443` is the origin `https://host`. */
function isOriginWithDefaultPort(input: string, url: URL): boolean {
  const port = url.protocol === "https:" ? 443 : 80;
  return input.replace(/\/$/, "").toLowerCase() === `${url.origin}:${port}`;
}

export const publicUrl = (scheme: "http" | "https"): TextSchema<URL> =>
  text(`a URL of the form ${scheme}://host[:port]`, (input) => parseOrigin(input, scheme));
