/** Heartbeats as cells of a strip: of one agent by its slots, of a group by the hour. Pure. */
import { type Instant, later, type Milliseconds } from "#base/time.ts";
import type { AgentStrip } from "#features/overview/stats-api.ts";
import type { Beat } from "../chart.tsx";

/** One hour as `agents.heartbeats` tells it. */
export interface HeardHour {
  readonly hour: Instant;
  /** For each slot that has begun 1 when the agent was heard of; null: nothing is known of the hour. */
  readonly slots: readonly number[] | null;
}

export interface Slot {
  readonly from: Instant;
  /** Null: before it joined, before anything was kept, or not over yet. */
  readonly heard: boolean | null;
}

/** The slots of all hours in order. A slot that is not over and has not heard it yet says nothing. */
export function slotsOf(
  hours: readonly HeardHour[],
  it: { readonly length: Milliseconds; readonly joined: Instant; readonly now: Instant },
): readonly Slot[] {
  const perHour = 3_600_000 / it.length;
  const known = hours.flatMap(({ hour, slots }) =>
    Array.from({ length: perHour }, (_, at): Slot => {
      const from = later(hour, at * it.length);
      const end = from + it.length;
      const heard = (slots?.[at] ?? 0) === 1;
      const isSaid = slots !== null && end > it.joined && (heard || end <= it.now);
      return { from, heard: isSaid ? heard : null };
    }),
  );
  // What was not kept before the first sign of life was not silence.
  const first = known.findIndex((slot) => slot.heard === true);
  const isWhole = hours[0] !== undefined && hours[0].slots !== null;
  return known.map((slot, at) => (!isWhole && at < first ? { ...slot, heard: null } : slot));
}

/** So many slots together as one cell: all heard, some, none. */
export function beatsOf(slots: readonly Slot[], together: number): readonly Beat[] {
  return Array.from({ length: Math.ceil(slots.length / together) }, (_, at): Beat => {
    const cell = slots.slice(at * together, (at + 1) * together);
    const said = cell.filter((it) => it.heard !== null);
    if (said.length === 0) return { state: null };
    const heard = said.filter((it) => it.heard).length;
    if (heard === said.length) return { state: "ok" };
    return { state: heard > 0 ? "warn" : "bad" };
  });
}

export interface Silence {
  readonly from: Instant;
  readonly until: Instant;
}

/** The longest time without a sign of life, in whole slots; undefined: there was none. */
export function longestSilence(slots: readonly Slot[], length: Milliseconds): Silence | undefined {
  let longest: Silence | undefined;
  let present: Silence | undefined;
  for (const { from, heard } of slots) {
    if (heard !== false) present = undefined;
    else {
      present = { from: present?.from ?? from, until: later(from, length) };
      if (!longest || present.until - present.from > longest.until - longest.from) {
        longest = present;
      }
    }
  }
  return longest;
}

/** One hour of a group of agents. */
export function beatOfHour({ total, heard }: AgentStrip["hours"][number]): Beat {
  if (heard === null || total === 0) return { state: null };
  if (heard >= total) return { state: "ok" };
  return { state: heard / total >= 0.95 ? "warn" : "bad" };
}
