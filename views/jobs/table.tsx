/** Jobs as rows, in lists and on the pages of what they are about. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { JobView } from "#features/work/job-view.ts";
import type { Html } from "../html.ts";
import { type Names, Ref } from "../reference.tsx";
import { Status } from "../status.tsx";
import { type Column, Table } from "../table.tsx";
import { relative, Time, took } from "../time.tsx";
import { standingOf } from "./words.ts";

export interface JobTableProps {
  readonly jobs: readonly JobView[];
  readonly names: Names;
  readonly now: Instant;
  readonly caption: string;
  /** What all of them are about says the page. */
  readonly without?: "certificate" | "target" | "agent";
  /** What stands there without a job: why there is none. */
  readonly none: string;
}

export function JobTable({ jobs, names, now, caption, without, none }: JobTableProps): Html {
  if (jobs.length === 0) return <p class="pb text-muted">{none}</p>;
  const columns = jobColumns(names, now, without);
  return <Table caption={caption} rows={jobs} columns={columns} rowId={(it) => it.id} />;
}

export const jobColumns = (
  names: Names,
  now: Instant,
  without?: JobTableProps["without"],
): readonly Column<JobView>[] => [
  {
    title: "Job",
    cell: (it) => (
      <>
        <a class="n" href={`/jobs/${it.id}`}>
          {it.type}
        </a>
        <span class="sub" dir="auto">{`asked for by ${it.requestedBy}`}</span>
      </>
    ),
  },
  {
    title: "Status",
    class: "w",
    label: false,
    cell: (it) => (
      <>
        <Status {...standingOf(it)} />
        <span class="sub" dir="auto">
          {progressOf(it, now)}
        </span>
      </>
    ),
  },
  ...(without === "certificate"
    ? []
    : [about("Certificate", "certificate", "certificateId", names)]),
  ...(without === "target" ? [] : [about("Target", "target", "targetId", names)]),
  ...(without === "agent" ? [] : [about("Agent", "agent", "agentId", names)]),
  { title: "Asked for", sort: "created_at", cell: (it) => <Time at={it.createdAt} now={now} /> },
];

function about(
  title: string,
  kind: "certificate" | "target" | "agent",
  key: "certificateId" | "targetId" | "agentId",
  names: Names,
): Column<JobView> {
  return {
    title,
    ...(kind === "certificate" ? {} : { class: "h" }),
    cell: (it) => <Ref kind={kind} id={it[key]} names={names} />,
  };
}

/** Why it stands where it stands. */
function progressOf(it: JobView, now: Instant): string {
  if (it.lastError !== null && it.status !== "Completed") return it.lastError;
  if (it.status === "Pending" && it.runAfter > now)
    return `Next attempt ${relative(it.runAfter, now)}`;
  if (it.startedAt !== null && it.completedAt !== null) return took(it.startedAt, it.completedAt);
  return it.attempts > 1 ? `Attempt ${it.attempts} of ${it.maxAttempts}` : "";
}
