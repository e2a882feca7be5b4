/** Schemas in words: types for a table's cell, and the rows of an object's keys. */
import { z } from "zod";
import { toSnake, toTitle } from "#base/case.ts";
import { shapeOf, unwrap } from "#base/schema.ts";
import { formatDuration } from "#base/time.ts";
import { Command } from "#connectors/command.ts";
import { Duration } from "#connectors/targets/settings.ts";
import { type Field, fieldOf } from "../../src/cli/field.ts";
import { code, codes, plain, sentences } from "./markdown.ts";

type Schema = z.core.$ZodType;

/** `text`, `list of instants`, `ECDSA-P256 or …`. */
export function typeOf(schema: Schema): string {
  const field = fieldOf("value", schema);
  const name = bareTypeOf(unwrap(schema), field);
  return field.nullable ? `${name} or null` : name;
}

function bareTypeOf(inner: Schema, field: Field): string {
  if (inner === Command) return "command";
  if (inner === Duration) return "duration";
  if (inner instanceof z.ZodArray) return `list of ${typeOf(inner.element)}`;
  if (field.options.length > 0) return `one of ${codes(field.options)}`;
  if (inner instanceof z.ZodLiteral) return codes(inner.def.values.map(String));
  if (inner instanceof z.ZodUnion) return inner.options.map(typeOf).join(" or ");
  if (inner instanceof z.ZodRecord) return `map of ${typeOf(inner.valueType)}`;
  if (inner instanceof z.ZodObject) return "object";
  if (inner instanceof z.ZodUnknown) return "any JSON";
  if (inner instanceof z.ZodNull) return "nothing";
  if (inner instanceof z.ZodCustom) return "bytes";
  return { switch: "true or false" }[field.kind as string] ?? field.kind;
}

/** The rows of an object's keys: key, type, required or default, and what it means. Nested keys with dots. */
export function keyRows(
  schema: Schema,
  spell: (key: string) => string = toSnake,
  prefix = "",
): readonly (readonly string[])[] {
  return Object.entries(shapeOf(schema)).flatMap(([key, value]) => {
    const name = `${prefix}${spell(key)}`;
    const inner = unwrap(value);
    const nested = inner instanceof z.ZodArray ? unwrap(inner.element) : inner;
    const deeper =
      nested instanceof z.ZodObject
        ? keyRows(nested, spell, `${name}${inner === nested ? "." : "[]."}`)
        : [];
    const field = fieldOf(key, value);
    return [[code(name), typeOf(value), needOf(field, inner), meaningOf(field)], ...deeper];
  });
}

export const keyHeader = ["Key", "Type", "Needed", "Meaning"] as const;

function needOf(field: Field, inner: Schema): string {
  if (field.required) return "required";
  if (field.default === undefined) return "optional";
  return `default ${code(defaultText(field.default, inner))}`;
}

/** Defaults of configurations are parsed already: shown as a person would write them. */
function defaultText(json: string, inner: Schema): string {
  if (inner === Duration) return formatDuration(z.number().parse(JSON.parse(json)));
  if (inner === Command) return z.array(z.string()).parse(JSON.parse(json)).join(" ");
  return json;
}

function meaningOf(field: Field): string {
  const { title, description, bounds } = field;
  // What only repeats the key says nothing.
  const said = title === toTitle(field.key) ? undefined : title;
  return plain(sentences(said, description, bounds));
}
