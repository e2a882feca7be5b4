/** An answer for people: a list as a table of its telling columns, one thing as `key: value`. */
import { z } from "zod";
import { toSnake } from "#base/case.ts";
import type { Contract } from "#base/contract.ts";
import { shapeOf, unwrap } from "#base/schema.ts";
import { harmless, type Look, paintStatus, renderTable } from "./table.ts";

type Row = Readonly<Record<string, unknown>>;

const List = z.looseObject({ data: z.array(z.record(z.string(), z.unknown())) });
const Object_ = z.record(z.string(), z.unknown());

/**
 * The columns worth a place, in order; of one group the first that exists. What a row says goes before what it is of:
 * states, names, times and messages before ids, and a name instead of the id of the same thing.
 */
const preferred: readonly (readonly string[])[] = [
  ["id"],
  ["name"],
  ["common_name"],
  ["status", "state", "test_status"],
  ["type", "kind", "actor_type"],
  ["target_name", "target_id"],
  ["version_id"],
  ["seen_at", "last_tested_at"],
  ["message", "test_message"],
  ["action"],
  ["actor"],
  ["resource_id"],
  ["outcome", "last_outcome"],
  ["certificate_id"],
  ["agent_name", "agent_id", "hostname"],
  ["holder"],
  ["environment"],
  ["issuer_id"],
  ["serial_number"],
  ["is_current", "enabled"],
  ["not_after", "expires_at"],
  ["next_run_at"],
  ["last_heartbeat_at", "last_used_at", "last_sign_in_at"],
  ["last_error", "last_message"],
  ["timestamp", "created_at", "registered_at"],
];
const mostColumns = 8;
const fewestColumns = 3;

/** The rows of a list; undefined when the answer is none. */
export function rowsOf(body: unknown): readonly Row[] | undefined {
  return List.safeParse(body).data?.data;
}

export function renderAnswer(
  contract: Contract,
  body: unknown,
  look: Look,
  wanted: readonly string[] | undefined,
): string {
  const rows = rowsOf(body);
  // Columns that were asked for are all shown, as wide as they are.
  if (rows && wanted) return renderRows(rows, wanted, { ...look, width: undefined });
  if (rows) return renderRows(rows, columnsOf(itemKeys(contract, rows), ownerOf(contract)), look);
  if (body === null) return "done\n";
  const thing = Object_.safeParse(body).data;
  return thing ? renderThing(thing, look) : `${JSON.stringify(body)}\n`;
}

/** How a page goes on; undefined on the last. */
export function restOf(body: unknown): string | undefined {
  const page = z
    .object({
      data: z.array(z.unknown()),
      total: z.int(),
      page: z.int().nullable(),
      next_cursor: z.string().nullable(),
    })
    .safeParse(body).data;
  if (!page || page.data.length >= page.total) return undefined;
  const shown = `${page.data.length} of ${page.total}`;
  if (page.next_cursor !== null) return `${shown}; go on with --cursor ${page.next_cursor}`;
  return page.data.length === 0 ? undefined : shown;
}

/** Wire keys of the list's rows: from the declared output, so that an empty list has a header too. */
function itemKeys(contract: Contract, rows: readonly Row[]): readonly string[] {
  const data = shapeOf(contract.output)["data"];
  const list = data && unwrap(data);
  const shape = list instanceof z.ZodArray ? shapeOf(list.element) : {};
  const scalar = Object.entries(shape).filter(([, schema]) => isScalar(unwrap(schema)));
  const keys = scalar.map(([key]) => toSnake(key));
  return keys.length > 0 ? keys : Object.keys(rows[0] ?? {});
}

function isScalar(inner: z.core.$ZodType): boolean {
  const isNested =
    inner instanceof z.ZodObject || inner instanceof z.ZodArray || inner instanceof z.ZodRecord;
  return !isNested;
}

/** The key that all rows have in common: of `/certificates/:id/versions` it is `certificate_id`. */
function ownerOf({ path }: Contract): string | undefined {
  const owner = /\/([a-z-]+)s\/:id\//.exec(path)?.[1];
  return owner && `${owner.replaceAll("-", "_")}_id`;
}

function columnsOf(all: readonly string[], owner: string | undefined): readonly string[] {
  const keys = all.filter((key) => key !== owner && !/_pem$|^revision$/.test(key));
  const telling = preferred.flatMap((group) => group.find((key) => keys.includes(key)) ?? []);
  const others = keys.filter((key) => !telling.includes(key));
  const missing = Math.max(0, fewestColumns - telling.length);
  return [...telling.slice(0, mostColumns), ...others.slice(0, missing)];
}

function renderRows(rows: readonly Row[], keys: readonly string[], look: Look): string {
  const columns = keys.map((key) => ({
    title: key.toUpperCase().replaceAll("_", " "),
    cells: rows.map((row) => harmless(textOf(row[key]))),
  }));
  return renderTable(columns, look);
}

function renderThing(thing: Row, look: Look): string {
  const width = Math.max(...Object.keys(thing).map((key) => key.length));
  return Object.entries(thing)
    .map(([key, value]) => renderMember(key, value, width, look))
    .join("");
}

function renderMember(key: string, value: unknown, width: number, look: Look): string {
  const nested = z.array(Object_).min(1).safeParse(value).data;
  if (nested) {
    const keys = [...new Set(nested.flatMap(Object.keys))];
    return `${key}:\n${indented(renderRows(nested, keys, { ...look, width: undefined }))}`;
  }
  if (typeof value === "string" && value.includes("\n")) {
    return `${key}:\n${value.trimEnd().split("\n").map(harmless).join("\n")}\n`;
  }
  const text = harmless(textOf(value));
  return `${`${key}:`.padEnd(width + 1)} ${look.colour ? paintStatus(text) : text}\n`;
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, "  ");

/** A value in one line: lists with commas, maps as `key=value`, null as `-`. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined || value === "") return "-";
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((it) => typeof it !== "object")) {
    return value.length === 0 ? "-" : value.join(", ");
  }
  const map = z.record(z.string(), z.string()).safeParse(value).data;
  if (!map) return JSON.stringify(value);
  const pairs = Object.entries(map).map(([key, it]) => `${key}=${it}`);
  return pairs.length === 0 ? "-" : pairs.join(", ");
}
