/** How much of a lifetime is used, and where the renewal is due in it. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { Html } from "./html.ts";

/** `n` in progress, `w` late, `b` over, `x` void. */
export type LifeState = "" | "n" | "w" | "b" | "x";

export interface LifeProps {
  readonly from: Instant;
  readonly to: Instant;
  readonly now: Instant;
  /** When it is due to be renewed, if anything will renew it. */
  readonly renewAt: Instant | null;
  readonly state?: LifeState;
}

/** Whole percent of `from`…`to` at `at`, between 0 and 100. */
export function shareOf(from: Instant, to: Instant, at: Instant): number {
  const length = Math.max(to - from, 1);
  return Math.round(Math.min(Math.max((at - from) / length, 0), 1) * 100);
}

/** Geometry stands in attributes: the policy of the page allows no style of an element. */
export function Life({ from, to, now, renewAt, state = "" }: LifeProps): Html {
  const used = shareOf(from, to, now);
  const due = renewAt === null ? undefined : shareOf(from, to, renewAt);
  const label = `${used} % of the lifetime is used${due === undefined ? "" : `; renewal at ${due} %`}`;
  return (
    <svg class={`life ${state}`.trim()} role="img" aria-label={label}>
      <rect class="t" y="2" width="100%" height="4" rx="2" />
      <rect class="u" y="2" width={`${used}%`} height="4" rx="2" />
      {due === undefined ? null : <rect class="r" x={`${due}%`} width="1.5" height="8" />}
    </svg>
  );
}

/** The same bar for work: `done` of `total`. */
export function Progress({
  done,
  total,
  label,
  state = "n",
}: {
  readonly done: number;
  readonly total: number;
  readonly label: string;
  readonly state?: LifeState;
}): Html {
  const share = total === 0 ? 100 : Math.floor((done / total) * 100);
  return (
    <svg
      class={`life ${state}`.trim()}
      role="progressbar"
      aria-label={label}
      aria-valuenow={share}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <rect class="t" y="2" width="100%" height="4" rx="2" />
      <rect class="u" y="2" width={`${share}%`} height="4" rx="2" />
    </svg>
  );
}
