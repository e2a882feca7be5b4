/**
 * A contract's input as form fields: which control each key needs, and what it is called. Pure. The form that is shown
 * and the form that is read are both made from this.
 */
import { z } from "zod";
import { toSnake, toTitle } from "#base/case.ts";
import type { Contract } from "#base/contract.ts";
import { isOptional, shapeOf, unwrap } from "#base/schema.ts";
import { toWire } from "#base/wire.ts";
import type { Choice } from "./frame.ts";

type Schema = z.core.$ZodType;

export type Control =
  | "text"
  | "password"
  | "email"
  | "number"
  /** A length of time that travels as a number of seconds. */
  | "seconds"
  | "checkbox"
  | "select"
  /** A list of which any may be ticked. */
  | "checks"
  /** One entry a line. */
  | "lines"
  /** One `key=value` a line. */
  | "map"
  | "json"
  | "area"
  | "datetime"
  /** An object: its fields stand below. */
  | "group"
  /** A list of objects. */
  | "rows";

export interface Field {
  /** Wire name with the names of what it stands in: `config.cert_path`, `grants.0.role`. */
  readonly name: string;
  readonly key: string;
  readonly control: Control;
  readonly title: string;
  readonly description: string | undefined;
  readonly example: string | undefined;
  /** The browser and the reader insist on a value. */
  readonly required: boolean;
  readonly optional: boolean;
  /** Empty means null, which clears. */
  readonly nullable: boolean;
  readonly secret: boolean;
  readonly choices: readonly Choice[] | undefined;
  /** The wire value of a field that is left out. */
  readonly fallback: unknown;
  readonly bounds: Bounds;
  readonly schema: Schema;
  /** Of a group or of one row. */
  readonly fields: readonly Field[];
}

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly maxLength?: number;
}

/** Schemas that take the place of free-form keys, by wire name: `config` by the type that was chosen. */
export type Nested = Readonly<Record<string, Schema>>;

export function fieldsOf(contract: Contract, nested: Nested = {}): readonly Field[] {
  const how = { prefix: "", patch: contract.method === "PATCH", maybe: false, nested };
  return fieldsOfObject(contract.input, how);
}

interface How {
  readonly prefix: string;
  /** Everything may be absent; what cannot be cleared is still required of a person. */
  readonly patch: boolean;
  /** Inside of something that may be absent as a whole: a browser must not insist on its parts. */
  readonly maybe: boolean;
  readonly nested: Nested;
}

function fieldsOfObject(schema: Schema, how: How): readonly Field[] {
  return Object.entries(shapeOf(schema)).map(([key, field]) => fieldOf(toSnake(key), field, how));
}

/** The same fields under another name: of the row at an index. */
export function fieldsOfRow(field: Field, index: number): readonly Field[] {
  return rename(field.fields, `${field.name}.`, `${field.name}.${index}.`);
}

function rename(fields: readonly Field[], from: string, to: string): readonly Field[] {
  return fields.map((it) => ({
    ...it,
    name: to + it.name.slice(from.length),
    fields: rename(it.fields, from, to),
  }));
}

function fieldOf(key: string, schema: Schema, how: How): Field {
  const inner = how.nested[key] ?? unwrap(schema);
  const meta = metaOf(schema);
  const control = controlOf(inner, meta);
  const name = how.prefix + key;
  const optional = isOptional(schema);
  const nullable = isNullable(schema);
  const secret = meta["secret"] === true;
  const typed = !unasked.has(control);
  return {
    name,
    key,
    control,
    title: textOf(meta["title"]) ?? toTitle(key),
    description: textOf(meta["description"]),
    example: exampleOf(meta["examples"]),
    required: typed && !how.maybe && (how.patch ? !nullable && !secret : !optional && !nullable),
    optional,
    nullable,
    secret,
    choices: choicesOf(inner, meta),
    fallback: fallbackOf(schema),
    bounds: boundsOf(inner),
    schema: how.nested[key] ?? schema,
    fields: insideOf(inner, {
      prefix: `${name}.`,
      patch: false,
      maybe: optional && !how.patch && how.nested[key] === undefined,
      nested: {},
    }),
  };
}

/** Controls that always have a value, if only an empty one. */
const unasked: ReadonlySet<Control> = new Set([
  "checkbox",
  "checks",
  "lines",
  "map",
  "group",
  "rows",
]);

type Meta = Readonly<Record<string, unknown>>;

/** What is said of the schema, the outer wrapper before the inner; the name of a shared type is not the name of a field. */
function metaOf(schema: Schema): Meta {
  const own = schema instanceof z.ZodType ? (schema.meta() ?? {}) : {};
  const inner = innerOf(schema);
  if (inner) return { ...metaOf(inner), ...own };
  if (own.id === undefined) return own;
  const { title: _, description: __, ...rest } = own;
  return rest;
}

function innerOf(schema: Schema): Schema | undefined {
  const isWrapper =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly;
  return isWrapper ? schema.def.innerType : undefined;
}

function isNullable(schema: Schema): boolean {
  if (schema instanceof z.ZodNullable) return true;
  const inner = innerOf(schema);
  return inner !== undefined && isNullable(inner);
}

/** The default as it travels; undefined when there is none. */
function fallbackOf(schema: Schema): unknown {
  if (schema instanceof z.ZodDefault) return toWire(schema, schema.def.defaultValue);
  const inner = innerOf(schema);
  return inner && fallbackOf(inner);
}

function controlOf(schema: Schema, meta: Meta): Control {
  if (schema instanceof z.ZodBoolean) return "checkbox";
  if (schema instanceof z.ZodNumber) return controlOfNumber(meta);
  if (schema instanceof z.ZodEnum || Array.isArray(meta["options"])) return "select";
  if (schema instanceof z.ZodObject) return "group";
  if (schema instanceof z.ZodArray) return controlOfList(unwrap(schema.element));
  if (schema instanceof z.ZodRecord) {
    return unwrap(schema.valueType) instanceof z.ZodString ? "map" : "json";
  }
  if (schema instanceof z.ZodCodec && meta["id"] === "Timestamp") return "datetime";
  return controlOfText(schema, meta);
}

function controlOfText(schema: Schema, meta: Meta): Control {
  if (meta["widget"] === "pem" || meta["widget"] === "text") return "area";
  if (meta["secret"] === true) return "password";
  return schema instanceof z.ZodEmail ? "email" : "text";
}

const controlOfNumber = (meta: Meta): Control =>
  meta["unit"] === "seconds" ? "seconds" : "number";

function controlOfList(element: Schema): Control {
  if (element instanceof z.ZodObject) return "rows";
  return element instanceof z.ZodEnum ? "checks" : "lines";
}

function insideOf(schema: Schema, how: How): readonly Field[] {
  if (schema instanceof z.ZodArray) return fieldsOfObject(schema.element, how);
  return schema instanceof z.ZodObject ? fieldsOfObject(schema, how) : [];
}

function choicesOf(schema: Schema, meta: Meta): readonly Choice[] | undefined {
  const listed = schema instanceof z.ZodArray ? unwrap(schema.element) : schema;
  const options = listed instanceof z.ZodEnum ? listed.options : meta["options"];
  if (!Array.isArray(options)) return undefined;
  return options.map((it) => ({ value: String(it), label: String(it) }));
}

function boundsOf(schema: Schema): Bounds {
  if (schema instanceof z.ZodNumber) {
    const { minValue, maxValue } = schema;
    return {
      ...(minValue !== null && Number.isSafeInteger(minValue) ? { min: minValue } : {}),
      ...(maxValue !== null && Number.isSafeInteger(maxValue) ? { max: maxValue } : {}),
    };
  }
  const isText = schema instanceof z.ZodString || schema instanceof z.ZodStringFormat;
  const longest = isText ? schema.maxLength : null;
  return longest === null ? {} : { maxLength: longest };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

const exampleOf = (value: unknown): string | undefined =>
  Array.isArray(value) ? textOf(value[0]) : undefined;
