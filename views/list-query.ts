/** The state of a list in its URL: what filters, and what only arranges. */
import { z } from "zod";
import { toSnake } from "#base/case.ts";
import type { Contract } from "#base/contract.ts";
import { shapeOf } from "#base/schema.ts";
import { passing } from "#features/saved-views/view-query.ts";

/** What of a list's query is no filter. */
const mechanics: ReadonlySet<string> = new Set([
  "page",
  "per_page",
  "page_size",
  "cursor",
  "sort",
  "fields",
  "count",
]);

/** What only a page knows of; the operation is not asked with it. */
export const arrangement: ReadonlySet<string> = new Set(["columns", "density", "before", "chosen"]);

export const isMechanic = (name: string): boolean => mechanics.has(name) || arrangement.has(name);

/** The wire names a list can be filtered by. */
export function filterNames(of: Contract): readonly string[] {
  return Object.keys(shapeOf(of.input))
    .map(toSnake)
    .filter((name) => !isMechanic(name));
}

/** The first of the contract's sorts; its description says the direction. */
export function defaultSort(of: Contract): string | undefined {
  const { sort } = shapeOf(of.input);
  const said = sort instanceof z.ZodType ? sort.meta()?.description : undefined;
  return said?.replace(/^Default /, "");
}

/** The same list otherwise, from its first page and with nothing chosen. Null takes a parameter away. */
export function hrefOf(
  path: string,
  query: URLSearchParams,
  change: Readonly<Record<string, string | null>>,
): string {
  const next = new URLSearchParams([...query].filter(([, value]) => value !== ""));
  for (const name of passing) next.delete(name);
  for (const [name, value] of Object.entries(change)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Without one of several values of a filter. */
export function hrefWithout(
  path: string,
  query: URLSearchParams,
  name: string,
  value: string,
): string {
  const next = new URLSearchParams([...query].filter((it) => it[0] !== name || it[1] !== value));
  return hrefOf(path, next, {});
}

/** So many pages back a list knows where they began; the URL stays below 4,000 characters. */
const mostBefore = 20;
const longestBefore = 2_000;

/** Where the page shown now begins: `p3` by number, else the cursor, which never begins with `p`. */
const startOf = (query: URLSearchParams): string =>
  query.get("cursor") || `p${query.get("page") || "1"}`;

/** The starts of the pages before this one, the nearest last; the oldest are forgotten. */
const startsBefore = (query: URLSearchParams): readonly string[] =>
  (query.get("before") ?? "").split(".").filter((it) => it !== "");

/** To the page that begins at `cursor`, knowing the way back. */
export function hrefOfNext(path: string, query: URLSearchParams, cursor: string): string {
  const starts = [...startsBefore(query), startOf(query)].slice(-mostBefore);
  while (starts.length > 1 && starts.join(".").length > longestBefore) starts.shift();
  const chosen = query.get("chosen");
  return hrefOf(path, query, { before: starts.join("."), chosen, cursor });
}

/** To the page before; undefined on the first, and where nobody knows where that page began. */
export function hrefOfPrevious(path: string, query: URLSearchParams): string | undefined {
  const chosen = query.get("chosen");
  const starts = [...startsBefore(query)];
  const start = starts.pop() ?? pageBefore(query);
  if (start === undefined) return undefined;
  const number = /^p(\d+)$/.exec(start)?.[1];
  const before = starts.length === 0 ? null : starts.join(".");
  if (number === undefined) return hrefOf(path, query, { before, chosen, cursor: start });
  return hrefOf(path, query, { before, chosen, page: number === "1" ? null : number });
}

function pageBefore(query: URLSearchParams): string | undefined {
  const page = query.has("cursor") ? 1 : Number(query.get("page") ?? 1);
  return Number.isInteger(page) && page > 1 ? `p${page - 1}` : undefined;
}
