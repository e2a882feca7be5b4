/** The page of a list: its heading, the button for one more, filters, rows, paging. */
/** @jsxImportSource hono/jsx */
import type { Contract } from "#base/contract.ts";
import { conceptAt } from "./docs/concepts.ts";
import type { Frame } from "./frame.ts";
import { Head } from "./head.tsx";
import { Help } from "./help-link.tsx";
import type { Children, Html } from "./html.ts";
import { Icon } from "./icon.tsx";
import { ListTable } from "./list-table.tsx";
import type { Listed, ListTableProps } from "./listed.ts";
import { Tabs } from "./tabs.tsx";

/** Beside saved views there is a way back from them. */
const everything = [{ label: "All", query: "" }] as const;

/** What every page of a list is given. */
export interface Rows<Row> {
  readonly frame: Frame;
  /** The page's query as the list understood it. */
  readonly query: URLSearchParams;
  readonly list: Listed<Row>;
}

export interface ListPageProps<Row> extends Omit<ListTableProps<Row>, "caption"> {
  readonly title: string;
  /** The sentence of the page: what such things are for, or how they are. */
  readonly lede?: Html | string | null;
  readonly create?: { readonly contract: Contract; readonly label: string; readonly path?: string };
  /** Other buttons, before the one that makes a new one. */
  readonly acts?: Children;
  /** Between the heading and the list: views. */
  readonly views?: Html | null;
}

export function ListPage<Row>(props: ListPageProps<Row>): Html {
  const { title, lede, create, acts, views, ...table } = props;
  const concept = conceptAt[table.path];
  return (
    <>
      <Head title={title} status={concept ? <Help of={concept} /> : null} lede={lede ?? null}>
        {acts ?? null}
        {create && table.frame.may(create.contract) ? (
          <a class="btn btn-primary" href={create.path ?? `${table.path}/new`} data-new>
            <Icon name="plus" class="i-s" />
            {create.label}
            <kbd class="kbd wide-only border-current/40 bg-transparent text-inherit opacity-80">
              c
            </kbd>
          </a>
        ) : null}
      </Head>
      {views ?? (table.frame.saved?.length ? <Tabs {...table} tabs={everything} /> : null)}
      <ListTable {...table} caption={title} />
    </>
  );
}
