/** Edit distance is a metric, and the nearest word is found. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { editDistance, nearest } from "./nearest.ts";

test.each([
  { a: "", b: "", expected: 0 },
  { a: "", b: "abc", expected: 3 },
  { a: "kitten", b: "sitting", expected: 3 },
  { a: "SERVER_PROT", b: "SERVER_PORT", expected: 2 },
])("from $a to $b it takes $expected edits", ({ a, b, expected }) => {
  expect(editDistance(a, b)).toBe(expected);
});

test("the distance is symmetric, zero only for equals, and obeys the triangle", () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
      expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
    }),
  );
});

test("the nearest of several words is found, and none of none", () => {
  expect(nearest("lst", ["get", "list", "test"])).toBe("list");
  expect(nearest("lst", [])).toBeUndefined();
  expect(nearest("--stat", ["--sort", "--status", "--status-of-all"])).toBe("--status");
});
