/** Lists: pages by number or by cursor, sorting, sparse fields; the same query and envelope everywhere. */
import { z } from "zod";
import { invalid } from "./problem.ts";

/** The query that every list takes. `sorts` are wire names; the first is the default, descending when it begins with `-`. */
export function listQuery<const Sorts extends readonly [string, ...string[]]>(sorts: Sorts) {
  const names = sorts.map((name) => name.replace(/^-/, ""));
  const values = names.flatMap((name) => [name, `-${name}`]) as [string, ...string[]];
  return {
    page: z.int().min(1).max(100_000).optional().meta({ title: "Page", description: "From 1" }),
    perPage: z
      .int()
      .min(1)
      .max(500)
      .optional()
      .meta({ title: "Rows a page", description: "Default 50" }),
    pageSize: z.int().min(1).max(500).optional().meta({ title: "Rows a page (with a cursor)" }),
    cursor: z.string().max(1_000).optional().meta({
      title: "Cursor",
      description: "`next_cursor` of the page before; empty for the first",
    }),
    sort: z
      .enum(values)
      .optional()
      .meta({ title: "Sort", description: `Default ${sorts[0]}` }),
    fields: z
      .string()
      .max(1_000)
      .optional()
      .meta({ title: "Fields", description: "Comma-separated keys" }),
  };
}

/** The query of a list that can be searched, beside `listQuery`. */
export const searchQuery = {
  q: z.string().max(200).optional().meta({ title: "Search" }),
};

/** The query of a list of what may be millions, beside `listQuery`; its envelope is `boundedListOf`. */
export const countQuery = {
  count: z.enum(["exact", "bounded"]).default("exact").meta({
    title: "Count",
    description: "bounded: where counting more than 10,000 takes long, they are not counted",
  }),
};

/** The envelope. `total` counts all matches; `next_cursor` is null on the last page. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    total: z.int(),
    page: z.int().nullable(),
    perPage: z.int(),
    nextCursor: z.string().nullable(),
  });
}

export const boundedListOf = <Item extends z.ZodType>(item: Item) =>
  listOf(item).extend({
    totalIsExact: z.boolean().meta({ title: "False: there are more than `total`" }),
  });

export interface ListQuery {
  readonly page?: number | undefined;
  readonly perPage?: number | undefined;
  readonly pageSize?: number | undefined;
  readonly cursor?: string | undefined;
  readonly sort?: string | undefined;
  readonly q?: string | undefined;
}

export interface Window {
  readonly sort: string;
  readonly descending: boolean;
  readonly limit: number;
  /** Rows to skip; 0 with a cursor. */
  readonly offset: number;
  readonly page: number | null;
  readonly after: Cursor | undefined;
  /** What is looked for, where the list can be searched. */
  readonly q: string | undefined;
}

/** The place after a row: its sort value and its key, which breaks ties. */
export interface Cursor {
  readonly sort: string;
  readonly value: string | number | null;
  readonly key: number;
}

/** Offsets beyond this would read a million index entries: a cursor does it in one step. */
const deepestOffset = 100_000;

/** What part of the list is asked for. Throws `invalid-input` naming the parameter. */
export function windowOf(query: ListQuery, defaultSort: string): Window {
  const text = query.sort ?? defaultSort;
  const sort = text.replace(/^-/, "");
  const limit = query.perPage ?? query.pageSize ?? 50;
  if (query.cursor !== undefined && query.page !== undefined) {
    throw invalid("cursor", "cannot be combined with page");
  }
  const after = query.cursor ? decodeCursor(query.cursor) : undefined;
  if (after && after.sort !== text) throw invalid("cursor", "belongs to another sort order");
  const page = query.cursor === undefined ? (query.page ?? 1) : null;
  const offset = page === null ? 0 : (page - 1) * limit;
  if (offset > deepestOffset) throw invalid("page", "is too deep; use cursor");
  return { sort, descending: text.startsWith("-"), limit, offset, page, after, q: query.q };
}

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.sort, cursor.value, cursor.key])).toString("base64url");
}

const CursorText = z.tuple([
  z.string().max(64),
  z.union([z.string().max(500), z.number(), z.null()]),
  z.int(),
]);

export function decodeCursor(text: string): Cursor {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch (cause) {
    throw invalid("cursor", "is not one of ours", cause);
  }
  const cursor = CursorText.safeParse(parsed);
  if (!cursor.success) throw invalid("cursor", "is not one of ours");
  const [sort, value, key] = cursor.data;
  return { sort, value, key };
}
