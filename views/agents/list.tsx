/** Agents: their presence, and what they are. */
/** @jsxImportSource hono/jsx */

import type { AgentView } from "#features/agents/agent.ts";
import { agentsApi } from "#features/agents/api.ts";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { ListTable } from "../list-table.tsx";
import type { Listed } from "../listed.ts";
import { type Names, Ref } from "../reference.tsx";
import { Status } from "../status.tsx";
import type { Column } from "../table.tsx";
import { Time } from "../time.tsx";

export interface AgentsProps {
  readonly frame: Frame;
  readonly query: URLSearchParams;
  readonly list: Listed<AgentView>;
  readonly names: Names;
  readonly retired: boolean;
}

export function AgentsPage({ frame, query, list, names, retired }: AgentsProps): Html {
  return (
    <>
      <h1>{retired ? "Retired agents" : "Agents"}</h1>
      <p class="acts mb-4">
        {frame.may(agentsApi.createJoinToken) ? (
          <a class="btn" href="/agents/new">
            Add agent
          </a>
        ) : null}
        {retired ? (
          <a href="/agents">Agents at work</a>
        ) : (
          <a href="/agents/retired">Retired agents</a>
        )}
      </p>
      <ListTable
        of={retired ? agentsApi.retired : agentsApi.list}
        frame={frame}
        caption="Agents"
        path={retired ? "/agents/retired" : "/agents"}
        query={query}
        list={list}
        columns={columnsOf(frame, names)}
        empty={retired ? "No agent was retired." : "There is no such agent."}
      />
    </>
  );
}

const columnsOf = (frame: Frame, names: Names): readonly Column<AgentView>[] => [
  { title: "Name", sort: "name", cell: (it) => <a href={`/agents/${it.id}`}>{it.name}</a> },
  { title: "Status", cell: (it) => <Status of={it.status} /> },
  { title: "Host", cell: (it) => it.hostname },
  { title: "Address", cell: (it) => it.ipAddress },
  { title: "System", cell: (it) => `${it.os} ${it.architecture}` },
  { title: "Version", cell: (it) => it.version },
  { title: "Team", cell: (it) => <Ref kind="team" id={it.teamId} names={names} /> },
  {
    title: "Heard from",
    cell: (it) => <Time at={it.lastHeartbeatAt} now={frame.now} none="never" />,
  },
];
