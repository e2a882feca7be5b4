/** Targets: where certificates are installed. */
/** @jsxImportSource hono/jsx */
import { targetsApi } from "#features/targets/api.ts";
import type { TargetView } from "#features/targets/target.ts";
import type { Choices, Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { Status } from "../status.tsx";
import { type Column, type Listed, ListTable } from "../table.tsx";
import { Time } from "../time.tsx";

export interface TargetsProps {
  readonly frame: Frame;
  readonly query: URLSearchParams;
  readonly list: Listed<TargetView>;
  readonly choices: Choices;
}

export function TargetsPage({ frame, query, list, choices }: TargetsProps): Html {
  return (
    <>
      <h1>Targets</h1>
      {frame.may(targetsApi.create) ? (
        <p>
          <a class="button" href="/targets/new">
            New target
          </a>
        </p>
      ) : null}
      <ListTable
        of={targetsApi.list}
        frame={frame}
        caption="Targets"
        path="/targets"
        query={query}
        list={list}
        columns={columnsOf(frame)}
        choices={choices}
        empty="There is no such target."
      />
    </>
  );
}

const columnsOf = (frame: Frame): readonly Column<TargetView>[] => [
  { title: "Name", sort: "name", cell: (it) => <a href={`/targets/${it.id}`}>{it.name}</a> },
  { title: "Type", cell: (it) => it.type },
  { title: "Agent", cell: (it) => <a href={`/agents/${it.agentId}`}>{it.agentName}</a> },
  { title: "In use", cell: (it) => inUse(it) },
  { title: "Last test", cell: (it) => <Status of={it.testStatus} /> },
  { title: "Added", sort: "created_at", cell: (it) => <Time at={it.createdAt} now={frame.now} /> },
];

function inUse(it: TargetView): string {
  if (it.retiredAt !== null) return "retired";
  return it.enabled ? "yes" : "switched off";
}
