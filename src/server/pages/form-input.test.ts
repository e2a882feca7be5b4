import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { renewalPoliciesApi } from "#features/policies/api.ts";
import { profilesApi } from "#features/profiles/api.ts";
import { startingTexts, textsOf } from "#views/field-texts.ts";
import { fieldsOf } from "#views/fields.ts";
import type { Texts } from "#views/frame.ts";
import { readForm, secretNames } from "./form-input.ts";

const sample = contract({
  name: "samples.make",
  summary: "Make",
  method: "POST",
  path: "/samples",
  permission: "self",
  scope: "global",
  effect: "write",
  answer: "json",
  input: z.strictObject({
    name: z.string(),
    note: z.string().optional(),
    limit: z.int().nullable().default(null),
    on: z.boolean().default(true),
    sans: z.array(z.string()).default([]),
    days: z.array(z.int()).default([]),
    tags: z.record(z.string(), z.string()).default({}),
    free: z.record(z.string(), z.unknown()).optional(),
    at: z.iso.datetime().optional().meta({ id: "Timestamp" }),
    grants: z
      .array(
        z.strictObject({ role: z.enum(["a", "b"]), teamId: z.string().nullable().default(null) }),
      )
      .default([{ role: "a", teamId: null }]),
    look: z.strictObject({ on: z.boolean().default(true), at: z.string() }).optional(),
    secret: z.string().optional().meta({ secret: true }),
  }),
  output: z.null(),
  problems: [],
});
const fields = fieldsOf(sample);
const read = (texts: Texts) => readForm(fields, texts);

describe("reading a form", () => {
  const rows: [what: string, texts: Texts, raw: object][] = [
    ["what is not in the form is absent", {}, {}],
    ["empty and optional is absent", { note: [" "] }, {}],
    ["empty and required stays empty", { name: [""] }, { name: "" }],
    ["empty and nullable is null", { limit: [""] }, { limit: null }],
    ["a number", { limit: [" 7 "] }, { limit: 7 }],
    ["what is no number stays text", { limit: ["7x"] }, { limit: "7x" }],
    ["a box that is not ticked", { on: ["false"] }, { on: false }],
    ["a box that is ticked", { on: ["false", "true"] }, { on: true }],
    ["lines, as browsers end them", { sans: ["a\r\n\r\n b,c \r\n"] }, { sans: ["a", "b,c"] }],
    ["no lines", { sans: [""] }, { sans: [] }],
    ["ticked entries", { sans: ["", "a", "b"] }, { sans: ["a", "b"] }],
    ["numbers by commas too", { days: ["30, 7\n0"] }, { days: [30, 7, 0] }],
    ["a map", { tags: ["a = b=c\n\nd=e, f"] }, { tags: { a: "b=c", d: "e, f" } }],
    ["a line of a map without sign", { tags: ["a=b\nnonsense"] }, { tags: "nonsense" }],
    ["an empty map", { tags: [""] }, { tags: {} }],
    ["text keeps its spaces", { name: [" a "] }, { name: " a " }],
    ["a group that is empty", { "look.on": ["false", "true"], "look.at": [""] }, {}],
    ["a group", { "look.on": ["false"], "look.at": ["x"] }, { look: { on: false, at: "x" } }],
    [
      "rows without the empty ones",
      {
        "grants.0.role": [""],
        "grants.0.team_id": [""],
        "grants.3.role": ["b"],
        "grants.3.team_id": [""],
        "grants.10.role": ["a"],
        "grants.10.team_id": ["t"],
      },
      {
        grants: [
          { role: "b", team_id: null },
          { role: "a", team_id: "t" },
        ],
      },
    ],
    ["rows that are all empty", { "grants.0.role": [""] }, { grants: [] }],
  ];
  test.each(rows)("%s", (_, texts, raw) => {
    expect(read(texts)).toMatchObject({ raw, errors: [] });
    expect(Object.keys(read(texts).raw)).toEqual(Object.keys(raw));
  });

  test("puts rows together, so that complaints and fields agree", () => {
    const { texts } = read({ "grants.4.role": ["nonsense"], "grants.4.team_id": ["t"] });
    expect(texts["grants.0.role"]).toEqual(["nonsense"]);
    expect(texts["grants.4.role"]).toBeUndefined();
  });

  test("names what is no JSON", () => {
    const { raw, errors } = read({ free: ["{a"] });
    expect(raw).toEqual({});
    expect(errors).toMatchObject([
      { path: "free", message: expect.stringContaining("is not JSON") },
    ]);
  });

  test("knows which names are secrets", () => {
    expect(secretNames(fields)).toEqual(["secret"]);
  });
});

const line = fc.stringMatching(/^[\x20-\x7e\u00e4\u4e2d]{1,20}$/);
const anyText = fc.string({ unit: "binary", maxLength: 20 });

test("what a form shows is read as it was, for every value of our own contracts", () => {
  const profile = fc.record({
    name: line.filter((it) => it.trim() !== ""),
    description: anyText.map((it) => it.replaceAll("\r", "")).filter((it) => it.trim() !== ""),
    enabled: fc.boolean(),
    allowed_key_algorithms: fc.array(
      fc.record({ algorithm: fc.constantFrom("ECDSA", "RSA"), min_size: fc.nat(16_384) }),
      { minLength: 1, maxLength: 12 },
    ),
    max_ttl_seconds: fc.nat(),
    allowed_ekus: fc.uniqueArray(fc.constantFrom("serverAuth", "clientAuth"), { minLength: 1 }),
    must_staple: fc.boolean(),
  });
  const policy = fc.record({
    renewal_window_days: fc.option(fc.integer({ min: 1, max: 365 })),
    auto_renew: fc.boolean(),
    alert_thresholds_days: fc.array(fc.nat(365), { maxLength: 10 }),
  });
  const pairs = [
    [profilesApi.create, profile],
    [renewalPoliciesApi.create, policy],
  ] as const;
  for (const [it, values] of pairs) {
    const all = fieldsOf(it);
    fc.assert(
      fc.property(values, (wire: object) => {
        const shown = { ...textsOf(all, wire) };
        // A null shows as an empty field.
        for (const [name, value] of Object.entries(wire)) if (value === null) shown[name] = [""];
        expect(readForm(all, shown).raw).toEqual({ ...wire });
      }),
    );
  }
});

test("lists and maps of any text survive the form", () => {
  const values = fc.record({
    sans: fc.array(anyText.map((it) => it.replaceAll("\r\n", "\n"))),
    tags: fc.dictionary(
      anyText,
      anyText.map((it) => it.replaceAll("\r\n", "\n")),
    ),
  });
  fc.assert(
    fc.property(values, (wire) => {
      expect(readForm(fields, textsOf(fields, wire)).raw).toEqual({ ...wire });
    }),
    {
      examples: [[{ sans: ["[1]"], tags: { "{": "x" } }], [{ sans: ["a,b"], tags: { a: "b, c" } }]],
    },
  );
});

test("a form that nobody touched reads without a complaint, whatever names are sent beside it", () => {
  const names = fc.dictionary(fc.string(), fc.array(fc.string(), { minLength: 1 }));
  fc.assert(
    fc.property(names, (more) => {
      expect(() => read({ ...startingTexts(fields), ...more })).not.toThrow();
    }),
  );
});
