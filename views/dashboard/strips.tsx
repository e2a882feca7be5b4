/** Who signs, and who installs: one line each. */
/** @jsxImportSource hono/jsx */
import type { AgentStrip, IssuerStrip } from "#features/overview/stats-api.ts";
import { beatOfHour } from "../agents/beats.ts";
import { BeatStrip } from "../chart.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { AuthorityLife, IssuerState } from "../issuers/state.tsx";
import { grouped } from "../list-table.tsx";
import { Panel } from "../panel.tsx";
import { type Column, Table } from "../table.tsx";
import type { DashboardProps } from "./props.ts";

type Now = DashboardProps["frame"]["now"];

export function IssuersPanel({ issuers, frame }: Pick<DashboardProps, "issuers" | "frame">): Html {
  return (
    <Panel title="Issuers" sub={`${issuers.length} in all`}>
      <Table caption="Issuers" rows={issuers.slice(0, 8)} columns={issuerColumns(frame.now)} />
      {issuers.length > 8 ? (
        <p class="pf">
          <a class="a" href="/issuers">{`All ${issuers.length}`}</a>
        </p>
      ) : null}
    </Panel>
  );
}

const issuerColumns = (now: Now): readonly Column<IssuerStrip>[] => [
  {
    title: "Issuer",
    cell: (it) => (
      <>
        <a class="n" href={`/issuers/${it.id}`} dir="auto">
          {it.name}
        </a>
        <span class="sub">{it.type}</span>
      </>
    ),
  },
  { title: "State", label: false, cell: (it) => <IssuerState of={it} /> },
  {
    title: "Its certificate",
    class: "w",
    label: false,
    cell: (it) => <AuthorityLife of={it} now={now} />,
  },
  {
    title: "Issued, 30 days",
    class: "num h",
    cell: (it) => (
      <>
        {grouped(it.issuedInAMonth)}
        <span class="sub">{`${grouped(it.issued)} in all`}</span>
      </>
    ),
  },
];

export function AgentsPanel({ agents }: Pick<DashboardProps, "agents">): Html {
  const { data, total, inTouch } = agents;
  return (
    <Panel title="Agents" sub={`${grouped(inTouch)} of ${grouped(total)} in touch, last 24 h`}>
      {total === 0 ? (
        <p class="pb text-muted">
          {"There is none yet. "}
          <a class="a" href="/agents/new">
            Add an agent
          </a>
        </p>
      ) : (
        <Table caption="Agents by platform" rows={data.slice(0, 8)} columns={agentColumns} />
      )}
    </Panel>
  );
}

const agentColumns: readonly Column<AgentStrip>[] = [
  { title: "Platform", cell: (it) => <b class="n">{it.group}</b> },
  {
    title: "In touch",
    label: false,
    cell: (it) => {
      const words = `${grouped(it.inTouch)} of ${grouped(it.total)}`;
      return it.inTouch < it.total ? (
        <span class="warn inline-flex items-center gap-1">
          <Icon name="triangle-alert" class="i-s" />
          {words}
        </span>
      ) : (
        words
      );
    },
  },
  {
    title: "Last 24 h",
    class: "w",
    label: false,
    cell: (it) => <BeatStrip beats={it.hours.map(beatOfHour)} />,
  },
  {
    title: "Version",
    class: "num h",
    cell: (it) =>
      it.versions.length === 1
        ? (it.versions[0]?.version ?? "–")
        : `${it.versions.length} versions`,
  },
];
