/** Text to values: what a repeated name means, what one text with commas means. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { coerce, textsOfEntries } from "./coerce.ts";

const list = z.array(z.string()).optional();
const map = z.record(z.string(), z.string()).default({});

describe("a list", () => {
  test.each([
    { texts: ["a, b\nc,,"], expected: ["a", "b", "c"] },
    { texts: ["a\\,b"], expected: ["a,b"] },
    { texts: ["a\\,b,c\\d\\"], expected: ["a,b", "c\\d\\"] },
    { texts: ["a\\\nb"], expected: ["a\nb"] },
    { texts: ["a,b", "c"], expected: ["a,b", "c"] },
    { texts: ["a\\,b", "c"], expected: ["a\\,b", "c"] },
    { texts: [""], expected: [] },
    { texts: [], expected: [] },
  ])("of $texts is $expected", ({ texts, expected }) => {
    expect(coerce(list, texts)).toEqual(expected);
  });

  test("of numbers is split and repeated in the same way", () => {
    expect(coerce(z.array(z.int()), ["1,2"])).toEqual([1, 2]);
    expect(coerce(z.array(z.int()), ["1", "2,3"])).toEqual([1, "2,3"]);
  });

  test("is read back as it was written, whatever stands in it", () => {
    const entry = fc.string({ minLength: 1 }).filter((it) => it.trim() === it);
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        expect(coerce(list, textsOfEntries(entries))).toEqual(entries);
      }),
    );
  });
});

test.each([
  { texts: ["a=1,b=2"], expected: { a: "1", b: "2" } },
  { texts: ["a=1\\,2,b=x=y"], expected: { a: "1,2", b: "x=y" } },
  { texts: ["a=1,2", "b=3"], expected: { a: "1,2", b: "3" } },
  { texts: ["a=1,2"], expected: "2" },
])("a map of $texts is $expected", ({ texts, expected }) => {
  expect(coerce(map, texts)).toEqual(expected);
});
