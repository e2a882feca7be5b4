import { describe, expect, test } from "bun:test";
import { days, hours, instant, minutes, seconds } from "#base/time.ts";
import { absolute, relative, shortly, took } from "./time.tsx";

describe("an instant in words", () => {
  const now = instant(Date.UTC(2026, 10, 23, 12));
  test.each([
    [0, "just now"],
    [-seconds(0.9), "just now"],
    [999, "now"],
    [seconds(1), "in 1 second"],
    [-seconds(59), "59 seconds ago"],
    [seconds(119), "in 119 seconds"],
    [minutes(2), "in 2 minutes"],
    [-hours(2), "2 hours ago"],
    [hours(47), "in 47 hours"],
    [days(2), "in 2 days"],
    [-days(729), "729 days ago"],
    [days(3_650), "in 10 years"],
  ])("%p ms away: %s", (away, words) => {
    expect(relative(instant(now + away), now)).toBe(words);
  });

  test("is absolute in UTC, to the second", () => {
    expect(absolute(now)).toBe("2026-11-23 12:00:00 UTC");
    expect(shortly(now)).toBe("23 Nov 2026, 12:00 UTC");
  });

  test("a step's length has a unit that fits, and is never negative", () => {
    expect(took(now, instant(now + 20))).toBe("0.02 s");
    expect(took(now, instant(now + 185_000))).toBe("3 min 5 s");
    expect(took(now, instant(now - 5))).toBe("0.00 s");
  });
});
