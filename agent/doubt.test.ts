import { expect, test } from "bun:test";
import { CallFailure } from "#base/exchange.ts";
import { Problem } from "#base/problem.ts";
import { doubtAfter } from "./doubt.ts";

test.each([
  {
    name: "a connection that broke",
    error: new CallFailure("unreachable", ""),
    doubt: "answer lost",
  },
  { name: "silence", error: new CallFailure("timeout", ""), doubt: "answer lost" },
  { name: "a server that died", error: new CallFailure("defect", ""), doubt: "answer lost" },
  {
    name: "an answer that is none",
    error: new CallFailure("unintelligible", ""),
    doubt: "answer not understood",
  },
  { name: "a refusal", error: new Problem("forbidden", ""), doubt: "answer not understood" },
  { name: "a defect here", error: new TypeError(), doubt: "answer not understood" },
] as const)("after $name the agent says: $doubt", ({ error, doubt }) => {
  expect(doubtAfter(error)).toBe(doubt);
});
