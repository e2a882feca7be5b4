/** Agents: list, retired ones, adding one, one with its targets and jobs. */
/** @jsxImportSource hono/jsx */
import { agentsApi } from "#features/agents/api.ts";
import { targetsApi } from "#features/targets/api.ts";
import { workApi } from "#features/work/api.ts";
import { AgentPage } from "#views/agents/detail.tsx";
import { InvitePage } from "#views/agents/invite.tsx";
import { AgentsPage } from "#views/agents/list.tsx";
import { listingOf } from "./listing.ts";
import { choicesOf, namesOf } from "./lookups.ts";
import type { Page, Shown, Visit } from "./page.ts";

async function list(visit: Visit): Promise<Shown> {
  return await listOf(visit, await listingOf(visit, agentsApi.list), false);
}

async function retired(visit: Visit): Promise<Shown> {
  return await listOf(visit, await listingOf(visit, agentsApi.retired), true);
}

type AgentListing = Awaited<ReturnType<typeof listingOf<(typeof agentsApi)["list"]>>>;

async function listOf(visit: Visit, it: AgentListing, isRetired: boolean): Promise<Shown> {
  const { list, query, status } = it;
  const names = await namesOf(visit, { team: list.data.map((agent) => agent.teamId) });
  const { frame } = visit;
  const body = <AgentsPage {...{ frame, query, list, names }} retired={isRetired} />;
  return { title: isRetired ? "Retired agents" : "Agents", body, status };
}

async function invite(visit: Visit): Promise<Shown> {
  const choices = { team_id: await choicesOf(visit, "team") };
  return { title: "Add an agent", body: <InvitePage frame={visit.frame} choices={choices} /> };
}

async function detail(visit: Visit): Promise<Shown> {
  const agent = await visit.read(agentsApi.get, { id: visit.params["id"] });
  const { frame } = visit;
  const filter = { agent_id: agent.id };
  const [targets, jobs] = await Promise.all([
    frame.may(targetsApi.list) ? visit.read(targetsApi.list, { ...filter, per_page: 100 }) : none,
    frame.may(workApi.list) ? visit.read(workApi.list, { ...filter, per_page: 10 }) : none,
  ]);
  const names = await namesOf(visit, {
    team: [agent.teamId],
    agent: [agent.id],
    certificate: jobs.data.map((it) => it.certificateId),
    target: jobs.data.map((it) => it.targetId),
  });
  const body = <AgentPage {...{ frame, agent, names }} targets={targets.data} jobs={jobs.data} />;
  return { title: agent.name, body };
}

const none = { data: [] };

export const agentPages: readonly Page[] = [
  { path: "/agents", load: list },
  { path: "/agents/retired", load: retired },
  { path: "/agents/new", load: invite },
  { path: "/agents/:id", load: detail },
];
