import { describe, expect, test } from "bun:test";
import { instant, later, minutes } from "#base/time.ts";
import { sentenceOf } from "./heartbeats.tsx";

const length = minutes(5);
const from = instant(Date.UTC(2026, 10, 23, 12));
const slots = (...heard: readonly (boolean | null)[]) =>
  heard.map((it, at) => ({ from: later(from, at * length), heard: it }));

describe("a day of heartbeats in words", () => {
  const now = later(from, minutes(60));
  test.each([
    [slots(null, null), "Nothing is known of this time yet."],
    [slots(true, true, true, null), "Heard of all the time."],
    [slots(null, null, true, true), "Heard of all the time since 23 Nov 2026, 12:10 UTC."],
    [
      slots(true, false, false, true),
      "Heard of in 50 % of the time. The longest silence was 10 minutes, until 45 minutes ago.",
    ],
  ])("%j: %p", (given, words) => {
    expect(sentenceOf(given, length, now)).toBe(words);
  });

  test("a silence that goes on is said to be so", () => {
    const all = slots(...Array.from({ length: 12 }, (_, at) => at < 6));
    expect(sentenceOf(all, length, now)).toEndWith("was 30 minutes, until now.");
  });
});
