/** One agent: whether it is in touch, where it deploys, what it does, and what hangs on it. */
/** @jsxImportSource hono/jsx */

import type { z } from "zod";
import type { Output } from "#base/contract.ts";
import type { AgentView, Dependencies } from "#features/agents/agent.ts";
import { agentsApi } from "#features/agents/api.ts";
import type { AuditView } from "#features/audit/event.ts";
import { targetsApi } from "#features/targets/api.ts";
import type { TargetView } from "#features/targets/target.ts";
import { workApi } from "#features/work/api.ts";
import type { JobView } from "#features/work/job-view.ts";
import { AuditFeed } from "../audit-feed.tsx";
import { countOf } from "../count.ts";
import type { Frame } from "../frame.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { JobTable } from "../jobs/table.tsx";
import { Columns, Panel } from "../panel.tsx";
import { type Names, Ref } from "../reference.tsx";
import { Status } from "../status.tsx";
import { type Column, Table } from "../table.tsx";

import { testWords, UseState } from "../targets/list.tsx";
import { relative, Time } from "../time.tsx";

import { Heartbeats } from "./heartbeats.tsx";

export interface AgentProps {
  readonly frame: Frame;
  readonly agent: AgentView;
  readonly dependencies: Dependencies;
  /** Of the last 24 hours. */
  readonly heartbeats: Output<typeof agentsApi.heartbeats>;
  readonly targets: readonly TargetView[];
  readonly jobs: readonly JobView[];
  /** The last few; undefined where the reader may not see the audit trail. */
  readonly events: readonly z.output<typeof AuditView>[] | undefined;
  readonly names: Names;
}

export function AgentPage(props: AgentProps): Html {
  const { frame, agent } = props;
  const isAtWork = agent.retiredAt === null;
  return (
    <>
      <Head
        title={agent.name}
        status={<Status of={agent.status} />}
        help="agent"
        lede={<Sentence {...props} />}
      >
        {isAtWork && frame.may(targetsApi.create) ? (
          <a class="btn" href={`/targets/new?agent_id=${encodeURIComponent(agent.id)}`}>
            <Icon name="plus" class="i-s" />
            New target
          </a>
        ) : null}
      </Head>
      <Columns main={<Main {...props} />} aside={<Aside {...props} />} />
    </>
  );
}

/** What is true of it now, in one sentence, and what follows for whatever hangs on it. */
export function Sentence({
  frame,
  agent,
  dependencies: it,
}: Pick<AgentProps, "frame" | "agent" | "dependencies">): Html {
  const { now } = frame;
  if (agent.retiredAt !== null) {
    const reason = agent.retiredReason === null ? "." : `: ${agent.retiredReason}`;
    return (
      <>
        <b>{`Retired ${relative(agent.retiredAt, now)}`}</b>
        <span dir="auto">{reason}</span>
      </>
    );
  }
  const hanging = `${countOf(it.activeTargets, "target")} and ${countOf(it.activeCertificates, "certificate")}`;
  const depend = it.activeTargets + it.activeCertificates === 1 ? "depends" : "depend";
  const wait = it.pendingJobs === 1 ? "waits" : "wait";
  const jobs = it.pendingJobs === 0 ? "" : `, and ${countOf(it.pendingJobs, "job")} ${wait} for it`;
  const heard = agent.lastHeartbeatAt;
  if (agent.status === "Online" && heard !== null) {
    return (
      <>
        <b>In touch</b>
        {`, last heard of ${relative(heard, now)}. ${hanging} ${depend} on it${jobs}.`}
      </>
    );
  }
  return (
    <>
      <b>{heard === null ? "Never heard of." : `Silent: last heard of ${relative(heard, now)}.`}</b>
      {` ${hanging} ${depend} on it${jobs}. Nothing is renewed or deployed there until it is back.`}
    </>
  );
}

function Main(props: AgentProps): Html {
  const { frame, agent, targets, dependencies, jobs, names, heartbeats } = props;
  const id = encodeURIComponent(agent.id);
  return (
    <>
      {agent.retiredAt === null ? (
        <Heartbeats of={heartbeats} joined={agent.registeredAt} now={frame.now} />
      ) : null}
      <Panel
        title="Targets"
        id="targets"
        sub={
          dependencies.activeTargets > targets.length ? (
            <a class="a" href={`/targets?agent_id=${id}`}>
              {`All ${dependencies.activeTargets}`}
            </a>
          ) : null
        }
      >
        {targets.length === 0 ? (
          <p class="pb text-muted">It has no target: it installs nothing.</p>
        ) : (
          <Table
            caption="Targets of this agent"
            rows={targets}
            columns={targetColumns(frame)}
            rowId={(it) => it.id}
          />
        )}
      </Panel>
      {frame.may(workApi.list) ? (
        <Panel
          title="Jobs"
          sub={
            <a class="a" href={`/jobs?agent_id=${id}`}>
              All jobs
            </a>
          }
        >
          <JobTable
            jobs={jobs}
            names={names}
            now={frame.now}
            caption="Recent jobs of this agent"
            without="agent"
            none="No job is on record: nothing was asked of it yet."
          />
        </Panel>
      ) : null}
      {agent.retiredAt === null && frame.may(agentsApi.retire) ? (
        <Panel title="Retire" danger>
          <div>
            <span>
              <b>Retire the agent.</b>{" "}
              <span class="text-muted">
                It gets no more work and its credential ends. What is installed stays where it is.
              </span>
            </span>
            <a class="btn btn-danger" href={`/agents/${id}/retire`} data-dialog>
              Retire…
            </a>
          </div>
        </Panel>
      ) : null}
    </>
  );
}

const targetColumns = (frame: Frame): readonly Column<TargetView>[] => [
  {
    title: "Target",
    cell: (it) => (
      <>
        <a class="n" href={`/targets/${it.id}`} dir="auto">
          {it.name}
        </a>
        <span class="sub">{it.type}</span>
      </>
    ),
  },
  {
    title: "State",
    label: false,
    cell: (it) => <UseState of={it} />,
  },
  {
    title: "Last test",
    cell: (it) => <Status of={it.testStatus} label={testWords[it.testStatus]} />,
  },
  { title: "Tested", class: "h", cell: (it) => <Time at={it.lastTestedAt} now={frame.now} /> },
];

function Aside({ frame, agent, names, events }: AgentProps): Html {
  const { now } = frame;
  return (
    <>
      <Panel title="Machine">
        <dl class="facts">
          <dt>Host</dt>
          <dd dir="auto">{agent.hostname}</dd>
          <dt>Address</dt>
          <dd class="mono">{agent.ipAddress || "–"}</dd>
          <dt>Platform</dt>
          <dd>{`${agent.os}/${agent.architecture}`}</dd>
          <dt>Version</dt>
          <dd>{agent.version}</dd>
          {agent.capabilities.length > 0 ? (
            <>
              <dt>Can</dt>
              <dd>{agent.capabilities.join(", ")}</dd>
            </>
          ) : null}
          <dt>Team</dt>
          <dd>
            {agent.teamId === null ? "None" : <Ref kind="team" id={agent.teamId} names={names} />}
          </dd>
          <dt>Joined</dt>
          <dd>
            <Time at={agent.registeredAt} now={now} />
          </dd>
          <dt>Heard of</dt>
          <dd>
            <Time at={agent.lastHeartbeatAt} now={now} none="never" />
          </dd>
          <dt>Id</dt>
          <dd class="mono">{agent.id}</dd>
        </dl>
      </Panel>
      {events ? (
        <Panel
          title="History"
          sub={
            <a class="a" href={`/audit?resource_id=${encodeURIComponent(agent.id)}`}>
              All
            </a>
          }
        >
          <AuditFeed events={events} />
        </Panel>
      ) : null}
    </>
  );
}
