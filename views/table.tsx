/** Rows and columns. On a phone a row becomes a card of the same markup. */
/** @jsxImportSource hono/jsx */
import type { Html } from "./html.ts";

export interface Column<Row> {
  readonly title: string;
  /** The wire name to sort by, where the list can. */
  readonly sort?: string;
  readonly cell: (row: Row) => Html | string;
  /** `num` right, `mono`, `w` the full width on a phone, `h` not on a phone. */
  readonly class?: string;
  /** What stands before the value on a phone, where there is no head; false: the value says it. */
  readonly label?: string | false;
  /** In the head instead of the title. */
  readonly head?: Html;
  /** Of the head's cell: `w-44`. */
  readonly width?: string;
  /** Shown only when somebody asks for it. */
  readonly extra?: boolean;
}

export interface TableProps<Row> {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly head?: (column: Column<Row>) => Html;
  /** `certs` and the like. */
  readonly class?: string;
  readonly compact?: boolean;
  /** Unique on the page: lets a refresh find the row again, and keeps focus and what is ticked. */
  readonly rowId?: (row: Row) => string;
}

export function Table<Row>(props: TableProps<Row>): Html {
  const { caption, rows, columns, head, compact, rowId } = props;
  return (
    <section class="tw" tabindex={0} aria-label={`${caption}: table`}>
      <table
        class={`tbl cards ${props.class ?? ""}`.trim()}
        data-density={compact ? "compact" : undefined}
      >
        <caption class="sr-only">{caption}</caption>
        <thead>
          <tr>{columns.map((it) => head?.(it) ?? <Head of={it} />)}</tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr id={rowId?.(row)}>
              {columns.map((it, at) => (
                <td class={it.class} data-l={labelOf(it, at)}>
                  {it.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function labelOf<Row>(column: Column<Row>, at: number): string | undefined {
  if (at === 0 || column.label === false || column.title === "") return undefined;
  return column.label ?? column.title;
}

/** The classes of a column's head. */
export const headClass = <Row,>(of: Column<Row>): string | undefined =>
  [of.class, of.width].filter(Boolean).join(" ") || undefined;

export function Head<Row>({ of }: { readonly of: Column<Row> }): Html {
  return (
    <th scope="col" class={headClass(of)}>
      {of.head ?? (of.title === "" ? <span class="sr-only">Actions</span> : of.title)}
    </th>
  );
}
