/** Reading a form that was made from a contract: texts to wire input, by the same fields that showed it. Pure. */
import { z } from "zod";
import { coerce } from "#base/coerce.ts";
import type { FieldError } from "#base/problem.ts";
import { unwrap } from "#base/schema.ts";
import { type Field, fieldsOfRow } from "#views/fields.ts";
import type { Texts } from "#views/frame.ts";
import { lengthIn } from "#views/length.ts";

export interface FormInput {
  /** As REST would have received it; still to be validated. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly errors: readonly FieldError[];
  /** What was typed, rows without gaps: positions then agree with those in `raw`. */
  readonly texts: Texts;
}

export function readForm(fields: readonly Field[], typed: Texts): FormInput {
  const texts = Object.fromEntries(
    Object.entries(typed).map(([name, all]) => [
      name,
      all.map((it) => it.replaceAll("\r\n", "\n")),
    ]),
  );
  const closed = fields.reduce(closeRows, texts);
  const errors: FieldError[] = [];
  return { raw: valuesOf(fields, closed, errors), errors, texts: closed };
}

/** Names whose fields are secrets: what was typed there is not shown again. */
export function secretNames(fields: readonly Field[]): readonly string[] {
  return fields.flatMap((it) => (it.secret ? [it.name] : secretNames(it.fields)));
}

function valuesOf(
  fields: readonly Field[],
  texts: Texts,
  errors: FieldError[],
): Record<string, unknown> {
  const pairs = fields.flatMap((field) => {
    const value = valueAt(field, texts, errors);
    return value === undefined ? [] : [[field.key, value] as const];
  });
  return Object.fromEntries(pairs);
}

/** Undefined: not in the form, or left empty where that means absent. */
function valueAt(field: Field, texts: Texts, errors: FieldError[]): unknown {
  if (field.control === "group") {
    const isEmpty = namesIn(field.fields, texts).length === 0;
    return field.optional && isEmpty ? undefined : valuesOf(field.fields, texts, errors);
  }
  if (field.control === "rows") return rowsOf(field, texts, errors);
  const given = texts[field.name];
  if (given === undefined) return undefined;
  if (field.control === "checks") return given.filter((it) => it !== "");
  if (field.control === "lines") return listIn(field, given);
  if (field.control === "map") return mapIn(given);
  const text = given.at(-1)?.trim() ?? "";
  if (text === "") return emptyValue(field);
  const read = readers[field.control];
  if (read) return read(field, text, errors);
  // Text keeps its spaces: the schema trims where that is right, and a password may begin with one.
  return coerce(field.schema, [field.control === "number" ? text : (given.at(-1) ?? "")]);
}

type Reader = (field: Field, text: string, errors: FieldError[]) => unknown;

const readers: Partial<Record<Field["control"], Reader>> = {
  json: jsonOf,
  datetime: (_, text) => instantText(text),
  seconds: lengthOf,
};

/** Entries a line each, or a JSON list. Numbers and ids may be parted by commas as well. Empty means none. */
function listIn(field: Field, given: readonly string[]): unknown {
  const json = given.length === 1 ? jsonIn(given[0] ?? "") : undefined;
  if (Array.isArray(json)) return json;
  const schema = unwrap(field.schema);
  const element = schema instanceof z.ZodArray ? schema.element : field.schema;
  const isText = unwrap(element) instanceof z.ZodString && !field.choices;
  const parts = given.flatMap((text) => text.split(isText ? "\n" : /[\n,]/));
  const entries = parts.map((it) => it.trim()).filter((it) => it !== "");
  return entries.map((it) => coerce(element, [it]));
}

/** `key=value` lines, or a JSON object. A line without `=` stays text and is refused by name. */
function mapIn(given: readonly string[]): unknown {
  const text = given.at(-1) ?? "";
  const json = jsonIn(text);
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json;
  const lines = text
    .split("\n")
    .map((it) => it.trim())
    .filter((it) => it !== "");
  const bad = lines.find((it) => it.indexOf("=") < 1);
  if (bad !== undefined) return bad;
  const pairs = lines.map((it) => [it.slice(0, it.indexOf("=")), it.slice(it.indexOf("=") + 1)]);
  return Object.fromEntries(pairs.map((pair) => pair.map((it) => it.trim())));
}

/** The JSON that the text is, when it is a list or an object. */
function jsonIn(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function emptyValue(field: Field): unknown {
  if (field.nullable) return null;
  // A required text is handed on empty, so that validation names the field.
  return field.optional && !field.required ? undefined : "";
}

function jsonOf(field: Field, text: string, errors: FieldError[]): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    errors.push({ path: field.name, message: `is not JSON: ${error.message}` });
    return undefined;
  }
}

function lengthOf(field: Field, text: string, errors: FieldError[]): number | undefined {
  const seconds = lengthIn(text);
  if (seconds === undefined) {
    errors.push({ path: field.name, message: "must be a length of time: 90 d, 36 h, 15 m, 30 s" });
  }
  return seconds;
}

/** What a browser's control for local times sends is UTC by our label; anything else goes on as it is. */
function instantText(text: string): string {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(?:\.\d{1,3})?)?$/.exec(text);
  return match ? `${match[1]}${match[2] ?? ":00"}Z` : text;
}

function rowsOf(field: Field, texts: Texts, errors: FieldError[]): unknown {
  const indexes = indexesIn(field, texts);
  const wasShown = Object.keys(texts).some((name) => name.startsWith(`${field.name}.`));
  if (!wasShown) return undefined;
  return indexes.map((index) => valuesOf(fieldsOfRow(field, index), texts, errors));
}

/** The indexes of rows in which something stands. */
function indexesIn(field: Field, texts: Texts): readonly number[] {
  const prefix = `${field.name}.`;
  const all = Object.keys(texts)
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number.parseInt(name.slice(prefix.length), 10))
    .filter((index) => Number.isSafeInteger(index) && index >= 0);
  return [...new Set(all)]
    .sort((a, b) => a - b)
    .filter((index) => namesIn(fieldsOfRow(field, index), texts).length > 0);
}

/** The names of fields that hold something; a tick alone is no content. */
function namesIn(fields: readonly Field[], texts: Texts): readonly string[] {
  return fields.flatMap((it) => {
    if (it.control === "group") return namesIn(it.fields, texts);
    const filled = it.control !== "checkbox" && texts[it.name]?.some((text) => text.trim() !== "");
    return filled ? [it.name] : [];
  });
}

/** Moves filled rows together: 0, 2, 5 become 0, 1, 2. One empty row stays, to say that the list was shown. */
function closeRows(texts: Texts, field: Field): Texts {
  if (field.control !== "rows") return texts;
  const prefix = `${field.name}.`;
  const rest = Object.entries(texts).filter(([name]) => !name.startsWith(prefix));
  if (rest.length === Object.keys(texts).length) return texts;
  const kept = indexesIn(field, texts);
  const moved = [...kept, -1].flatMap((from, to) => {
    const target = fieldsOfRow(field, to);
    return fieldsOfRow(field, from).map(
      (it, at) => [target[at]?.name ?? it.name, texts[it.name] ?? [""]] as const,
    );
  });
  return Object.fromEntries([...rest, ...moved]);
}
