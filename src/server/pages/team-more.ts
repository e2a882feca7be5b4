/** What the pages of teams know beside certificates: how much belongs to each, and of one its owners and agents. */
import { agentsApi } from "#features/agents/api.ts";
import { ownersApi } from "#features/ownership/api.ts";
import type { TeamView } from "#features/ownership/ownership.ts";
import { teamUsageApi } from "#features/ownership/usage-api.ts";
import type { TeamMore } from "#views/ownership/team.tsx";
import type { Visit } from "./page.ts";

/** Of each; the rest is behind a link. */
const first = 10;

export async function teamMore(
  visit: Visit,
  teams: readonly TeamView[],
  only: TeamView | undefined,
): Promise<TeamMore> {
  const { frame } = visit;
  const of = { team_id: only?.id, per_page: first };
  const [usage, owners, agents] = await Promise.all([
    teams.length > 0
      ? visit.read(teamUsageApi.usage, { ids: teams.map((it) => it.id) })
      : { data: [], most: 0 },
    only && frame.may(ownersApi.list) ? visit.read(ownersApi.list, of) : undefined,
    only && frame.may(agentsApi.list) ? visit.read(agentsApi.list, of) : undefined,
  ]);
  return {
    usage: new Map(usage.data.map((it) => [it.id, it])),
    most: usage.most,
    owners: owners?.data,
    agents: agents?.data,
  };
}
