/** Bulk work: how far it is, and what came of each thing. */
/** @jsxImportSource hono/jsx */
import type { ItemCounts, ItemView } from "#features/bulk/answer.ts";
import { workApi } from "#features/work/api.ts";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { Progress } from "../life.tsx";
import { grouped, ListTable } from "../list-table.tsx";
import type { Listed } from "../listed.ts";
import { Panel } from "../panel.tsx";
import { type Names, Ref } from "../reference.tsx";
import { Status } from "../status.tsx";
import type { Column } from "../table.tsx";

export interface ItemsProps {
  readonly frame: Frame;
  readonly path: string;
  readonly counts: ItemCounts;
  readonly list: Listed<ItemView>;
  readonly query: URLSearchParams;
  readonly names: Names;
}

export function Items({ frame, path, counts, list, query, names }: ItemsProps): Html {
  const done = counts.total - counts.waiting;
  return (
    <>
      <Panel title="Progress" sub={`${grouped(done)} of ${grouped(counts.total)}`} padded>
        <Progress
          done={done}
          total={counts.total}
          label="Done"
          state={counts.failed > 0 ? "b" : "n"}
        />
        <p class="mt-2">{`${grouped(done)} of ${grouped(counts.total)} done${resultsOf(counts)}.`}</p>
      </Panel>
      <div>
        <ListTable
          of={workApi.items}
          frame={frame}
          caption="Items"
          path={path}
          query={query}
          list={list}
          columns={columnsOf(names)}
          empty="No item is in this state."
        />
      </div>
    </>
  );
}

function resultsOf(counts: ItemCounts): string {
  const { succeeded, skipped, failed, awaitingApproval, cancelled } = counts;
  const parts = [
    [succeeded, "succeeded"],
    [skipped, "skipped"],
    [failed, "failed"],
    [awaitingApproval, "waiting for approval"],
    [cancelled, "cancelled"],
  ] as const;
  const said = parts.filter(([n]) => n > 0).map(([n, words]) => `${grouped(n)} ${words}`);
  return said.length > 0 ? `: ${said.join(", ")}` : "";
}

const columnsOf = (names: Names): readonly Column<ItemView>[] => [
  {
    title: "Certificate",
    cell: (it) => <Ref kind="certificate" id={it.subjectId} names={names} />,
  },
  { title: "Result", cell: (it) => <Status of={it.status} /> },
  { title: "Why", cell: (it) => it.message ?? "–" },
  {
    title: "Job",
    cell: (it) => (it.jobId === null ? "–" : <a href={`/jobs/${it.jobId}`}>its job</a>),
  },
];
