import { describe, expect, test } from "bun:test";
import { hours, instant, later, minutes } from "#base/time.ts";
import { beatOfHour, beatsOf, longestSilence, slotsOf } from "./beats.ts";

const hour = instant(Date.UTC(2026, 10, 23, 12));
const next = later(hour, hours(1));
const length = minutes(5);
const full = Array.from({ length: 12 }, () => 1);

describe("heartbeats of one agent", () => {
  test("are unknown before it joined, and in the slot that is not over", () => {
    const slots = slotsOf([{ hour, slots: [0, 0, 1, 1, 0] }], {
      length,
      joined: later(hour, minutes(10)),
      now: later(hour, minutes(21)),
    });
    expect(slots.map((it) => it.heard)).toEqual([
      ...[null, null, true, true, null],
      ...[null, null, null, null, null, null, null],
    ]);
  });

  test("are unknown in hours of which nothing is kept, and until the first sign after them", () => {
    const slots = slotsOf(
      [
        { hour, slots: null },
        { hour: next, slots: [0, 1, 0, 1] },
      ],
      { length, joined: instant(0), now: later(next, minutes(20)) },
    );
    expect(slots.slice(12, 16).map((it) => it.heard)).toEqual([null, true, false, true]);
    expect(slots.slice(0, 12).every((it) => it.heard === null)).toBe(true);
  });

  test("are cells: all heard, some, none, nothing known", () => {
    const slots = [true, true, true, false, false, false, null, null].map((heard, at) => ({
      from: later(hour, at * length),
      heard,
    }));
    expect(beatsOf(slots, 2).map((it) => it.state)).toEqual(["ok", "warn", "bad", null]);
  });

  test("the longest silence is told in whole slots; without one there is none", () => {
    const silent = [1, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 1];
    const at = { length, joined: instant(0), now: next };
    const found = longestSilence(slotsOf([{ hour, slots: silent }], at), length);
    expect(found).toEqual({ from: later(hour, minutes(15)), until: later(hour, minutes(30)) });
    expect(longestSilence(slotsOf([{ hour, slots: full }], at), length)).toBeUndefined();
  });
});

test.each([
  [{ total: 0, heard: 0 }, null],
  [{ total: 3, heard: null }, null],
  [{ total: 3, heard: 3 }, "ok"],
  [{ total: 100, heard: 95 }, "warn"],
  [{ total: 3, heard: 2 }, "bad"],
] as const)("an hour of a group, %j: %p", (it, state) => {
  expect(beatOfHour({ hour, ...it }).state).toBe(state);
});
