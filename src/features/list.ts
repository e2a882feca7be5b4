/** Pages of a query: keyset or offset, any sort column, NULLs smallest on both engines; each part uses one index range. */
import { type Kysely, type SelectQueryBuilder, type SqlBool, sql } from "kysely";
import { encodeCursor, type Window } from "#base/page.ts";
import { invalid } from "#base/problem.ts";
import { engineOf } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";

export interface SortColumn {
  /** `certificates.not_after`. */
  readonly ref: string;
  readonly nullable?: boolean;
}

export interface Listing<Item> {
  readonly data: readonly Item[];
  readonly total: number;
  /** False: there are more than `total`, which were not counted. */
  readonly totalIsExact: boolean;
  readonly page: number | null;
  readonly perPage: number;
  readonly nextCursor: string | null;
}

type Sorted<Row> = Row & { sort_value: string | number | null; sort_key: number };

export interface ListPlan<DB, TB extends keyof DB, Row> {
  readonly window: Window;
  readonly columns: Readonly<Record<string, SortColumn>>;
  /** The row key that breaks ties, such as `certificates.pk`. */
  readonly key: string;
  /** The rows wanted, without order and limit. */
  readonly rows: SelectQueryBuilder<DB, TB, Row>;
  /** The same rows with nothing selected: to count, and to collect. */
  readonly matching: SelectQueryBuilder<DB, TB, object>;
  /** The columns in which `q` is looked for, in tables of some thousand rows: it looks at each. */
  readonly search?: readonly string[];
  /**
   * Few rows match: they are found by an index of the conditions and sorted as keys, and only the page's rows are read
   * whole. Otherwise SQLite may walk the order of the sort and look at each row until the page is full, which takes long
   * where few match.
   */
  readonly collect?: boolean;
  /** How many there are, where that is known. */
  readonly total?: Total;
  /** How far to count: `boundOf`. */
  readonly bound?: Bound | undefined;
}

interface Total {
  readonly total: number;
  readonly totalIsExact: boolean;
}

export interface Counting {
  readonly count?: "exact" | "bounded" | undefined;
}

/** What is more is not counted where that takes long, if the caller agrees. */
export const mostCounted = 10_000;

/** The database in which at most `mostCounted` are counted. */
export type Bound = Kysely<Tables>;

/**
 * SQLite counts a million entries of an index in some milliseconds, a page of the file at a time; PostgreSQL looks at
 * each of them (30 ms and more, measured).
 */
export const boundOf = (db: Kysely<Tables>, { count }: Counting): Bound | undefined =>
  count === "bounded" && engineOf(db) === "postgres" ? db : undefined;

/** Reads one page. */
export async function listPage<DB, TB extends keyof DB, Row, Item>(
  asked: ListPlan<DB, TB, Row>,
  toItem: (row: Row) => Item,
): Promise<Listing<Item>> {
  const plan = narrowed(asked);
  const { window } = plan;
  const column = plan.columns[window.sort];
  if (!column) throw invalid("sort", `cannot sort by ${window.sort}`);
  // One row more than asked tells whether there is another page.
  const wanted = window.limit + 1;
  const rows = await (plan.collect
    ? collectRows(plan, column, wanted)
    : readRows(plan, column, wanted));
  const shown = rows.slice(0, window.limit);
  const last = shown.at(-1);
  const nextCursor =
    rows.length > window.limit && last
      ? encodeCursor({
          sort: `${window.descending ? "-" : ""}${window.sort}`,
          value: last.sort_value,
          key: last.sort_key,
        })
      : null;
  return {
    data: shown.map(toItem),
    ...(plan.total ?? (await countOf(plan.matching, plan.bound))),
    page: window.page,
    perPage: window.limit,
    nextCursor,
  };
}

/** With the condition that the search makes. */
function narrowed<DB, TB extends keyof DB, Row>(
  plan: ListPlan<DB, TB, Row>,
): ListPlan<DB, TB, Row> {
  const q = plan.window.q?.trim();
  if (!plan.search || !q) return plan;
  const pattern = `%${q.toLowerCase().replaceAll(/[\\%_]/g, "\\$&")}%`;
  const tests = plan.search.map((it) => sql`lower(${sql.ref(it)}) like ${pattern} escape '\\'`);
  const found = sql<SqlBool>`(${sql.join(tests, sql` or `)})`;
  return { ...plan, rows: plan.rows.where(found), matching: plan.matching.where(found) };
}

/** How many rows match; with a bound, whether there are more than that. */
export async function countOf<DB, TB extends keyof DB>(
  matching: SelectQueryBuilder<DB, TB, object>,
  bound: Bound | undefined,
): Promise<Total> {
  if (!bound) return { total: await count(matching), totalIsExact: true };
  const walked = matching.select(sql<number>`1`.as("one")).limit(mostCounted + 1);
  const { rows } = await sql<{
    n: number;
  }>`select count(*) as n from (${walked}) as walked`.execute(bound);
  const n = Number(rows[0]?.n ?? 0);
  return { total: Math.min(n, mostCounted), totalIsExact: n <= mostCounted };
}

async function count<DB, TB extends keyof DB>(
  matching: SelectQueryBuilder<DB, TB, object>,
): Promise<number> {
  const counted = matching.select(sql<number>`count(*)`.as("n")) as unknown as SelectQueryBuilder<
    DB,
    TB,
    { n: number }
  >;
  return Number((await counted.executeTakeFirstOrThrow()).n);
}

/** Finds and sorts keys, then reads their rows. */
async function collectRows<DB, TB extends keyof DB, Row>(
  plan: ListPlan<DB, TB, Row>,
  column: SortColumn,
  wanted: number,
): Promise<readonly Sorted<Row>[]> {
  const keys = (await readRows({ ...plan, rows: plan.matching }, column, wanted)).map(
    (it) => it.sort_key,
  );
  if (keys.length === 0) return [];
  const key = sql.ref(plan.key);
  const query = plan.rows
    .where(sql<SqlBool>`${key} in (${sql.join(keys)})`)
    .select(sortedBy(column, plan.key)) as unknown as SelectQueryBuilder<DB, TB, Sorted<Row>>;
  const rows = new Map((await query.execute()).map((row) => [row.sort_key, row]));
  return keys.flatMap((it) => rows.get(it) ?? []);
}

const sortedBy = (column: SortColumn, key: string) => [
  sql<string | number | null>`${sql.ref(column.ref)}`.as("sort_value"),
  sql<number>`${sql.ref(key)}`.as("sort_key"),
];

/** Non-NULL values and NULLs are two ranges of the index, read one after the other in the order of the sort. */
async function readRows<DB, TB extends keyof DB, Row>(
  plan: ListPlan<DB, TB, Row>,
  column: SortColumn,
  wanted: number,
): Promise<readonly Sorted<Row>[]> {
  const { window } = plan;
  if (window.after === undefined && window.offset > 0) {
    return await ordered(plan, column, undefined).offset(window.offset).limit(wanted).execute();
  }
  const parts: ("values" | "nulls")[] = column.nullable ? ["nulls", "values"] : ["values"];
  if (window.descending) parts.reverse();
  const rows: Sorted<Row>[] = [];
  for (const part of parts) {
    if (isPast(window, part)) continue;
    const more = await ordered(plan, column, part)
      .limit(wanted - rows.length)
      .execute();
    rows.push(...more);
    if (rows.length >= wanted) break;
  }
  return rows;
}

/** Does the cursor stand behind this part already? */
function isPast(window: Window, part: "values" | "nulls"): boolean {
  if (window.after === undefined) return false;
  const isNull = window.after.value === null;
  return window.descending ? part === "values" && isNull : part === "nulls" && !isNull;
}

function ordered<DB, TB extends keyof DB, Row>(
  plan: ListPlan<DB, TB, Row>,
  column: SortColumn,
  part: "values" | "nulls" | undefined,
): SelectQueryBuilder<DB, TB, Sorted<Row>> {
  const { window } = plan;
  const value = sql.ref(column.ref);
  const key = sql.ref(plan.key);
  // To SQLite's planner an expression has no order to walk.
  const sorted = (it: typeof value) => (plan.collect ? sql`+${it}` : it);
  const direction = window.descending ? sql`desc` : sql`asc`;
  const nulls = window.descending ? sql`nulls last` : sql`nulls first`;
  let query = plan.rows;
  if (part === "nulls") query = query.where(sql<SqlBool>`${value} is null`);
  if (part === "values" && column.nullable) query = query.where(sql<SqlBool>`${value} is not null`);
  const beyond = part && beyondCursor(window, part, value, key);
  if (beyond) query = query.where(beyond);
  if (part !== "nulls") {
    query = query.orderBy(
      // Without NULLs among them their place is not said: PostgreSQL would sort rather than walk an index that has another.
      column.nullable && part === undefined
        ? sql`${sorted(value)} ${direction} ${nulls}`
        : sql`${sorted(value)} ${direction}`,
    );
  }
  return query
    .orderBy(sql`${sorted(key)} ${direction}`)
    .select(sortedBy(column, plan.key)) as unknown as SelectQueryBuilder<DB, TB, Sorted<Row>>;
}

function beyondCursor(
  window: Window,
  part: "values" | "nulls",
  value: ReturnType<typeof sql.ref>,
  key: ReturnType<typeof sql.ref>,
) {
  const { after } = window;
  if (after === undefined) return undefined;
  const compare = window.descending ? sql`<` : sql`>`;
  if (part === "nulls") {
    return after.value === null ? sql<SqlBool>`${key} ${compare} ${after.key}` : undefined;
  }
  // Coming from the NULLs: all values follow.
  if (after.value === null) return undefined;
  return sql<SqlBool>`(${value}, ${key}) ${compare} (${after.value}, ${after.key})`;
}
