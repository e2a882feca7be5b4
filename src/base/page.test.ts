import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeCursor, encodeCursor, windowOf } from "./page.ts";
import { Problem } from "./problem.ts";

const cursor = fc.record({
  sort: fc.stringMatching(/^-?[a-z_]{1,20}$/),
  value: fc.oneof(fc.string({ maxLength: 200 }), fc.integer(), fc.constant(null)),
  key: fc.nat(),
});

test("a cursor says after its journey what it said before, for every cursor", () => {
  fc.assert(fc.property(cursor, (it) => expect(decodeCursor(encodeCursor(it))).toEqual(it)));
});

test("whatever else is given as a cursor is a problem that names it, and nothing worse", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
      try {
        decodeCursor(text);
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
        expect((error as Problem).errors[0]?.path).toBe("cursor");
      }
    }),
  );
});

test("a cursor of another sort order is refused", () => {
  const text = encodeCursor({ sort: "name", value: "a", key: 1 });
  expect(() => windowOf({ cursor: text, sort: "-name" }, "name")).toThrow(Problem);
  expect(windowOf({ cursor: text }, "name").after?.key).toBe(1);
});

test("page and cursor exclude one another, and a page too deep sends to the cursor", () => {
  expect(() => windowOf({ cursor: "", page: 2 }, "name")).toThrow(/page/);
  expect(() => windowOf({ page: 5_000, perPage: 500 }, "name")).toThrow(/cursor/);
});
