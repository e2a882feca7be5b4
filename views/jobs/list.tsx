/** Jobs: what was done, is being done, and waits. */
/** @jsxImportSource hono/jsx */
import { workApi } from "#features/work/api.ts";
import type { JobView } from "#features/work/job-view.ts";
import type { Choices } from "../frame.ts";
import type { Html } from "../html.ts";
import { ListPage, type Rows } from "../list-page.tsx";
import type { Names } from "../reference.tsx";
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
      of={workApi.list}
      path="/jobs"
      columns={jobColumns(names, rows.frame.now)}
      choices={choices}
      empty="There is no such job."
    />
  );
}
