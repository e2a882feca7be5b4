/** Wire values as the texts of a form, and defaults as people would type them. Pure. */
import { z } from "zod";
import { unwrap } from "#base/schema.ts";
import { formatDuration } from "#base/time.ts";
import { formatCommand } from "#connectors/command.ts";
import { type Field, fieldsOfRow } from "./fields.ts";
import type { Texts } from "./frame.ts";
import { lengthText } from "./length.ts";

/** The texts that show `wire`, an object as it travels. Secrets are never shown. */
export function textsOf(fields: readonly Field[], wire: unknown): Texts {
  const values = isRecord(wire) ? wire : {};
  return Object.assign({}, ...fields.map((field) => textsOfField(field, values[field.key])));
}

function textsOfField(field: Field, value: unknown): Texts {
  if (field.secret || value === undefined || value === null) return {};
  if (field.control === "group") return textsOf(field.fields, value);
  if (field.control === "rows" && Array.isArray(value)) {
    return Object.assign({}, ...value.map((row, index) => textsOf(fieldsOfRow(field, index), row)));
  }
  return { [field.name]: textsOfValue(field, value) };
}

function textsOfValue(field: Field, value: unknown): readonly string[] {
  switch (field.control) {
    case "checks":
      return Array.isArray(value) ? value.map(String) : [];
    case "lines":
      return [Array.isArray(value) ? linesOf(value.map(String), value) : String(value)];
    case "map":
      return [isRecord(value) ? mapText(value) : ""];
    case "json":
      return [JSON.stringify(value, null, 2)];
    case "seconds":
      return [typeof value === "number" ? lengthText(value) : String(value)];
    case "datetime":
      return [String(value).replace(/Z$/, "")];
    default:
      return [plainText(field, value)];
  }
}

/** One entry a line; as JSON when an entry would not survive that. */
function linesOf(lines: readonly string[], value: unknown): string {
  const isPlain = lines.every((it) => it !== "" && it === it.trim() && !/[\r\n]/.test(it));
  const text = lines.join("\n");
  return isPlain && !/^[[{]/.test(text) ? text : JSON.stringify(value, null, 2);
}

function mapText(value: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(value).map(([key, it]) => ({ key, it: String(it) }));
  const survives = ({ key, it }: { readonly key: string; readonly it: string }) =>
    key !== "" && !key.includes("=") && key === key.trim() && it === it.trim();
  if (!pairs.every(survives)) return JSON.stringify(value, null, 2);
  return linesOf(
    pairs.map(({ key, it }) => `${key}=${it}`),
    value,
  );
}

/** One line of text: a command with its quotes, a duration with its unit. */
function plainText(field: Field, value: unknown): string {
  if (Array.isArray(value)) return formatCommand(value.map(String));
  const inner = unwrap(field.schema);
  if (typeof value === "number" && inner instanceof z.ZodPipe) return formatDuration(value);
  return String(value);
}

/** What a fresh form shows: defaults, but only ticks inside of a group, where a default may improve later. */
export function startingTexts(fields: readonly Field[]): Texts {
  const own = fields.filter((it) => it.control !== "group");
  const texts = own.map((field) => textsOfField(field, field.fallback));
  return Object.assign(startingTicks(fields), ...texts);
}

/** Boxes inside of groups that are ticked unless something is said: a box cannot show "not said". */
export function startingTicks(fields: readonly Field[]): Texts {
  const inside = fields.flatMap((it) => (it.control === "group" ? it.fields : []));
  const ticks = inside.filter((it) => it.control === "checkbox");
  const texts = ticks.map((field) => textsOfField(field, field.fallback));
  return Object.assign(inside.length > 0 ? { ...startingTicks(inside) } : {}, ...texts);
}

/** What a field that is left out means, as text; undefined when that says nothing. */
export function fallbackText(field: Field): string | undefined {
  if (field.fallback === undefined || field.fallback === null) return undefined;
  const text = textsOfValue(field, field.fallback).join(", ");
  return text === "" ? undefined : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
