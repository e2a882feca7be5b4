/** Jobs as rows, in lists and on the pages of what they are about. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { JobView } from "#features/work/job-view.ts";
import type { Html } from "../html.ts";
import { type Names, Ref } from "../reference.tsx";
import { Status } from "../status.tsx";
import { type Column, Table } from "../table.tsx";
import { Time } from "../time.tsx";

export interface JobTableProps {
  readonly jobs: readonly JobView[];
  readonly names: Names;
  readonly now: Instant;
  readonly caption: string;
  readonly titled?: boolean;
}

export function JobTable({ jobs, names, now, ...rest }: JobTableProps): Html {
  if (jobs.length === 0) return <p>There is no job.</p>;
  return <Table {...rest} rows={jobs} columns={jobColumns(names, now)} />;
}

export const jobColumns = (names: Names, now: Instant): readonly Column<JobView>[] => [
  { title: "Job", cell: (it) => <a href={`/jobs/${it.id}`}>{it.type}</a> },
  { title: "Status", cell: (it) => <Status of={it.status} /> },
  {
    title: "Certificate",
    cell: (it) => <Ref kind="certificate" id={it.certificateId} names={names} />,
  },
  { title: "Target", cell: (it) => <Ref kind="target" id={it.targetId} names={names} /> },
  { title: "Agent", cell: (it) => <Ref kind="agent" id={it.agentId} names={names} /> },
  { title: "Error", cell: (it) => it.lastError ?? "–" },
  { title: "Asked for", sort: "created_at", cell: (it) => <Time at={it.createdAt} now={now} /> },
];
