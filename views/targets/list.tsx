/** Targets: where certificates are installed. */
/** @jsxImportSource hono/jsx */
import { targetsApi } from "#features/targets/api.ts";
import type { TargetView } from "#features/targets/target.ts";
import type { Choices, Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { ListPage, type Rows } from "../list-page.tsx";
import { Status } from "../status.tsx";
import type { Column } from "../table.tsx";
import { Time } from "../time.tsx";

export interface TargetsProps extends Rows<TargetView> {
  readonly choices: Choices;
}

export function TargetsPage({ choices, ...rows }: TargetsProps): Html {
  return (
    <ListPage
      {...rows}
      title="Targets"
      create={{ contract: targetsApi.create, label: "New target" }}
      of={targetsApi.list}
      path="/targets"
      columns={columnsOf(rows.frame)}
      choices={choices}
      empty="There is no such target."
    />
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
