/** One agent: what it is, where it deploys, what it does, and how it is retired. */
/** @jsxImportSource hono/jsx */

import { AgentView } from "#features/agents/agent.ts";
import { agentsApi } from "#features/agents/api.ts";
import type { TargetView } from "#features/targets/target.ts";
import type { JobView } from "#features/work/job-view.ts";
import { Details } from "../detail.tsx";
import { OperationForm } from "../form.tsx";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { JobTable } from "../jobs/table.tsx";
import { type Names, Ref } from "../reference.tsx";
import { Status } from "../status.tsx";
import { type Column, Table } from "../table.tsx";

export interface AgentProps {
  readonly frame: Frame;
  readonly agent: AgentView;
  readonly targets: readonly TargetView[];
  readonly jobs: readonly JobView[];
  readonly names: Names;
}

export function AgentPage({ frame, agent, targets, jobs, names }: AgentProps): Html {
  return (
    <>
      <h1>{agent.name}</h1>
      <p>
        <Status of={agent.status} />
      </p>
      <Details
        of={AgentView}
        value={agent}
        now={frame.now}
        omit={["name", "status", "revision"]}
        instead={{ teamId: <Ref kind="team" id={agent.teamId} names={names} /> }}
      />
      <h2>Targets</h2>
      {targets.length === 0 ? (
        <p>This agent has no target.</p>
      ) : (
        <Table caption="Targets of this agent" rows={targets} columns={targetColumns} />
      )}
      <h2>Recent jobs</h2>
      <JobTable jobs={jobs} names={names} now={frame.now} caption="Recent jobs of this agent" />
      {agent.retiredAt === null ? <Retire frame={frame} agent={agent} /> : null}
    </>
  );
}

const targetColumns: readonly Column<TargetView>[] = [
  { title: "Name", cell: (it) => <a href={`/targets/${it.id}`}>{it.name}</a> },
  { title: "Type", cell: (it) => it.type },
  { title: "Last test", cell: (it) => <Status of={it.testStatus} /> },
];

/** Open when it was refused, so that what hangs on the agent stands beside the form. */
function Retire({
  frame,
  agent,
}: {
  readonly frame: Frame;
  readonly agent: AgentView;
}): Html | null {
  if (!frame.may(agentsApi.retire)) return null;
  return (
    <details open={frame.sent?.operation === agentsApi.retire.name || undefined}>
      <summary>Retire this agent…</summary>
      <p>
        A retired agent gets no more work and its credential ends. While targets, certificates or
        jobs hang on it this is refused, and they are counted; with the box below its targets are
        retired and its jobs cancelled as well, and a reason is needed.
      </p>
      <OperationForm
        of={agentsApi.retire}
        frame={frame}
        hidden={{ id: agent.id }}
        submit="Retire the agent"
        danger
      />
    </details>
  );
}
