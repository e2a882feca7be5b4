/** Agents: their presence, and what they are. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { AgentView } from "#features/agents/agent.ts";
import { agentsApi } from "#features/agents/api.ts";
import { statsApi } from "#features/overview/stats-api.ts";
import { Empty } from "../empty.tsx";
import type { Choices, Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { ListPage, type Rows } from "../list-page.tsx";
import { grouped } from "../list-table.tsx";
import { type Names, Ref } from "../reference.tsx";
import { Status } from "../status.tsx";
import type { Column } from "../table.tsx";
import { Tabs } from "../tabs.tsx";
import { Ago, relative, shortly, Time } from "../time.tsx";

export interface Fleet {
  readonly total: number;
  /** Heard of within the last three minutes. */
  readonly inTouch: number;
  /** When the one that is silent longest was heard of last; null: never; undefined: none is silent. */
  readonly silentSince: Instant | null | undefined;
}

export interface AgentsProps extends Rows<AgentView> {
  readonly names: Names;
  readonly fleet: Fleet;
  readonly choices: Choices;
}

export function AgentsPage({ names, fleet, choices, ...rows }: AgentsProps): Html {
  const { frame, query } = rows;
  return (
    <ListPage
      {...rows}
      title="Agents"
      lede={<InTouch of={fleet} now={rows.frame.now} />}
      acts={
        <>
          <a class="btn btn-ghost" href="/agents/retired">
            Retired agents
          </a>
          {frame.may(statsApi.agents) && fleet.total > 0 ? (
            <a class="btn" href="/agents/fleet">
              <Icon name="chart-column" class="i-s" />
              Fleet
            </a>
          ) : null}
        </>
      }
      create={{ contract: agentsApi.createJoinToken, label: "Add agent", path: "/agents/new" }}
      views={
        fleet.total > 0 ? (
          <Tabs frame={frame} query={query} path="/agents" tabs={tabsOf(fleet)} />
        ) : null
      }
      of={agentsApi.list}
      path="/agents"
      columns={columnsOf(frame, names)}
      choices={choices}
      empty="No agent matches."
      none={<NoAgent frame={frame} />}
      rowId={(it) => it.id}
    />
  );
}

const tabsOf = ({ total, inTouch }: Fleet) => [
  { label: `All ${grouped(total)}`, query: "" },
  { label: `Online ${grouped(inTouch)}`, query: "status=Online" },
  { label: `Offline ${grouped(total - inTouch)}`, query: "status=Offline" },
];

export interface InTouchProps {
  readonly of: Fleet;
  readonly now: Instant;
}

export function InTouch({ of, now }: InTouchProps): Html | null {
  const { total, inTouch } = of;
  if (total === 0) return null;
  const are = total === 1 ? "agent is" : "agents are";
  return (
    <>
      <b>{`${grouped(inTouch)} of ${grouped(total)} ${are} in touch.`}</b>
      {inTouch >= total
        ? " Each was heard of within the last three minutes."
        : ` ${silenceOf(of, now)}`}
    </>
  );
}

/** How many, and since when: minutes are a restart, hours are not. */
function silenceOf({ total, inTouch, silentSince: at }: Fleet, now: Instant): string {
  const n = total - inTouch;
  const since = at ? `since ${shortly(at)}, ${relative(at, now)}` : "";
  if (n === 1) {
    const silent = at === null ? "was never heard of" : `has been silent ${since}`.trimEnd();
    return `1 ${silent}: what is for it waits.`;
  }
  const longest =
    at === null ? ", one of them was never heard of" : since && `, the longest ${since}`;
  return `${grouped(n)} are silent${longest}: what is for them waits.`;
}

function NoAgent({ frame }: { readonly frame: Frame }): Html {
  return (
    <Empty
      frame={frame}
      title="No agent yet"
      text="An agent runs where a service runs. It makes keys there, installs certificates, and looks whether they are served; no key ever leaves its machine."
      ways={[
        {
          icon: "cpu",
          title: "Add an agent",
          text: "A command with a token that works once; run it on the machine.",
          href: "/agents/new",
          action: "Add agent",
          needs: agentsApi.createJoinToken,
        },
        {
          icon: "terminal",
          title: "From the command line",
          text: "certctl agents invite prints the same command, for scripts and images.",
          href: "/docs/agents#joining",
          action: "How joining works",
        },
        {
          icon: "file-plus",
          title: "Without an agent",
          text: "Order a certificate with a signing request of your own, and install it yourself.",
          href: "/certificates/new",
          action: "New certificate",
        },
      ]}
    />
  );
}

export interface RetiredAgentsProps extends Rows<AgentView> {
  readonly names: Names;
}

export function RetiredAgentsPage({ names, ...rows }: RetiredAgentsProps): Html {
  const { frame, list } = rows;
  const n = list.total;
  return (
    <ListPage
      {...rows}
      title="Retired agents"
      lede={
        <>
          <b>{`${grouped(n)} ${n === 1 ? "agent was" : "agents were"} retired.`}</b>
          {" Their credentials have ended; what they did stays on record."}
        </>
      }
      acts={
        <a class="btn" href="/agents">
          Agents at work
        </a>
      }
      of={agentsApi.retired}
      path="/agents/retired"
      columns={retiredColumns(frame, names)}
      empty="No retired agent matches."
      none={<Empty frame={frame} title="No agent was retired" text="Retired agents stand here." />}
      rowId={(it) => it.id}
    />
  );
}

const named: Column<AgentView> = {
  title: "Agent",
  sort: "name",
  cell: (it) => (
    <>
      <a class="n" href={`/agents/${it.id}`} dir="auto">
        {it.name}
      </a>
      {it.hostname === it.name ? null : (
        <span class="sub" dir="auto">
          {it.hostname}
        </span>
      )}
    </>
  ),
};

const columnsOf = (frame: Frame, names: Names): readonly Column<AgentView>[] => [
  named,
  {
    title: "Status",
    sort: "last_heartbeat_at",
    label: false,
    cell: (it) => (
      <>
        <Status of={it.status} />
        <span class="sub">
          {it.lastHeartbeatAt === null ? (
            "Never heard of"
          ) : (
            <>
              {"Heard of "}
              <Ago at={it.lastHeartbeatAt} now={frame.now} />
            </>
          )}
        </span>
      </>
    ),
  },
  ...machine(names),
  { title: "Address", extra: true, cell: (it) => it.ipAddress },
  {
    title: "Joined",
    sort: "created_at",
    class: "h",
    cell: (it) => <Time at={it.registeredAt} now={frame.now} />,
  },
];

const retiredColumns = (frame: Frame, names: Names): readonly Column<AgentView>[] => [
  named,
  {
    title: "Retired",
    cell: (it) => <Time at={it.retiredAt} now={frame.now} />,
  },
  { title: "Reason", class: "w", cell: (it) => <span dir="auto">{it.retiredReason ?? "–"}</span> },
  ...machine(names),
];

const machine = (names: Names): readonly Column<AgentView>[] => [
  { title: "Platform", class: "h", cell: (it) => `${it.os}/${it.architecture}` },
  { title: "Version", class: "h", cell: (it) => it.version },
  { title: "Team", class: "h", cell: (it) => <Ref kind="team" id={it.teamId} names={names} /> },
];
