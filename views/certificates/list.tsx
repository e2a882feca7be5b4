/** Certificates under management. */
/** @jsxImportSource hono/jsx */
import { certificatesApi } from "#features/certificates/api.ts";
import type { CertificateView } from "#features/certificates/certificate.ts";
import { Pairs } from "../detail.tsx";
import { Empty } from "../empty.tsx";
import type { Choices, Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { ListPage, type Rows } from "../list-page.tsx";
import { capital, countOf } from "../list-table.tsx";
import type { Listed } from "../listed.ts";
import { Name } from "../name.tsx";
import { type Names, Ref } from "../reference.tsx";
import type { Column } from "../table.tsx";
import { Tabs } from "../tabs.tsx";
import { Time } from "../time.tsx";
import { Expiry, Standing } from "./cells.tsx";
import { AllRow, criteriaIn, SelectedBar, tickColumn } from "./selected.tsx";

export interface CertificatesProps extends Rows<CertificateView> {
  readonly names: Names;
  readonly choices: Choices;
}

export function CertificatesPage({ names, choices, ...rows }: CertificatesProps): Html {
  const { frame, query, list } = rows;
  return (
    <ListPage
      {...rows}
      title="Certificates"
      lede={list.problem ? null : ledeOf(list, query)}
      create={{ contract: certificatesApi.create, label: "New certificate" }}
      views={<Tabs frame={frame} query={query} path="/certificates" tabs={tabs} />}
      of={certificatesApi.list}
      path="/certificates"
      columns={columnsOf(frame, names, query)}
      choices={choices}
      empty="No certificate matches."
      none={<NoCertificate frame={frame} />}
      class="certs"
      rowId={(it) => it.id}
      chosen={<AllRow {...{ frame, query, list }} />}
      bulk={<SelectedBar {...{ frame, query, list }} />}
    />
  );
}

const tabs = [
  { label: "All", query: "" },
  { label: "Failed", query: "status=Failed" },
  { label: "Expiring", query: "status=Expiring" },
  { label: "Expired", query: "status=Expired" },
  { label: "Renewing", query: "status=RenewalInProgress" },
  { label: "Archived", query: "status=Archived" },
] as const;

function ledeOf(list: Listed<CertificateView>, query: URLSearchParams): Html {
  const { total } = list;
  const isNarrowed = criteriaIn(query).length > 0;
  const count = countOf(list);
  // All there are: also those that are archived, which the dashboard does not count.
  const verb = isNarrowed
    ? ["matches", "match"]
    : ["in all, archived or not", "in all, archived or not"];
  return (
    <>
      <b>{`${capital(count)} ${total === 1 ? "certificate" : "certificates"}`}</b>
      {` ${total === 1 ? verb[0] : verb[1]}.`}
    </>
  );
}

function NoCertificate({ frame }: { readonly frame: Frame }): Html {
  return (
    <Empty
      frame={frame}
      title="No certificate yet"
      text="Add an agent where a service runs, describe the service as a target, and order a certificate for it: from then on it renews by itself."
      ways={[
        {
          icon: "file-plus",
          title: "Order the first one",
          text: "For a target of an agent, or with your own signing request.",
          href: "/certificates/new",
          action: "New certificate",
          needs: certificatesApi.create,
        },
        {
          icon: "cpu",
          title: "Add an agent",
          text: "It makes keys on its machine, installs certificates, and looks whether they are served.",
          href: "/agents/new",
          action: "Add agent",
        },
        {
          icon: "server",
          title: "Describe a target",
          text: "NGINX, HAProxy and others: where the files belong and how they are loaded.",
          href: "/targets/new",
          action: "New target",
        },
      ]}
    />
  );
}

const columnsOf = (
  frame: Frame,
  names: Names,
  query: URLSearchParams,
): readonly Column<CertificateView>[] => [
  ...(frame.may(certificatesApi.bulkRenew) ? [tickColumn(query)] : []),
  { title: "Certificate", sort: "name", cell: (it) => <Named of={it} />, label: false },
  {
    title: "Status",
    width: "w-48",
    class: "sc",
    cell: (it) => <Standing of={it} now={frame.now} />,
    label: false,
  },
  {
    title: "Expires",
    sort: "not_after",
    width: "w-60",
    class: "w",
    cell: (it) => <Expiry of={it} now={frame.now} />,
    label: false,
  },
  {
    title: "Issuer, key",
    width: "w-36",
    class: "h",
    cell: (it) => (
      <>
        <Ref kind="issuer" id={it.issuerId} names={names} />
        <span class="sub">{it.keyAlgorithm}</span>
      </>
    ),
  },
  {
    title: "Owner, team",
    width: "w-36",
    class: "h",
    cell: (it) => (
      <>
        <Ref kind="owner" id={it.ownerId} names={names} />
        {/* No link: two would be closer together than a finger is wide (WCAG 2.5.8). */}
        <span class="sub">
          {it.teamId === null ? "–" : (names.team?.get(it.teamId) ?? it.teamId)}
        </span>
      </>
    ),
  },
  { title: "Environment", extra: true, cell: (it) => it.environment || "–" },
  { title: "Common name", sort: "common_name", extra: true, cell: (it) => it.commonName || "–" },
  { title: "Tags", extra: true, cell: (it) => <Pairs of={it.tags} /> },
  { title: "Source", extra: true, cell: (it) => it.source },
  {
    title: "Added",
    sort: "created_at",
    extra: true,
    cell: (it) => <Time at={it.createdAt} now={frame.now} />,
  },
];

/** What else it is for, to recognise it by. */
function Named({ of }: { readonly of: CertificateView }): Html {
  const others = [...new Set([of.commonName, ...of.sans])].filter(
    (it) => it !== "" && it !== of.name,
  );
  const [first, ...more] = others;
  const said = [
    first === undefined ? "" : first + (more.length > 0 ? ` and ${more.length} more` : ""),
    of.environment,
  ].filter((it) => it !== "");
  return (
    <>
      <a class="n" href={`/certificates/${of.id}`} dir="auto">
        <Name of={of.name} />
      </a>
      <span class="sub" dir="auto">
        {said.join(" · ")}
      </span>
    </>
  );
}
