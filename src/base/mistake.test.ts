import { expect, test } from "bun:test";
import { lastWords, Mistake } from "./mistake.ts";
import { Problem } from "./problem.ts";

class Taken extends Mistake {}

test.each([
  { error: new Mistake("the port is in use"), words: "the port is in use" },
  { error: new Taken("the directory is taken"), words: "the directory is taken" },
  { error: new Problem("conflict", "data is in use"), words: "data is in use" },
  { error: "text", words: "text" },
])("what is expected is a sentence: $words", ({ error, words }) => {
  expect(lastWords(error)).toBe(words);
});

test("a defect keeps its stack", () => {
  expect(lastWords(new TypeError("undefined is no function"))).toMatch(
    /^TypeError: undefined is no function\n +at /,
  );
});
