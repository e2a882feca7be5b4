/** Text to values by schema: query parameters, form fields and command-line flags are all strings. */
import { z } from "zod";
import { unwrap } from "./schema.ts";

/**
 * What `texts` (one or more strings under one name) mean to `schema`. What does not look like the schema's type stays
 * text, so that validation names the rule. A list or a map of `key=value` may be repeated, each text an entry as it
 * stands, or be one text with an entry a line or between commas, where `\,` is a comma of the entry.
 */
export function coerce(schema: z.core.$ZodType, texts: readonly string[]): unknown {
  const it = unwrap(schema);
  if (it instanceof z.ZodArray) {
    return entriesOf(texts).map((text) => coerce(it.element, [text]));
  }
  if (it instanceof z.ZodRecord) return parseMap(texts);
  const text = texts.at(-1) ?? "";
  if (it instanceof z.ZodNumber) return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (it instanceof z.ZodBoolean) return parseFlag(text);
  if (it instanceof z.ZodObject || it instanceof z.ZodUnion) return parseJson(text);
  return text;
}

function entriesOf(texts: readonly string[]): readonly string[] {
  const [only = ""] = texts;
  if (texts.length !== 1) return texts;
  return only
    .split(/(?<!\\)[\n,]/)
    .map((part) => part.trim().replace(/\\([\n,])/g, "$1"))
    .filter((part) => part !== "");
}

/** The texts that `coerce` reads back as these entries: none of them splits. */
export function textsOfEntries(entries: readonly string[]): readonly string[] {
  return entries.length === 1 ? entries.map((it) => it.replace(/[\n,]/g, "\\$&")) : entries;
}

function parseFlag(text: string): boolean | string {
  if (text === "true" || text === "on" || text === "1") return true;
  if (text === "false" || text === "off" || text === "0") return false;
  return text;
}

function parseMap(texts: readonly string[]): unknown {
  const entries: [string, string][] = [];
  for (const line of entriesOf(texts)) {
    const at = line.indexOf("=");
    if (at < 1) return line;
    entries.push([line.slice(0, at).trim(), line.slice(at + 1).trim()]);
  }
  return Object.fromEntries(entries);
}

/** Structured fields may be written as JSON; anything else stays text and fails validation with the field's name. */
function parseJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
