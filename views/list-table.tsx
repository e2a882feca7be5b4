/** A list as a table with everything that finds one's way in it. All of its state is in the URL: every state is a link. */
/** @jsxImportSource hono/jsx */
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";
import { ListBar } from "./list-bar.tsx";
import { defaultSort, filterNames, hrefOf, hrefOfNext, hrefOfPrevious } from "./list-query.ts";
import type { Listed, ListTableProps } from "./listed.ts";
import { within } from "./live.tsx";
import { ProblemNote } from "./problem.tsx";
import { type Column, Head, headClass, Table } from "./table.tsx";

export function ListTable<Row>(props: ListTableProps<Row>): Html {
  const { list, query, of } = props;
  const isNarrowed = filterNames(of).some((name) => query.get(name));
  if (list.total === 0 && !isNarrowed && !list.problem && props.none !== undefined) {
    return props.none;
  }
  const columns = shownColumns(props);
  return (
    <>
      <ListBar {...props} />
      <div id="list">
        {list.problem ? <ProblemNote problem={list.problem} /> : null}
        {list.data.length === 0 && !list.problem ? <NoMatch {...props} /> : null}
        {props.chosen}
        {list.data.length > 0 ? (
          <Table
            {...props}
            rows={list.data}
            columns={columns}
            compact={query.get("density") === "compact"}
            head={(column) => <SortHead {...props} column={column} />}
          />
        ) : null}
        {props.bulk}
        <Pager {...props} />
      </div>
    </>
  );
}

/** Those asked for by name; else all that are not extra. The first always stays. */
export function shownColumns<Row>({
  columns,
  query,
}: Pick<ListTableProps<Row>, "columns" | "query">): readonly Column<Row>[] {
  const asked = query.getAll("columns").filter((it) => it !== "");
  if (asked.length === 0) return columns.filter((it) => !it.extra);
  return columns.filter((it, at) => at === 0 || it.title === "" || asked.includes(it.title));
}

function NoMatch<Row>({ empty, path, frame }: ListTableProps<Row>): Html {
  return (
    <div class="empty">
      <p>{empty}</p>
      <a class="btn" href={path} {...within(frame)}>
        Show all
      </a>
    </div>
  );
}

function SortHead<Row>(props: ListTableProps<Row> & { readonly column: Column<Row> }): Html {
  const { column, path, query, frame, of } = props;
  if (column.sort === undefined || column.head !== undefined) return <Head of={column} />;
  const present = query.get("sort") ?? defaultSort(of);
  const ascends = present === column.sort;
  const descends = present === `-${column.sort}`;
  const href = hrefOf(path, query, { sort: ascends ? `-${column.sort}` : column.sort });
  const order = ascends ? "ascending" : "descending";
  return (
    <th scope="col" class={headClass(column)} aria-sort={ascends || descends ? order : undefined}>
      <a href={href} {...within(frame)}>
        {column.title}
        {ascends ? <Icon name="arrow-up" class="i-s" /> : null}
        {descends ? <Icon name="arrow-down" class="i-s" /> : null}
      </a>
    </th>
  );
}

export const grouped = (n: number): string => n.toLocaleString("en-US");

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `12,431`, or `more than 10,000` where nobody counted to the end. */
export const countOf = (of: Pick<Listed<unknown>, "total" | "totalIsExact">): string =>
  of.totalIsExact ? grouped(of.total) : `more than ${grouped(of.total)}`;

function Pager<Row>({ list, path, query, frame, caption }: ListTableProps<Row>): Html | null {
  if (list.problem || list.total === 0) return null;
  const { nextCursor, total, data } = list;
  const previous = hrefOfPrevious(path, query);
  const isLater = query.has("cursor") || query.has("page");
  const counted =
    total === data.length
      ? `${grouped(total)} in all`
      : `${grouped(data.length)} of ${countOf(list)}`;
  return (
    <nav class="pager" aria-label={`${caption}: pages`}>
      <span>{counted}</span>
      <span class="grow" />
      {isLater ? (
        <a class="btn" href={hrefOf(path, query, {})} rel="first" {...within(frame)}>
          First page
        </a>
      ) : null}
      {previous === undefined ? null : (
        <a class="btn" href={previous} rel="prev" {...within(frame)}>
          <Icon name="chevron-left" class="i-s" />
          Previous page
        </a>
      )}
      {nextCursor === null ? null : (
        <a class="btn" href={hrefOfNext(path, query, nextCursor)} rel="next" {...within(frame)}>
          Next page
          <Icon name="chevron-right" class="i-s" />
        </a>
      )}
    </nav>
  );
}
