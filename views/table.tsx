/** A list as a table: filters, sort links and paging are all in the URL, so that every state is a link. */
/** @jsxImportSource hono/jsx */

import { z } from "zod";
import { toSnake } from "#base/case.ts";
import type { Contract } from "#base/contract.ts";
import { shapeOf } from "#base/schema.ts";
import { FieldView } from "./field.tsx";
import { type Field, fieldsOf } from "./fields.ts";
import type { Choices, Frame, ShownProblem } from "./frame.ts";
import type { Html } from "./html.ts";
import { within } from "./live.tsx";
import { ProblemNote } from "./problem.tsx";

export interface Column<Row> {
  readonly title: string;
  /** The wire name to sort by, where the list can. */
  readonly sort?: string;
  readonly cell: (row: Row) => Html | string;
}

/** One page of a list, or why there is none. */
export interface Listed<Row> {
  readonly data: readonly Row[];
  readonly total: number;
  readonly nextCursor: string | null;
  readonly problem: ShownProblem | undefined;
}

export interface ListTableProps<Row> {
  readonly of: Contract;
  readonly frame: Frame;
  readonly caption: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly list: Listed<Row>;
  readonly columns: readonly Column<Row>[];
  readonly choices?: Choices;
  /** What to say when nothing matches. */
  readonly empty: string;
  /** What can be done with rows, between the filters and the table. */
  readonly bar?: Html | null;
}

export function ListTable<Row>(props: ListTableProps<Row>): Html {
  const { list } = props;
  return (
    <>
      <Filters {...props} />
      {list.problem ? <ProblemNote problem={list.problem} /> : null}
      {props.bar ?? null}
      {list.data.length === 0 && !list.problem ? <p>{props.empty}</p> : null}
      {list.data.length > 0 ? (
        <Table
          {...props}
          rows={list.data}
          head={(column) => <SortHead {...props} column={column} />}
        />
      ) : null}
      <Paging {...props} />
    </>
  );
}

export interface TableProps<Row> {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly head?: (column: Column<Row>) => Html;
  /** No heading says it already: the caption is seen. */
  readonly titled?: boolean;
}

/** A table that scrolls by itself where the page is narrow. */
export function Table<Row>({ caption, rows, columns, head, titled }: TableProps<Row>): Html {
  return (
    <section class="scroll" tabindex={0} aria-label={caption}>
      <table>
        <caption>{titled ? caption : <span class="unseen">{caption}</span>}</caption>
        <thead>
          <tr>{columns.map((it) => head?.(it) ?? <th scope="col">{it.title}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {columns.map((it) => (
                <td>{it.cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function SortHead<Row>(props: ListTableProps<Row> & { readonly column: Column<Row> }): Html {
  const { column, path, query, frame, of } = props;
  if (column.sort === undefined) return <th scope="col">{column.title}</th>;
  const present = query.get("sort") ?? defaultSort(of);
  const ascends = present === column.sort;
  const descends = present === `-${column.sort}`;
  const href = hrefOf(path, query, { sort: ascends ? `-${column.sort}` : column.sort });
  const order = ascends ? "ascending" : "descending";
  return (
    <th scope="col" aria-sort={ascends || descends ? order : undefined}>
      <a href={href} {...within(frame)}>
        {column.title}
        {ascends ? " ▲" : null}
        {descends ? " ▼" : null}
      </a>
    </th>
  );
}

/** The first of the contract's sorts; its description says the direction. */
function defaultSort(of: Contract): string | undefined {
  const { sort } = shapeOf(of.input);
  const said = sort instanceof z.ZodType ? sort.meta()?.description : undefined;
  return said?.replace(/^Default /, "");
}

/** Changing anything begins at the first page again. */
function hrefOf(
  path: string,
  query: URLSearchParams,
  change: Readonly<Record<string, string>>,
): string {
  const next = new URLSearchParams([...query].filter(([, value]) => value !== ""));
  for (const name of ["cursor", "page"]) next.delete(name);
  for (const [name, value] of Object.entries(change)) next.set(name, value);
  const text = next.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** What of a list's query is no filter. */
const mechanics: ReadonlySet<string> = new Set([
  "page",
  "per_page",
  "page_size",
  "cursor",
  "sort",
  "fields",
]);

function Filters<Row>({ of, path, query, frame, choices = {} }: ListTableProps<Row>): Html | null {
  const fields = fieldsOf(of)
    .filter(({ key }) => !mechanics.has(key) && !of.path.includes(`:${key}`))
    .sort((a, b) => Number(b.key === "q") - Number(a.key === "q"));
  if (fields.length === 0) return null;
  const texts = Object.fromEntries(fields.map(({ name }) => [name, textsIn(query, name)]));
  const set = {
    id: `filter-${of.name.replaceAll(/[._]/g, "-")}`,
    texts,
    errors: [],
    choices,
    filters: true,
  };
  const [usual, more] = partition(fields, (it) => it.control !== "datetime");
  const view = (field: Field) => <FieldView field={field} set={set} />;
  const sort = query.get("sort");
  return (
    <search>
      <form method="get" action={path} class="filters" {...within(frame)}>
        {sort === null ? null : <input type="hidden" name="sort" value={sort} />}
        {usual.map(view)}
        {more.length > 0 ? (
          <details open={more.some(({ name }) => query.get(name)) || undefined}>
            <summary>Times</summary>
            {more.map(view)}
          </details>
        ) : null}
        <button type="submit">Filter</button>
        {isFiltered(query, fields) ? (
          <a href={path} {...within(frame)}>
            Clear
          </a>
        ) : null}
      </form>
    </search>
  );
}

const textsIn = (query: URLSearchParams, name: string): readonly string[] =>
  query.getAll(name).map((it) => it.replace(/Z$/, ""));

const isFiltered = (query: URLSearchParams, fields: readonly Field[]): boolean =>
  fields.some(({ name }) => query.get(name));

function partition<T>(all: readonly T[], test: (it: T) => boolean): readonly [T[], T[]] {
  return [all.filter(test), all.filter((it) => !test(it))];
}

function Paging<Row>({ list, path, query, frame, caption }: ListTableProps<Row>): Html | null {
  if (list.problem) return null;
  const { nextCursor } = list;
  const isLater = query.has("cursor") || query.has("page");
  const counted = list.total === 1 ? "1 in all" : `${list.total} in all`;
  return (
    <nav class="paging" aria-label={`${caption}: pages`}>
      <span>{counted}</span>
      {isLater ? (
        <a href={hrefOf(path, query, {})} {...within(frame)}>
          First page
        </a>
      ) : null}
      {nextCursor === null ? null : (
        <a href={hrefOf(path, query, { cursor: nextCursor })} rel="next" {...within(frame)}>
          Next page
        </a>
      )}
    </nav>
  );
}

/** The wire names a list can be filtered by. */
export function filterNames(of: Contract): readonly string[] {
  return Object.keys(shapeOf(of.input))
    .map(toSnake)
    .filter((name) => !mechanics.has(name));
}
