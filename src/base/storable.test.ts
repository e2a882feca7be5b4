import { expect, test } from "bun:test";
import { requireStorable } from "./storable.ts";

const pathOf = (value: unknown): string | undefined => {
  try {
    requireStorable(value);
    return undefined;
  } catch (error) {
    return (error as { errors: { path: string }[] }).errors[0]?.path;
  }
};

test.each([
  { name: "U+0000", value: { name: "a\0b" }, path: "name" },
  { name: "half a pair, in a list", value: { sans: ["a", "\ud800"] }, path: "sans.1" },
  { name: "a key", value: { tags: { "a\0": "b" } }, path: "tags" },
  { name: "a name of the code", value: { issuerId: "\0" }, path: "issuer_id" },
  { name: "a whole pair", value: { name: "😀" }, path: undefined },
  { name: "no text at all", value: { count: 1, none: null, yes: true }, path: undefined },
])("names the place of text that cannot be kept: $name", ({ value, path }) => {
  expect(pathOf(value)).toBe(path);
});
