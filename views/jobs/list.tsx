/** Jobs: what was done, is being done, and waits. */
/** @jsxImportSource hono/jsx */
import { workApi } from "#features/work/api.ts";
import type { JobView } from "#features/work/job-view.ts";
import type { Choices, Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import type { Names } from "../reference.tsx";
import { type Listed, ListTable } from "../table.tsx";
import { jobColumns } from "./table.tsx";

export interface JobsProps {
  readonly frame: Frame;
  readonly query: URLSearchParams;
  readonly list: Listed<JobView>;
  readonly names: Names;
  readonly choices: Choices;
}

export function JobsPage({ frame, query, list, names, choices }: JobsProps): Html {
  return (
    <>
      <h1>Jobs</h1>
      <ListTable
        of={workApi.list}
        frame={frame}
        caption="Jobs"
        path="/jobs"
        query={query}
        list={list}
        columns={jobColumns(names, frame.now)}
        choices={choices}
        empty="There is no such job."
      />
    </>
  );
}
