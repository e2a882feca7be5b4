/** Teams: what belongs to each, beside certificates. */
/** @jsxImportSource hono/jsx */

import type { AgentView } from "#features/agents/agent.ts";
import { teamsApi } from "#features/ownership/api.ts";
import { type OwnerView, TeamView } from "#features/ownership/ownership.ts";
import type { TeamUsage } from "#features/ownership/usage-api.ts";
import type { Beside, Blocker, Crud } from "../crud/kind.ts";
import { upTo } from "../crud/uses.tsx";
import type { Html } from "../html.ts";
import { Panel } from "../panel.tsx";
import { Status } from "../status.tsx";
import { Table } from "../table.tsx";

export interface TeamMore {
  /** By the team's id. */
  readonly usage: ReadonlyMap<string, TeamUsage>;
  readonly most: number;
  /** Of the one team that is shown; ten at most. Undefined where the reader may not see them. */
  readonly owners: readonly OwnerView[] | undefined;
  readonly agents: readonly AgentView[] | undefined;
}

export const teamKind: Crud<TeamView, TeamMore> = {
  api: teamsApi,
  path: "/teams",
  one: "team",
  many: "Teams",
  icon: "users",
  view: TeamView,
  references: {},
  purpose:
    "A role may be granted for one team: whoever has it then sees that team's certificates, agents and jobs only.",
  folded: [],
  by: "team",
  filter: "team_id",
  verbs: ["belong to it", "belongs to it"],
  takesEffect: "They show the new name at once; who sees them stays.",
  under: (it) => it.description || null,
  columns: ({ more }) => [
    { title: "Owners", cell: (it) => <Count more={more} id={it.id} of="owners" path="/owners" /> },
    { title: "Agents", cell: (it) => <Count more={more} id={it.id} of="agents" path="/agents" /> },
  ],
  state: () => null,
  before: () => null,
  after: (it, beside) => <Members team={it} beside={beside} />,
  facts: (it, { more }) => (
    <>
      <dt>Description</dt>
      <dd dir="auto">{it.description || "–"}</dd>
      <Counts id={it.id} more={more} />
    </>
  ),
  blockers: (it, more) => blockersOf(it.id, more),
};

interface CountProps {
  readonly more: TeamMore;
  readonly id: string;
  readonly of: "owners" | "agents";
  readonly path: string;
}

function Count({ more, id, of, path }: CountProps): Html {
  const n = more.usage.get(id)?.[of];
  if (n === undefined) return <>–</>;
  if (n === 0) return <span class="text-muted">None</span>;
  return <a href={hrefOf(path, id)}>{upTo(n, more.most)}</a>;
}

const hrefOf = (path: string, id: string): string => `${path}?team_id=${encodeURIComponent(id)}`;

/** Roles, targets and jobs in numbers: what has a list of its own leads to it. */
function Counts({ id, more }: { readonly id: string; readonly more: TeamMore }): Html | null {
  const usage = more.usage.get(id);
  if (!usage) return null;
  // Of targets and jobs there is no list of one team.
  const rows = [
    { title: "Targets", n: usage.targets },
    { title: "Users", n: usage.users, path: "/users" },
    { title: "API keys", n: usage.keys, path: "/keys" },
    { title: "Jobs", n: usage.jobs },
  ] as const;
  return (
    <>
      {rows.map((row) =>
        row.n === null ? null : (
          <>
            <dt>{row.title}</dt>
            <dd>
              {row.n > 0 && "path" in row ? (
                <a class="a" href={row.path}>
                  {upTo(row.n, more.most)}
                </a>
              ) : (
                wordsOf(row.n, more.most)
              )}
            </dd>
          </>
        ),
      )}
    </>
  );
}

const wordsOf = (n: number, most: number): string => (n === 0 ? "None" : upTo(n, most));

function blockersOf(id: string, { usage, most }: TeamMore): readonly Blocker[] {
  const it = usage.get(id);
  if (!it) return [];
  const all: readonly (Omit<Blocker, "n" | "most"> & { readonly n: number | null })[] = [
    { n: it.owners, one: "owner", many: "owners", href: hrefOf("/owners", id) },
    { n: it.agents, one: "agent", many: "agents", href: hrefOf("/agents", id) },
    {
      n: it.users,
      one: "user with a role for it",
      many: "users with a role for it",
      href: "/users",
    },
    {
      n: it.keys,
      one: "API key with a role for it",
      many: "API keys with a role for it",
      href: "/keys",
    },
    {
      n: it.retiredAgents,
      one: "retired agent",
      many: "retired agents",
      href: "/agents/retired",
      stays: true,
    },
    {
      n: it.joinTokens,
      one: "join token that was made for it, on record",
      many: "join tokens that were made for it, on record",
      stays: true,
    },
    { n: it.jobs, one: "job on record", many: "jobs on record", stays: true },
  ];
  return all.map((blocker) => ({ ...blocker, n: blocker.n ?? 0, most }));
}

function Members({
  team,
  beside: { more },
}: {
  readonly team: TeamView;
  readonly beside: Beside<TeamMore>;
}): Html {
  const { owners, agents } = more;
  return (
    <div class="grid gap-4 md:grid-cols-2">
      {owners ? (
        <Panel title="Owners" sub={<All href={hrefOf("/owners", team.id)} of={owners} />}>
          {owners.length === 0 ? <p class="pb text-muted">No owner belongs to it.</p> : null}
          {owners.length === 0 ? null : (
            <Table
              caption="Owners of the team"
              rows={owners}
              columns={[
                { title: "Owner", cell: (it) => <Named path="/owners" of={it} sub={it.email} /> },
              ]}
            />
          )}
        </Panel>
      ) : null}
      {agents ? (
        <Panel title="Agents" sub={<All href={hrefOf("/agents", team.id)} of={agents} />}>
          {agents.length === 0 ? <p class="pb text-muted">No agent belongs to it.</p> : null}
          {agents.length === 0 ? null : (
            <Table
              caption="Agents of the team"
              rows={agents}
              columns={[
                {
                  title: "Agent",
                  cell: (it) => <Named path="/agents" of={it} sub={it.hostname} />,
                },
                { title: "State", label: false, cell: (it) => <Status of={it.status} /> },
              ]}
            />
          )}
        </Panel>
      ) : null}
    </div>
  );
}

const All = ({
  href,
  of,
}: {
  readonly href: string;
  readonly of: readonly object[];
}): Html | null =>
  of.length === 0 ? null : (
    <a class="a" href={href}>
      All
    </a>
  );

interface NamedProps {
  readonly path: string;
  readonly of: { readonly id: string; readonly name: string };
  readonly sub: string;
}

const Named = ({ path, of, sub }: NamedProps): Html => (
  <>
    <a class="n" href={`${path}/${of.id}`} dir="auto">
      {of.name}
    </a>
    <span class="sub" dir="auto">
      {sub}
    </span>
  </>
);
