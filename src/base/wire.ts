/** Between code and wire: camelCase ↔ snake_case and codecs, by schema. Free-form maps keep their keys. */
import { z } from "zod";
import { toSnake } from "./case.ts";
import { unwrap } from "./schema.ts";

type Mapping = (value: unknown) => unknown;
type Schema = z.core.$ZodType;

const same: Mapping = (value) => value;
const encoders = new WeakMap<Schema, Mapping>();
const decoders = new WeakMap<Schema, Mapping>();

/** A value of the schema's output type, as it is written to JSON. The value is trusted: handlers are typed. */
export function toWire(schema: Schema, value: unknown): unknown {
  return memo(encoders, schema, encoderOf)(value);
}

/** JSON with its keys renamed as the schema expects them; not yet validated, unknown keys stay. */
export function fromWire(schema: Schema, value: unknown): unknown {
  return memo(decoders, schema, decoderOf)(value);
}

/** The wire name of an issue's path: `sans.0`, `not_after`. */
export function wirePath(path: readonly PropertyKey[]): string {
  return path.map((part) => (typeof part === "string" ? toSnake(part) : String(part))).join(".");
}

function memo(
  cache: WeakMap<Schema, Mapping>,
  schema: Schema,
  make: (it: Schema) => Mapping,
): Mapping {
  const known = cache.get(schema);
  if (known) return known;
  const made = make(schema);
  cache.set(schema, made);
  return made;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function encoderOf(schema: Schema): Mapping {
  const it = unwrap(schema);
  if (it instanceof z.ZodCodec) return nullable((value) => z.encode(it, value as never));
  if (it instanceof z.ZodArray) return list(memo(encoders, it.element, encoderOf));
  if (it instanceof z.ZodRecord) return record(memo(encoders, it.valueType, encoderOf));
  if (it instanceof z.ZodUnion) return anyOf(it.options);
  if (it instanceof z.ZodObject) {
    return renaming(
      Object.entries(it.shape).map(([key, field]) => [
        key,
        toSnake(key),
        memo(encoders, field, encoderOf),
      ]),
    );
  }
  return same;
}

function decoderOf(schema: Schema): Mapping {
  const it = unwrap(schema);
  if (it instanceof z.ZodArray) return list(memo(decoders, it.element, decoderOf));
  if (it instanceof z.ZodRecord) return record(memo(decoders, it.valueType, decoderOf));
  const options = it instanceof z.ZodUnion ? it.options.map(unwrap) : [it];
  const rows = options.flatMap((option) =>
    option instanceof z.ZodObject
      ? Object.entries(option.shape).map(
          ([key, field]): Row => [toSnake(key), key, memo(decoders, field, decoderOf)],
        )
      : [],
  );
  return rows.length > 0 ? renaming(rows) : same;
}

type Row = readonly [from: string, to: string, mapping: Mapping];

function renaming(rows: readonly (readonly [string, string, Mapping])[]): Mapping {
  const byKey = new Map(rows.map(([from, to, mapping]) => [from, { to, mapping }]));
  return (value) => {
    if (!isObject(value)) return value;
    const result: Record<string, unknown> = {};
    for (const key in value) {
      const row = byKey.get(key);
      if (row) result[row.to] = row.mapping(value[key]);
      else result[key] = value[key];
    }
    return result;
  };
}

const nullable =
  (mapping: Mapping): Mapping =>
  (value) =>
    value === null || value === undefined ? value : mapping(value);

const list =
  (mapping: Mapping): Mapping =>
  (value) =>
    Array.isArray(value) ? value.map(mapping) : value;

const record =
  (mapping: Mapping): Mapping =>
  (value) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, it]) => [key, mapping(it)]))
      : value;

/** Tries the options that are objects in order; the first whose literal members agree is the one. */
function anyOf(options: readonly Schema[]): Mapping {
  const branches = options.map((option) => ({
    fits: literalsOf(option),
    mapping: memo(encoders, option, encoderOf),
  }));
  return (value) => {
    const branch = branches.find(({ fits }) => fits(value));
    return branch ? branch.mapping(value) : value;
  };
}

function literalsOf(option: Schema): (value: unknown) => boolean {
  const it = unwrap(option);
  if (!(it instanceof z.ZodObject)) return (value) => z.safeEncode(it, value as never).success;
  const literals = Object.entries(it.shape).flatMap(([key, field]) =>
    field instanceof z.ZodLiteral ? [[key, field] as const] : [],
  );
  return (value) =>
    isObject(value) && literals.every(([key, field]) => field.safeParse(value[key]).success);
}
