import { describe, expect, test } from "bun:test";
import { days, hours, minutes, seconds } from "#base/time.ts";
import { exactly, roughly } from "./span.ts";

describe("a length of time", () => {
  test.each([
    { length: days(90), says: "90 days" },
    { length: days(1), says: "1 day" },
    { length: hours(36), says: "36 hours" },
    { length: minutes(90), says: "90 minutes" },
    { length: seconds(59), says: "59 seconds" },
    { length: days(3_650), says: "3,650 days" },
  ])("is exactly $says", ({ length, says }) => {
    expect(exactly(length)).toBe(says);
  });

  test.each([
    { length: days(29.7), says: "30 days" },
    { length: days(1.5), says: "36 hours" },
    { length: minutes(3.3), says: "3 minutes" },
    { length: minutes(1), says: "60 seconds" },
  ])("is roughly $says", ({ length, says }) => {
    expect(roughly(length)).toBe(says);
  });
});
