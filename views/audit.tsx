/** The audit trail: who did what, with filters, and exports of what the filters select. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import { auditApi } from "#features/audit/api.ts";
import type { AuditView } from "#features/audit/event.ts";
import { Pairs } from "./detail.tsx";
import type { Frame } from "./frame.ts";
import type { Html } from "./html.ts";
import { filterNames } from "./list-query.ts";
import { ListTable } from "./list-table.tsx";
import type { Listed } from "./listed.ts";
import { Status } from "./status.tsx";
import type { Column } from "./table.tsx";
import { Time } from "./time.tsx";

type Event = z.output<typeof AuditView>;

export interface AuditProps {
  readonly frame: Frame;
  readonly query: URLSearchParams;
  readonly list: Listed<Event>;
}

export function AuditPage({ frame, query, list }: AuditProps): Html {
  return (
    <>
      <h1>Audit</h1>
      <p class="acts mb-4">
        {"Export what the filters select: "}
        <a href={exportOf(query, "csv")} download="audit.csv">
          CSV
        </a>{" "}
        <a href={exportOf(query, "ndjson")} download="audit.ndjson">
          NDJSON
        </a>
      </p>
      <ListTable
        of={auditApi.list}
        frame={frame}
        caption="Audit events"
        path="/audit"
        query={query}
        list={list}
        columns={columnsOf(frame)}
        empty="There is no such event."
      />
    </>
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

const columnsOf = (frame: Frame): readonly Column<Event>[] => [
  { title: "When", sort: "timestamp", cell: (it) => <Time at={it.timestamp} now={frame.now} /> },
  { title: "Who", cell: (it) => `${it.actor} (${it.actorType})` },
  { title: "What", cell: (it) => it.action },
  { title: "Outcome", cell: (it) => <Status of={it.outcome} /> },
  { title: "Resource", cell: (it) => <Resource of={it} /> },
  { title: "Details", cell: (it) => <Pairs of={it.details} /> },
  { title: "From", cell: (it) => it.address ?? "–" },
];

function Resource({ of }: { readonly of: Event }): Html {
  if (of.resourceId === "") return <>{of.resourceType}</>;
  return (
    <>
      {`${of.resourceType} `}
      <code>{of.resourceId}</code>
    </>
  );
}
