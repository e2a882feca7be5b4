/** Wire values as the texts of a form, and defaults as people would type them. Pure. */
import { z } from "zod";
import { unwrap } from "#base/schema.ts";
import { formatDuration } from "#base/time.ts";
import { formatCommand } from "#connectors/command.ts";
import { type Field, fieldsOfRow } from "./fields.ts";
import type { Texts } from "./frame.ts";

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
      return [Array.isArray(value) ? value.map(String).join("\n") : String(value)];
    case "map":
      return [
        isRecord(value)
          ? Object.entries(value)
              .map((pair) => pair.join("="))
              .join("\n")
          : "",
      ];
    case "json":
      return [JSON.stringify(value, null, 2)];
    case "datetime":
      return [String(value).replace(/Z$/, "")];
    default:
      return [plainText(field, value)];
  }
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
  const inside = fields.flatMap((it) => it.fields.filter(() => it.control === "group"));
  const ticks = [...inside, ...inside.flatMap((it) => it.fields)].filter(
    (it) => it.control === "checkbox",
  );
  const all = [...own, ...ticks].map((field) => textsOfField(field, field.fallback));
  return Object.assign({}, ...all);
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
