/** Jobs: what was done, is being done, and waits. */
/** @jsxImportSource hono/jsx */
import { workApi } from "#features/work/api.ts";
import type { JobView } from "#features/work/job-view.ts";
import type { Choices } from "../frame.ts";
import type { Html } from "../html.ts";
import { ListPage, type Rows } from "../list-page.tsx";
import { grouped } from "../list-table.tsx";
import type { Names } from "../reference.tsx";
import { Tabs } from "../tabs.tsx";
import { jobColumns } from "./table.tsx";

export interface JobsProps extends Rows<JobView> {
  readonly names: Names;
  readonly choices: Choices;
}

export function JobsPage({ names, choices, ...rows }: JobsProps): Html {
  return (
    <ListPage
      {...rows}
      title="Jobs"
      lede={
        rows.list.problem ? null : (
          <>
            <b>{`${grouped(rows.list.total)} ${rows.list.total === 1 ? "job" : "jobs"}`}</b>
            {". What the product does takes steps that are tried again, and each is on record."}
          </>
        )
      }
      views={<JobTabs query={rows.query} frame={rows.frame} />}
      rowId={(it) => it.id}
      of={workApi.list}
      path="/jobs"
      columns={jobColumns(names, rows.frame.now)}
      choices={choices}
      empty="No job matches."
    />
  );
}

const tabs = [
  { label: "All", query: "" },
  { label: "Running", query: "status=Running" },
  { label: "Waiting", query: "status=Pending" },
  { label: "For approval", query: "status=AwaitingApproval" },
  { label: "Failed", query: "status=Failed" },
  { label: "Completed", query: "status=Completed" },
] as const;

function JobTabs({ frame, query }: Pick<JobsProps, "frame" | "query">): Html {
  return <Tabs frame={frame} query={query} path="/jobs" tabs={tabs} />;
}
