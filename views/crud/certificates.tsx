/** The certificates of a thing that end first, and the way to all of them. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { CertificateView } from "#features/certificates/certificate.ts";
import { Expiry, Standing } from "../certificates/cells.tsx";
import type { Html } from "../html.ts";
import { Name } from "../name.tsx";
import { Panel } from "../panel.tsx";
import { type Column, Table } from "../table.tsx";
import { certificatesHref, type Uses } from "./kind.ts";
import { upTo } from "./uses.tsx";

export interface UsedByProps {
  readonly of: { readonly filter: string; readonly verbs: readonly [string, string] };
  readonly id: string;
  readonly uses: Uses | undefined;
  readonly certificates: readonly CertificateView[];
  readonly now: Instant;
}

export function UsedBy({ of, id, uses, certificates, now }: UsedByProps): Html {
  const archived = uses?.counts.archived ?? 0;
  const more = uses !== undefined && uses.counts.used > certificates.length;
  return (
    <Panel
      title="Certificates"
      sub={
        certificates.length === 0 ? null : (
          <a class="a" href={certificatesHref(of, id)}>
            {more && uses ? `All ${upTo(uses.counts.used, uses.most)}` : "As a list"}
          </a>
        )
      }
    >
      {certificates.length === 0 ? (
        <p class="pb text-muted">{`No certificate ${of.verbs[1]}.`}</p>
      ) : (
        <Table
          caption="The certificates that end first"
          rows={certificates}
          columns={columnsOf(now)}
          rowId={(it) => it.id}
        />
      )}
      {archived > 0 && uses ? (
        <p class="pf">
          <a class="a" href={certificatesHref(of, id, { archived: "true" })}>
            {`${upTo(archived, uses.most)} archived`}
          </a>
        </p>
      ) : null}
    </Panel>
  );
}

const columnsOf = (now: Instant): readonly Column<CertificateView>[] => [
  {
    title: "Certificate",
    cell: (it) => (
      <a class="n" href={`/certificates/${it.id}`} dir="auto">
        <Name of={it.name} />
      </a>
    ),
  },
  {
    title: "State",
    label: false,
    class: "w",
    width: "w-48",
    cell: (it) => <Standing of={it} now={now} />,
  },
  {
    title: "Ends",
    label: false,
    class: "w",
    width: "w-56",
    cell: (it) => <Expiry of={it} now={now} />,
  },
];
