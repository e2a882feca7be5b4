/** Certificates under management. */
/** @jsxImportSource hono/jsx */
import { certificatesApi } from "#features/certificates/api.ts";
import type { CertificateView } from "#features/certificates/certificate.ts";
import type { Choices, Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { ListPage, type Rows } from "../list-page.tsx";
import { filterNames } from "../list-query.ts";
import { type Names, Ref } from "../reference.tsx";
import { Status } from "../status.tsx";
import type { Column } from "../table.tsx";
import { Time } from "../time.tsx";
import { SelectedBar, Tick } from "./bulk.tsx";

export interface CertificatesProps extends Rows<CertificateView> {
  readonly names: Names;
  readonly choices: Choices;
}

export function CertificatesPage({ names, choices, ...rows }: CertificatesProps): Html {
  return (
    <ListPage
      {...rows}
      title="Certificates"
      create={{ contract: certificatesApi.create, label: "New certificate" }}
      of={certificatesApi.list}
      path="/certificates"
      columns={columnsOf(rows.frame, names)}
      choices={choices}
      empty="There is no such certificate."
      class="certs"
      rowId={(it) => it.id}
      bulk={
        <SelectedBar
          frame={rows.frame}
          query={rows.query}
          total={rows.list.total}
          criteria={filterNames(certificatesApi.list)}
        />
      }
    />
  );
}

const columnsOf = (frame: Frame, names: Names): readonly Column<CertificateView>[] => [
  ...(frame.may(certificatesApi.bulkRenew)
    ? [{ title: "Choose", cell: (it: CertificateView) => <Tick id={it.id} name={it.name} /> }]
    : []),
  { title: "Name", sort: "name", cell: (it) => <a href={`/certificates/${it.id}`}>{it.name}</a> },
  { title: "Status", cell: (it) => <Status of={it.status} /> },
  { title: "Names in it", sort: "common_name", cell: (it) => <SomeNames of={it} /> },
  {
    title: "Valid until",
    sort: "not_after",
    cell: (it) => <Time at={it.notAfter} now={frame.now} none="not issued yet" />,
  },
  { title: "Issuer", cell: (it) => <Ref kind="issuer" id={it.issuerId} names={names} /> },
  { title: "Owner", cell: (it) => <Ref kind="owner" id={it.ownerId} names={names} /> },
  { title: "Team", cell: (it) => <Ref kind="team" id={it.teamId} names={names} /> },
  { title: "Environment", cell: (it) => it.environment || "–" },
];

/** Three names are enough to recognise a certificate by. */
function SomeNames({ of }: { readonly of: CertificateView }): Html {
  const all = [...new Set([of.commonName, ...of.sans].filter((it) => it !== ""))];
  const more = all.length - 3;
  return <>{all.slice(0, 3).join(", ") + (more > 0 ? ` and ${more} more` : "")}</>;
}
