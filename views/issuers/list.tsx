/** Issuers: whoever signs. */
/** @jsxImportSource hono/jsx */
import { issuersApi } from "#features/issuers/api.ts";
import type { IssuerView } from "#features/issuers/issuer.ts";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { ListPage, type Rows } from "../list-page.tsx";
import { Status } from "../status.tsx";
import type { Column } from "../table.tsx";
import { Time } from "../time.tsx";

export function IssuersPage(rows: Rows<IssuerView>): Html {
  return (
    <ListPage
      {...rows}
      title="Issuers"
      create={{ contract: issuersApi.create, label: "New issuer" }}
      of={issuersApi.list}
      path="/issuers"
      columns={columnsOf(rows.frame)}
      empty="There is no such issuer."
    />
  );
}

const columnsOf = (frame: Frame): readonly Column<IssuerView>[] => [
  { title: "Name", sort: "name", cell: (it) => <a href={`/issuers/${it.id}`}>{it.name}</a> },
  { title: "Type", cell: (it) => it.type },
  { title: "Enabled", cell: (it) => (it.enabled ? "yes" : "no") },
  { title: "Last test", cell: (it) => <Status of={it.testStatus} /> },
  { title: "Added", sort: "created_at", cell: (it) => <Time at={it.createdAt} now={frame.now} /> },
];
