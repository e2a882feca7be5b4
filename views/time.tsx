/** Instants as people read them: absolute in UTC, and in words relative to a moment that is given. */
/** @jsxImportSource hono/jsx */
import { type Instant, minutes, toRfc3339 } from "#base/time.ts";
import type { Html } from "./html.ts";
import { relative } from "./relative.ts";

export { lengthInWords, relative } from "./relative.ts";

export interface TimeProps {
  readonly at: Instant | null;
  readonly now: Instant;
  /** What stands there without an instant. */
  readonly none?: string;
}

/** In a cell of a table the absolute time stands below the words, which the client script renews. */
export function Time({ at, now, none = "–" }: TimeProps): Html {
  if (at === null) return <>{none}</>;
  return (
    <time class="when" data-ago datetime={toRfc3339(at)} title={absolute(at)}>
      {relative(at, now)}
      <span class="sub">{` ${shortly(at)}`}</span>
    </time>
  );
}

/** The words alone, within a sentence; the client script renews them. */
export function Ago({ at, now }: { readonly at: Instant; readonly now: Instant }): Html {
  return (
    <time data-ago datetime={toRfc3339(at)} title={absolute(at)}>
      {relative(at, now)}
    </time>
  );
}

/** `23 Nov 2026, 15:03 UTC`. */
export function shortly(at: Instant): string {
  return `${dateOf(at)}, ${new Date(at).toISOString().slice(11, 16)} UTC`;
}

/** `23 Nov 2026`, in UTC. */
export function dateOf(at: Instant): string {
  const date = new Date(at);
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `2026-11-23 15:03:36 UTC`. */
export function absolute(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** How long a step took: `0.42 s`, `3 min 5 s`. */
export function took(from: Instant, to: Instant): string {
  const length = Math.max(to - from, 0);
  if (length < minutes(1)) return `${(length / 1_000).toFixed(2)} s`;
  return `${Math.floor(length / minutes(1))} min ${Math.round((length % minutes(1)) / 1_000)} s`;
}

/** `for 89 days, until 21 Feb 2027, 21:48 UTC`; of the past `2 days ago, on 21 Nov 2026, 21:48 UTC`. */
export function Until({ at, now }: { readonly at: Instant | null; readonly now: Instant }): Html {
  if (at === null) return <>–</>;
  const [before, after] = at > now ? ["for ", "until"] : ["", "on"];
  return (
    <>
      {before}
      <b>{at > now ? relative(at, now).replace(/^in /, "") : relative(at, now)}</b>
      {`, ${after} ${shortly(at)}`}
    </>
  );
}
