/** The page of a list: its heading, the button for one more, filters, rows, paging. */
/** @jsxImportSource hono/jsx */
import type { Contract } from "#base/contract.ts";
import type { Frame } from "./frame.ts";
import type { Html } from "./html.ts";
import { type Listed, ListTable, type ListTableProps } from "./table.tsx";

/** What every page of a list is given. */
export interface Rows<Row> {
  readonly frame: Frame;
  /** The page's query as the list understood it. */
  readonly query: URLSearchParams;
  readonly list: Listed<Row>;
}

export interface ListPageProps<Row> extends Omit<ListTableProps<Row>, "caption"> {
  readonly title: string;
  /** What such things are for. */
  readonly purpose?: string;
  readonly create?: { readonly contract: Contract; readonly label: string };
}

export function ListPage<Row>({ title, purpose, create, ...table }: ListPageProps<Row>): Html {
  return (
    <>
      <h1>{title}</h1>
      {purpose === undefined ? null : <p>{purpose}</p>}
      {create && table.frame.may(create.contract) ? (
        <p>
          <a class="button" href={`${table.path}/new`}>
            {create.label}
          </a>
        </p>
      ) : null}
      <ListTable {...table} caption={title} />
    </>
  );
}
