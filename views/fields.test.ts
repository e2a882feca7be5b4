import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { Id } from "#base/id.ts";
import { patchOf } from "#base/schema.ts";
import { Timestamp } from "#base/time.ts";
import { NginxConfig } from "#connectors/targets/nginx.config.ts";
import { contracts } from "#features/apis.ts";
import { targetsApi } from "#features/targets/api.ts";
import { fallbackText, startingTexts, textsOf } from "./field-texts.ts";
import { type Control, type Field, fieldsOf } from "./fields.ts";

const of = (input: z.ZodObject, method: "POST" | "PATCH" = "POST") =>
  fieldsOf(
    contract({
      name: "things.make",
      summary: "Make",
      method,
      path: "/things",
      permission: "self",
      scope: "global",
      effect: "write",
      answer: "json",
      input,
      output: z.null(),
      problems: [],
    }),
  );
const one = (schema: z.ZodType, method?: "POST" | "PATCH") => {
  const [field] = of(z.strictObject({ someThing: schema }), method);
  if (!field) throw new Error("no field");
  return field;
};

describe("the control of a field", () => {
  const rows: [name: string, schema: z.ZodType, control: Control][] = [
    ["text", z.string(), "text"],
    ["optional text with a bound", z.string().max(5).optional(), "text"],
    ["e-mail", z.email().nullable(), "email"],
    ["whole number", z.int().min(1).default(3), "number"],
    ["yes or no", z.boolean().default(true), "checkbox"],
    ["closed set", z.enum(["a", "b"]), "select"],
    ["text with options", z.string().meta({ options: ["a"] }), "select"],
    ["list of texts", z.array(z.string()), "lines"],
    ["list of a closed set", z.array(z.enum(["a", "b"])), "checks"],
    ["list of objects", z.array(z.strictObject({ a: z.string() })), "rows"],
    ["map of texts", z.record(z.string(), z.string()), "map"],
    ["map of anything", z.record(z.string(), z.unknown()), "json"],
    ["object", z.strictObject({ a: z.string() }), "group"],
    ["instant", Timestamp.optional(), "datetime"],
    ["PEM", z.string().meta({ widget: "pem" }), "area"],
    ["secret", z.string().meta({ secret: true }), "password"],
    ["command or duration", z.union([z.string(), z.number()]).transform(String), "text"],
  ];
  test.each(rows)("%s", (_, schema, control) => {
    expect(one(schema).control).toBe(control);
  });
});

describe("the title of a field", () => {
  test("is the schema's, the outer before the inner, never that of a shared type", () => {
    expect(one(Id).title).toBe("Some thing");
    expect(one(Id.optional().meta({ title: "Owner" })).title).toBe("Owner");
    expect(one(z.string().meta({ title: "Inner" }).optional()).title).toBe("Inner");
    expect(one(z.string().meta({ title: "Inner" }).optional().meta({ title: "Outer" })).title).toBe(
      "Outer",
    );
    expect(one(Timestamp.meta({ title: "Next" })).title).toBe("Next");
  });
});

describe("a required field", () => {
  const base = z.strictObject({
    name: z.string(),
    note: z.string().default(""),
    on: z.boolean(),
    many: z.array(z.string()),
    maybe: z.string().nullable(),
  });
  const required = (fields: readonly Field[]) =>
    fields.filter((it) => it.required).map((it) => it.key);

  test("is one without which the operation is refused, where a person could leave it empty", () => {
    expect(required(of(base))).toEqual(["name"]);
  });

  test("of a change is one that cannot be cleared; a secret left empty stays", () => {
    expect(required(of(patchOf(base), "PATCH"))).toEqual(["name"]);
    const secret = z.strictObject({ password: z.string().optional().meta({ secret: true }) });
    expect(required(of(secret, "PATCH"))).toEqual([]);
  });

  test("does not stand inside of something that may be absent as a whole", () => {
    const [group] = of(z.strictObject({ look: z.strictObject({ at: z.string() }).optional() }));
    expect(required(group?.fields ?? [])).toEqual([]);
    const config = fieldsOf(targetsApi.create, { config: NginxConfig }).find(
      (it) => it.key === "config",
    );
    expect(required(config?.fields ?? [])).toEqual(["cert_path", "key_path"]);
  });
});

describe("the texts of a form", () => {
  test("show defaults where they are stored, and ticks everywhere", () => {
    const fields = fieldsOf(targetsApi.create, { config: NginxConfig });
    expect(startingTexts(fields)).toEqual({
      enabled: ["true"],
      "config.post_deploy_verify.enabled": ["true"],
    });
  });

  test("hint at defaults as a person would type them", () => {
    const fields = fieldsOf(targetsApi.create, { config: NginxConfig });
    const inside = fields.find((it) => it.key === "config")?.fields ?? [];
    const hint = (key: string) => {
      const field = inside.find((it) => it.key === key);
      return field && fallbackText(field);
    };
    expect(hint("reload_command")).toBe("nginx -s reload");
    expect(hint("post_deploy_verify_backoff")).toBe("2s");
    expect(hint("on_unseen")).toBe("keep");
    expect(hint("cert_path")).toBeUndefined();
  });

  test("leave secrets out", () => {
    const fields = of(z.strictObject({ key: z.string().meta({ secret: true }), name: z.string() }));
    expect(textsOf(fields, { key: "k", name: "n" })).toEqual({ name: ["n"] });
  });

  test("exist for every operation that people call", () => {
    for (const it of contracts) expect(() => startingTexts(fieldsOf(it))).not.toThrow();
  });
});
