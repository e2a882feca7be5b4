/** Agents: list, retired ones, the fleet, adding one, one with its targets and jobs, retiring it. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import { agentsApi } from "#features/agents/api.ts";
import { auditApi } from "#features/audit/api.ts";
import { type AgentGrouping, statsApi } from "#features/overview/stats-api.ts";
import { targetsApi } from "#features/targets/api.ts";
import { workApi } from "#features/work/api.ts";
import { AgentPage } from "#views/agents/detail.tsx";
import { FleetPage } from "#views/agents/fleet.tsx";
import { InvitePage, JoinedPage } from "#views/agents/invite.tsx";
import { AgentsPage, RetiredAgentsPage } from "#views/agents/list.tsx";
import { RetirePage } from "#views/agents/retire.tsx";
import { listingOf } from "./listing.ts";
import { choicesOf, namesOf } from "./lookups.ts";
import type { Page, Shown, Visit } from "./page.ts";

async function list(visit: Visit): Promise<Shown> {
  const [{ list, query, status }, teams, all, online] = await Promise.all([
    listingOf(visit, agentsApi.list),
    choicesOf(visit, "team"),
    visit.read(agentsApi.list, { per_page: 1 }),
    visit.read(agentsApi.list, { per_page: 1, status: "Online" }),
  ]);
  const names = await namesOf(visit, { team: list.data.map((agent) => agent.teamId) });
  const counted = { total: all.total, inTouch: online.total };
  const fleet = { ...counted, silentSince: await silentSince(visit, counted) };
  const choices = { team_id: teams };
  const body = <AgentsPage {...{ frame: visit.frame, query, list, names, fleet, choices }} />;
  return { title: "Agents", body, status };
}

/** Of the agent that is silent longest. */
async function silentSince(
  visit: Visit,
  { total, inTouch }: { readonly total: number; readonly inTouch: number },
): Promise<Instant | null | undefined> {
  if (inTouch >= total || !visit.frame.may(agentsApi.list)) return undefined;
  const offline = { status: "Offline", sort: "last_heartbeat_at", per_page: 1 };
  const { data } = await visit.read(agentsApi.list, offline);
  return data[0]?.lastHeartbeatAt;
}

async function retired(visit: Visit): Promise<Shown> {
  const { list, query, status } = await listingOf(visit, agentsApi.retired);
  const names = await namesOf(visit, { team: list.data.map((agent) => agent.teamId) });
  const body = <RetiredAgentsPage {...{ frame: visit.frame, query, list, names }} />;
  return { title: "Retired agents", body, status };
}

async function fleet(visit: Visit): Promise<Shown> {
  const by = (grouping: AgentGrouping) => visit.read(statsApi.agents, { by: grouping });
  const [platforms, versions, teams, choices] = await Promise.all([
    by("platform"),
    by("version"),
    by("team"),
    choicesOf(visit, "team"),
  ]);
  // Names of teams are unique.
  const teamIds = new Map((choices ?? []).map((it) => [it.label, it.value]));
  const since = await silentSince(visit, platforms);
  const body = (
    <FleetPage
      {...{ platforms, versions, teams, teamIds }}
      silentSince={since}
      now={visit.frame.now}
    />
  );
  return { title: "Fleet", body };
}

async function invite(visit: Visit): Promise<Shown> {
  const choices = { team_id: await choicesOf(visit, "team") };
  return { title: "Add an agent", body: <InvitePage frame={visit.frame} choices={choices} /> };
}

async function joined(visit: Visit): Promise<Shown> {
  const token = await visit.read(agentsApi.joinToken, { id: visit.params["id"] });
  return { title: "Join the agent", body: <JoinedPage frame={visit.frame} token={token} /> };
}

async function detail(visit: Visit): Promise<Shown> {
  const input = { id: visit.params["id"] };
  const agent = await visit.read(agentsApi.get, input);
  const { frame } = visit;
  const filter = { agent_id: agent.id };
  const [dependencies, heartbeats, targets, jobs, events] = await Promise.all([
    visit.read(agentsApi.dependencies, input),
    visit.read(agentsApi.heartbeats, input),
    frame.may(targetsApi.list) ? visit.read(targetsApi.list, { ...filter, per_page: 20 }) : none,
    frame.may(workApi.list) ? visit.read(workApi.list, { ...filter, per_page: 10 }) : none,
    frame.may(auditApi.list)
      ? visit.read(auditApi.list, { resource_id: agent.id, per_page: 8 })
      : undefined,
  ]);
  const names = await namesOf(visit, {
    team: [agent.teamId],
    certificate: jobs.data.map((it) => it.certificateId),
    target: jobs.data.map((it) => it.targetId),
  });
  const body = (
    <AgentPage
      {...{ frame, agent, dependencies, heartbeats, names }}
      targets={targets.data}
      jobs={jobs.data}
      events={events?.data}
    />
  );
  return { title: agent.name, body };
}

async function retire(visit: Visit): Promise<Shown> {
  const input = { id: visit.params["id"] };
  const [agent, dependencies] = await Promise.all([
    visit.read(agentsApi.get, input),
    visit.read(agentsApi.dependencies, input),
  ]);
  return {
    title: "Retire",
    crumbs: [{ label: agent.name, path: `/agents/${agent.id}` }],
    body: <RetirePage {...{ frame: visit.frame, agent, dependencies }} />,
  };
}

const none = { data: [] };

export const agentPages: readonly Page[] = [
  { path: "/agents", load: list },
  { path: "/agents/retired", load: retired },
  { path: "/agents/fleet", load: fleet },
  { path: "/agents/new", needs: agentsApi.createJoinToken, load: invite },
  { path: "/agents/new/:id", load: joined },
  { path: "/agents/:id", load: detail },
  { path: "/agents/:id/retire", needs: agentsApi.retire, load: retire },
];
