/** Issuers: whoever signs. */
/** @jsxImportSource hono/jsx */
import { issuersApi } from "#features/issuers/api.ts";
import type { IssuerView } from "#features/issuers/issuer.ts";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { Status } from "../status.tsx";
import { type Column, type Listed, ListTable } from "../table.tsx";
import { Time } from "../time.tsx";

export interface IssuersProps {
  readonly frame: Frame;
  readonly query: URLSearchParams;
  readonly list: Listed<IssuerView>;
}

export function IssuersPage({ frame, query, list }: IssuersProps): Html {
  return (
    <>
      <h1>Issuers</h1>
      {frame.may(issuersApi.create) ? (
        <p>
          <a class="button" href="/issuers/new">
            New issuer
          </a>
        </p>
      ) : null}
      <ListTable
        of={issuersApi.list}
        frame={frame}
        caption="Issuers"
        path="/issuers"
        query={query}
        list={list}
        columns={columnsOf(frame)}
        empty="There is no such issuer."
      />
    </>
  );
}

const columnsOf = (frame: Frame): readonly Column<IssuerView>[] => [
  { title: "Name", sort: "name", cell: (it) => <a href={`/issuers/${it.id}`}>{it.name}</a> },
  { title: "Type", cell: (it) => it.type },
  { title: "Enabled", cell: (it) => (it.enabled ? "yes" : "no") },
  { title: "Last test", cell: (it) => <Status of={it.testStatus} /> },
  { title: "Added", sort: "created_at", cell: (it) => <Time at={it.createdAt} now={frame.now} /> },
];
