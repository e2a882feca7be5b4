import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { scanJson } from "./json-scan.ts";

const scan = (text: string, deepest = 32) => scanJson(Buffer.from(text), deepest);

describe("scanning JSON", () => {
  test("finds no name twice in what JSON.stringify wrote, and its depth", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const { depth, repeated } = scan(JSON.stringify(value));
        expect([depth, repeated]).toEqual([depthOf(value), undefined]);
      }),
    );
  });

  test("finds a name that was added a second time, wherever and however it is written", () => {
    const name = fc.string({ unit: "binary" }).filter((it) => !it.includes("."));
    const place = fc.array(fc.oneof(name, fc.nat({ max: 3 })), { maxLength: 5 });
    fc.assert(
      fc.property(name, place, fc.boolean(), (twice, around, escaped) => {
        const key = escaped ? escapedText(twice) : JSON.stringify(twice);
        let text = `{${JSON.stringify(twice)}:0,"other":"{,\\"",${key}:1}`;
        let path = [twice.toWellFormed()];
        for (const step of around) {
          text =
            typeof step === "number"
              ? `[${"0,".repeat(step)}${text}]`
              : `{"first\\\\":[{}],${JSON.stringify(step)}:${text}}`;
          path = [String(step).toWellFormed(), ...path];
        }
        // A name that happens to be one of the scaffold's is no counterexample.
        fc.pre(twice !== "other" && !around.includes("first\\"));
        expect(scan(text).repeated).toBe(path.join("."));
      }),
    );
  });

  test.each([
    { name: "an escaped name", text: '{"a":1,"\\u0061":2}', repeated: "a" },
    { name: "names in different objects", text: '{"a":{"a":1},"b":{"a":1}}', repeated: undefined },
    { name: "a name as a value", text: '{"a":"a","b":["a","a"]}', repeated: undefined },
    { name: "an empty name", text: '{"":1,"":2}', repeated: "" },
  ])("$name", ({ text, repeated }) => expect(scan(text).repeated).toBe(repeated));

  test("ends where it is too deep", () => {
    expect(scan("[".repeat(1_000_000), 32).depth).toBe(33);
  });

  test("ends on any bytes at all", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void scanJson(bytes, 32)));
  });
});

const escapedText = (text: string): string =>
  `"${[...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")}"`;

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
