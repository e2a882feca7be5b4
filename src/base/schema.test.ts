import { expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { applyPatch, defaultsOf, patchOf } from "./schema.ts";
import { instant, Timestamp } from "./time.ts";
import { fromWire, toWire } from "./wire.ts";

const Thing = z.strictObject({
  name: z.string(),
  count: z.int().default(7),
  note: z.string().optional(),
  limit: z.int().nullable().default(null),
});
const thing = fc.record({
  name: fc.string(),
  count: fc.integer(),
  note: fc.option(fc.string(), { nil: undefined }),
  limit: fc.option(fc.integer(), { nil: null }),
});

test("an empty patch changes nothing, whatever the defaults", () => {
  fc.assert(
    fc.property(thing, (before) => {
      expect(applyPatch(before, patchOf(Thing).parse({}) as object, defaultsOf(Thing))).toEqual(
        before,
      );
    }),
  );
});

test("a patch with a field changes that field alone", () => {
  fc.assert(
    fc.property(thing, fc.integer(), (before, count) => {
      const patch = patchOf(Thing).parse({ count }) as { count: number };
      expect(applyPatch(before, patch)).toEqual({ ...before, count });
    }),
  );
});

test("null clears to the default, or to nothing; what is required cannot be cleared", () => {
  const before = { name: "x", count: 1, note: "n", limit: 3 };
  const patch = patchOf(Thing).parse({ count: null, note: null, limit: null }) as object;
  expect(applyPatch(before, patch, defaultsOf(Thing))).toEqual({
    name: "x",
    count: 7,
    note: undefined,
    limit: null,
  } as never);
  expect(patchOf(Thing).safeParse({ name: null }).success).toBe(false);
  expect(patchOf(Thing).safeParse({ colour: 1 }).success).toBe(false);
});

const Wired = z.strictObject({
  notAfter: Timestamp,
  someList: z.array(z.strictObject({ innerKey: z.string() })),
  tags: z.record(z.string(), z.string()),
  choice: z.union([
    z.strictObject({ kind: z.literal("oneThing"), aValue: z.int() }),
    z.strictObject({ kind: z.literal("other"), bValue: z.string() }),
  ]),
});

test("what travels comes back, keys renamed by schema and free-form maps left alone", () => {
  const value = fc.record({
    notAfter: fc.integer({ min: 0, max: 4_102_444_800_000 }).map(instant),
    someList: fc.array(fc.record({ innerKey: fc.string() })),
    tags: fc.dictionary(
      fc.string().filter((it) => it !== "__proto__"),
      fc.string(),
    ),
    choice: fc.oneof(
      fc.record({ kind: fc.constant("oneThing" as const), aValue: fc.integer() }),
      fc.record({ kind: fc.constant("other" as const), bValue: fc.string() }),
    ),
  });
  fc.assert(
    fc.property(value, (it) => {
      const wire = JSON.parse(JSON.stringify(toWire(Wired, it)));
      expect(Object.keys(wire)).toEqual(["not_after", "some_list", "tags", "choice"]);
      expect(wire.not_after).toBeString();
      expect(Wired.parse(fromWire(Wired, wire))).toEqual(it);
    }),
  );
});
