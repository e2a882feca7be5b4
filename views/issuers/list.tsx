/** Issuers: whoever signs. */
/** @jsxImportSource hono/jsx */
import { issuersApi } from "#features/issuers/api.ts";
import type { IssuerView } from "#features/issuers/issuer.ts";
import type { IssuerStrip } from "#features/overview/stats-api.ts";
import { countOf } from "../count.ts";
import { Empty } from "../empty.tsx";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { ListPage, type Rows } from "../list-page.tsx";
import { grouped } from "../list-table.tsx";
import type { Column } from "../table.tsx";
import { Time } from "../time.tsx";
import { AuthorityLife, IssuerState } from "./state.tsx";

export interface IssuersProps extends Rows<IssuerView> {
  /** What each issued, and with which authority, by id; undefined where the reader may not see it. */
  readonly strips: ReadonlyMap<string, IssuerStrip> | undefined;
  /** The titles of the types. */
  readonly titles: ReadonlyMap<string, string>;
}

export function IssuersPage({ strips, titles, ...rows }: IssuersProps): Html {
  const { frame, list } = rows;
  return (
    <ListPage
      {...rows}
      title="Issuers"
      lede={list.problem ? null : <Lede total={list.total} strips={strips} />}
      create={{ contract: issuersApi.create, label: "New issuer" }}
      of={issuersApi.list}
      path="/issuers"
      columns={columnsOf(frame, titles, strips)}
      empty="No issuer matches."
      none={<NoIssuer frame={frame} />}
      rowId={(it) => it.id}
    />
  );
}

function Lede({
  total,
  strips,
}: {
  readonly total: number;
  readonly strips: IssuersProps["strips"];
}): Html {
  const all = [...(strips?.values() ?? [])];
  const issued = all.reduce((n, it) => n + it.issuedInAMonth, 0);
  const failed = all.filter((it) => it.enabled && it.testStatus === "failed").length;
  return (
    <>
      <b>{`${countOf(total, "issuer")} sign${total === 1 ? "s" : ""} certificates.`}</b>
      {strips ? ` ${countOf(issued, "certificate")} issued in 30 days.` : ""}
      {failed > 0 ? ` The last test of ${failed} failed.` : ""}
    </>
  );
}

function NoIssuer({ frame }: { readonly frame: Frame }): Html {
  return (
    <Empty
      frame={frame}
      title="No issuer yet"
      text="An issuer turns a checked request into a certificate: the built-in CA, or another CA that speaks ACME."
      ways={[
        {
          icon: "stamp",
          title: "Add an issuer",
          text: "Choose its type, say where it is, and test it.",
          href: "/issuers/new",
          action: "New issuer",
          needs: issuersApi.create,
        },
      ]}
    />
  );
}

const columnsOf = (
  frame: Frame,
  titles: IssuersProps["titles"],
  strips: IssuersProps["strips"],
): readonly Column<IssuerView>[] => [
  {
    title: "Issuer",
    sort: "name",
    cell: (it) => (
      <>
        <a class="n" href={`/issuers/${it.id}`} dir="auto">
          {it.name}
        </a>
        <span class="sub">{titles.get(it.type) ?? it.type}</span>
      </>
    ),
  },
  { title: "State", label: false, cell: (it) => <IssuerState of={it} /> },
  ...(strips ? numbers(frame, strips) : []),
  {
    title: "Tested",
    class: "h",
    cell: (it) => <Time at={it.lastTestedAt} now={frame.now} />,
  },
  { title: "Source", extra: true, cell: (it) => it.source },
  {
    title: "Added",
    sort: "created_at",
    extra: true,
    cell: (it) => <Time at={it.createdAt} now={frame.now} />,
  },
];

const numbers = (
  frame: Frame,
  strips: ReadonlyMap<string, IssuerStrip>,
): readonly Column<IssuerView>[] => [
  {
    title: "Its authority",
    width: "w-64",
    class: "w",
    label: false,
    cell: (it) => {
      const strip = strips.get(it.id);
      return strip ? <AuthorityLife of={strip} now={frame.now} /> : "–";
    },
  },
  {
    title: "Issued, 30 days",
    class: "num",
    label: "Issued in 30 days:",
    cell: (it) => {
      const strip = strips.get(it.id);
      if (!strip) return "–";
      return (
        <>
          {grouped(strip.issuedInAMonth)}
          <span class="sub">{`${grouped(strip.issued)} in all`}</span>
        </>
      );
    },
  },
];
