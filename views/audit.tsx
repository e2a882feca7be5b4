/** The audit trail: who did what, with filters, and exports of what the filters select. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import { auditApi } from "#features/audit/api.ts";
import type { AuditView } from "#features/audit/event.ts";
import { actionWords, iconOf } from "./audit-feed.tsx";
import { Pairs } from "./detail.tsx";
import type { Frame } from "./frame.ts";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";
import { ListPage, type Rows } from "./list-page.tsx";
import { filterNames } from "./list-query.ts";
import { grouped } from "./list-table.tsx";
import { type NamedKind, type Names, Ref } from "./reference.tsx";
import { Status } from "./status.tsx";
import type { Column } from "./table.tsx";
import { Time } from "./time.tsx";

type Event = z.output<typeof AuditView>;

export interface AuditProps extends Rows<Event> {
  readonly names: Names;
}

export function AuditPage({ names, ...rows }: AuditProps): Html {
  const { list } = rows;
  return (
    <ListPage
      {...rows}
      title="Audit"
      lede={
        list.problem ? null : (
          <>
            <b>{`${grouped(list.total)} ${list.total === 1 ? "event" : "events"}`}</b>
            {
              ", and none of them can be changed. Exports hold what the filters select, however many."
            }
          </>
        )
      }
      acts={
        <>
          <a class="btn" href={exportOf(rows.query, "csv")} download="audit.csv">
            <Icon name="download" class="i-s" />
            CSV
          </a>
          <a class="btn" href={exportOf(rows.query, "ndjson")} download="audit.ndjson">
            <Icon name="download" class="i-s" />
            NDJSON
          </a>
        </>
      }
      of={auditApi.list}
      path="/audit"
      columns={columnsOf(rows.frame, names)}
      empty="No event matches."
      rowId={(it) => it.id}
    />
  );
}

/** The export takes the list's filters; what it does not take, it would refuse. */
function exportOf(query: URLSearchParams, format: "csv" | "ndjson"): string {
  const taken = new Set(filterNames(auditApi.export));
  const filters = [...query].filter(([name, value]) => taken.has(name) && value !== "");
  const all = new URLSearchParams([...filters.filter(([name]) => name !== "format")]);
  all.set("format", format);
  return `${auditApi.export.path}?${all}`;
}

const columnsOf = (frame: Frame, names: Names): readonly Column<Event>[] => [
  { title: "When", sort: "timestamp", cell: (it) => <Time at={it.timestamp} now={frame.now} /> },
  {
    title: "Who",
    label: false,
    cell: (it) => (
      <>
        <span dir="auto" title={it.actorId}>
          {it.actor}
        </span>
        <span class="sub">{[it.actorType, it.address].filter(Boolean).join(" from ")}</span>
      </>
    ),
  },
  {
    title: "What",
    class: "w",
    label: false,
    cell: (it) => (
      <>
        <span class="flex items-center gap-1.5">
          <Icon name={iconOf(it.action)} class="i-s text-muted" />
          {actionWords(it.action)}
        </span>
        <span class="sub mono">{it.action}</span>
      </>
    ),
  },
  { title: "Outcome", label: false, cell: (it) => <Status of={it.outcome} /> },
  { title: "Resource", class: "w", label: false, cell: (it) => <Resource of={it} names={names} /> },
  { title: "Details", class: "w", label: false, cell: (it) => <More of={it} /> },
];

/** Most of it is read by machines: it opens on demand. */
function More({ of }: { readonly of: Event }): Html {
  const count = Object.keys(of.details).length;
  if (count === 0) return <span class="sub">–</span>;
  return (
    <details>
      <summary class="a sub">{count === 1 ? "1 detail" : `${count} details`}</summary>
      <Pairs of={of.details} />
    </details>
  );
}

/** Where the things of the trail have their page, and by which name. */
export const resourceKinds: Readonly<Record<string, NamedKind>> = {
  certificates: "certificate",
  agents: "agent",
  targets: "target",
  issuers: "issuer",
  teams: "team",
  owners: "owner",
  profiles: "profile",
  renewal_policies: "policy",
  users: "user",
  sessions: "user",
};

const pages: Readonly<Record<string, string>> = { jobs: "/jobs" };

function Resource({ of, names }: { readonly of: Event; readonly names: Names }): Html {
  const { resourceType: type, resourceId: id } = of;
  const kind = resourceKinds[type];
  const name = kind && names[kind]?.get(id);
  const path = pages[type];
  return (
    <>
      {kind && name !== undefined ? <Ref kind={kind} id={id} names={names} /> : type}
      {id === "" ? null : (
        <span class="sub mono">
          {path === undefined ? (
            id
          ) : (
            <a class="a" href={`${path}/${encodeURIComponent(id)}`}>
              {id}
            </a>
          )}
        </span>
      )}
    </>
  );
}
