import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import {
  insertOrFind,
  isForeignKeyViolation,
  isUniqueViolation,
  json,
  parseJson,
} from "./portable.ts";

const failed = (
  code: string,
  fields: { readonly message?: string } & Record<string, string> = {},
): Error => Object.assign(new Error(fields.message ?? "failed"), { code, ...fields });

describe("JSON columns", () => {
  test("hold what JSON holds", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "grapheme" }), (value) => {
        fc.pre(!JSON.stringify(value).includes("\\u0000"));
        expect(parseJson(json(value), z.unknown())).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test.each([
    { name: "U+0000", value: { a: "x\0" } },
    { name: "U+0000 in a key", value: { "\0": 1 } },
    { name: "half a surrogate pair", value: ["\ud800x"] },
    { name: "the other half", value: "\udfff" },
  ])("refuse $name, which JSONB cannot hold", ({ value }) => {
    expect(() => json(value)).toThrow("must not contain");
  });

  test.each(["\\u0000", "\\\\ud800", "💡", "\u0001"])(
    "take text that only looks like it: %p",
    (value) => {
      expect(parseJson(json(value), z.string())).toBe(value);
    },
  );

  test("refuse undefined", () => {
    expect(() => json(undefined)).toThrow(TypeError);
  });
});

describe("constraint errors", () => {
  test.each([
    {
      name: "SQLite, several columns",
      error: failed("SQLITE_CONSTRAINT_UNIQUE", {
        message: "UNIQUE constraint failed: orders.hash, orders.edge",
      }),
      expected: { table: "orders", columns: ["hash", "edge"], constraint: undefined },
    },
    {
      name: "SQLite, an index on an expression",
      error: failed("SQLITE_CONSTRAINT_UNIQUE", {
        message: "UNIQUE constraint failed: index 'names_lower'",
      }),
      expected: { table: undefined, columns: [], constraint: "names_lower" },
    },
    {
      name: "PostgreSQL in another language",
      error: failed("23505", {
        table_name: "teams",
        constraint_name: "teams_name_key",
        detail: "Schlüssel »(name, id)=(a)=(b, c)« existiert bereits.",
      }),
      expected: { table: "teams", columns: ["name", "id"], constraint: "teams_name_key" },
    },
    { name: "another constraint", error: failed("SQLITE_CONSTRAINT_CHECK"), expected: undefined },
    { name: "no error at all", error: { code: "23505" }, expected: undefined },
  ])("are read: $name", ({ error, expected }) => {
    expect(isUniqueViolation(error)).toEqual(expected);
  });

  test("tell a foreign key from the rest", () => {
    const codes = ["SQLITE_CONSTRAINT_FOREIGNKEY", "23503", "23505", "SQLITE_CONSTRAINT_TRIGGER"];
    expect(codes.map((it) => isForeignKeyViolation(failed(it)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

test("a row that is there one moment and gone the next is Lost, not a loop", async () => {
  let asked = 0;
  const nothing = { executeTakeFirst: async () => void asked++ };
  await expect(insertOrFind(nothing, nothing)).rejects.toThrow("the row changed meanwhile");
  expect(asked).toBe(4);
});
