import { describe, expect, test } from "bun:test";
import { lengthIn, lengthText } from "./length.ts";

describe("lengths of time", () => {
  test("are said in the largest unit without rest, and read back as they were", () => {
    for (const [seconds, text] of [
      [0, "0"],
      [61, "61 s"],
      [90 * 60, "90 m"],
      [36 * 3_600, "36 h"],
      [90 * 86_400, "90 d"],
    ] as const) {
      expect([lengthText(seconds), lengthIn(text)]).toEqual([text, seconds]);
    }
  });

  test("are read as people write them", () => {
    expect(
      ["90d", "90 Days", " 1 day, 12 hours ", "1d12h", "15 min", "3600"].map(lengthIn),
    ).toEqual([7_776_000, 7_776_000, 129_600, 129_600, 900, 3_600]);
  });

  test("are none where that is not certain", () => {
    expect(["", "d", "1.5 d", "-1 d", "90 x", "1 month", "5 d x"].map(lengthIn)).toEqual(
      Array.from({ length: 7 }, () => undefined),
    );
  });
});
