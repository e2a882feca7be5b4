/** The agents as a fleet: how many are in touch, and were in each hour of a day, by platform, version and team. */
/** @jsxImportSource hono/jsx */
import type { Output } from "#base/contract.ts";
import type { Instant } from "#base/time.ts";
import type { AgentStrip, statsApi } from "#features/overview/stats-api.ts";
import { BeatStrip, Numbers } from "../chart.tsx";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { grouped } from "../list-table.tsx";
import { Panel } from "../panel.tsx";
import { type Column, Table } from "../table.tsx";
import { beatOfHour } from "./beats.ts";
import { type Fleet, InTouch } from "./list.tsx";

type Grouped = Output<typeof statsApi.agents>;

export interface FleetProps {
  readonly platforms: Grouped;
  readonly versions: Grouped;
  readonly teams: Grouped;
  /** As of all agents. */
  readonly silentSince: Fleet["silentSince"];
  readonly now: Instant;
  /** Ids of teams by their names, as far as they are known. */
  readonly teamIds: ReadonlyMap<string, string>;
}

export function FleetPage(props: FleetProps): Html {
  const { platforms, versions, teams, teamIds, silentSince, now } = props;
  const { total, inTouch } = platforms;
  return (
    <>
      <Head title="Fleet" lede={<InTouch of={{ total, inTouch, silentSince }} now={now} />}>
        <a class="btn" href="/agents">
          All agents
        </a>
      </Head>
      <div class="grid gap-4">
        <Group title="Versions" head="Version" by="version" of={versions} total={total} />
        <Group
          title="Platforms"
          head="Platform"
          by="platform"
          of={platforms}
          total={total}
          versions
        />
        <Group
          title="Teams"
          head="Team"
          by="team_id"
          values={teamIds}
          of={teams}
          total={total}
          versions
        />
      </div>
    </>
  );
}

interface GroupProps {
  readonly title: string;
  /** Of the first column. */
  readonly head: string;
  /** The filter of the list of agents that finds a group. */
  readonly by: string;
  /** What the filter takes, by the group's name; without it the name itself. */
  readonly values?: ReadonlyMap<string, string>;
  readonly of: Grouped;
  readonly total: number;
  /** Which versions a group has. */
  readonly versions?: boolean;
}

function Group(props: GroupProps): Html {
  const { title, head, of } = props;
  const rows = [...of.data].sort((a, b) => b.total - a.total);
  return (
    <Panel title={title} sub="In touch over the last 24 hours">
      {rows.length === 0 ? (
        <p class="pb text-muted">There is no agent.</p>
      ) : (
        <>
          <Table
            caption={`Agents by ${head.toLowerCase()}`}
            rows={rows}
            columns={columnsOf(props)}
          />
          <div class="pb">
            <Numbers
              caption={`Agents by ${head.toLowerCase()}, hour by hour`}
              head={["Hour (UTC)", ...rows.map((it) => nameOf(it, head))]}
              rows={(rows[0]?.hours ?? []).map(({ hour }, at) => [
                new Date(hour).toISOString().slice(0, 16).replace("T", " "),
                ...rows.map((it) => heardAt(it, at)),
              ])}
            />
          </div>
        </>
      )}
    </Panel>
  );
}

function nameOf({ group }: AgentStrip, head: string): string {
  if (group !== "") return group;
  return head === "Team" ? "Without a team" : "Unknown";
}

function heardAt({ hours }: AgentStrip, at: number): string {
  const it = hours[at];
  if (!it || it.heard === null) return "–";
  return `${grouped(it.heard)} of ${grouped(it.total)}`;
}

/** Those without a name cannot be asked for. */
function hrefOf({ group }: AgentStrip, { by, values }: GroupProps): string | undefined {
  const value = values ? values.get(group) : group;
  return value ? `/agents?${by}=${encodeURIComponent(value)}` : undefined;
}

function Name({ of, group }: { readonly of: AgentStrip; readonly group: GroupProps }): Html {
  const href = hrefOf(of, group);
  const name = nameOf(of, group.head);
  return href === undefined ? (
    <b class="n" dir="auto">
      {name}
    </b>
  ) : (
    <a class="n" href={href} dir="auto">
      {name}
    </a>
  );
}

const columnsOf = (group: GroupProps): readonly Column<AgentStrip>[] => [
  {
    title: group.head,
    width: "w-56",
    cell: (it) => (
      <>
        <Name of={it} group={group} />
        {group.versions ? <span class="sub">{versionsOf(it)}</span> : null}
      </>
    ),
  },
  { title: "In touch", width: "w-36", label: false, cell: (it) => <Touch of={it} /> },
  {
    title: "Share",
    width: "w-56",
    class: "w",
    label: false,
    cell: (it) => <Share n={it.total} of={group.total} />,
  },
  {
    title: "Last 24 h",
    class: "w",
    label: false,
    cell: (it) => <BeatStrip beats={it.hours.map(beatOfHour)} />,
  },
];

function versionsOf({ versions }: AgentStrip): string {
  const [first, ...others] = versions;
  if (!first) return "";
  if (others.length === 0) return `All ${first.version}`;
  const said = versions.slice(0, 3).map((it) => `${grouped(it.count)} × ${it.version}`);
  return said.join(", ") + (versions.length > 3 ? `, ${versions.length - 3} more` : "");
}

function Touch({ of }: { readonly of: AgentStrip }): Html {
  const words = `${grouped(of.inTouch)} of ${grouped(of.total)}`;
  if (of.inTouch >= of.total) return <>{words}</>;
  return (
    <span class="warn inline-flex items-center gap-1">
      <Icon name="triangle-alert" class="i-s" />
      {words}
    </span>
  );
}

/** A part of the fleet as a bar. */
function Share({ n, of }: { readonly n: number; readonly of: number }): Html {
  const share = of === 0 ? 0 : Math.round((n / of) * 100);
  const words = `${share} % of the agents`;
  return (
    <div class="lt">
      <span class="sub">{words}</span>
      <svg class="life n" aria-hidden="true">
        <rect class="t" y="2" width="100%" height="4" rx="2" />
        <rect class="u" y="2" width={`${share}%`} height="4" rx="2" />
      </svg>
    </div>
  );
}
