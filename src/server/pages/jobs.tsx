/** Jobs and schedules. */
/** @jsxImportSource hono/jsx */
import { Problem } from "#base/problem.ts";
import type { AgentView } from "#features/agents/agent.ts";
import { agentsApi } from "#features/agents/api.ts";
import { workApi } from "#features/work/api.ts";
import { activeStates, jobMachine } from "#jobs/state.ts";
import { JobPage } from "#views/jobs/detail.tsx";
import { JobsPage } from "#views/jobs/list.tsx";
import { titleOf } from "#views/jobs/words.ts";
import { SchedulesPage } from "#views/schedules.tsx";
import { listingOf } from "./listing.ts";
import { choicesOf, namesOf } from "./lookups.ts";
import type { Page, Shown, Visit } from "./page.ts";

async function list(visit: Visit): Promise<Shown> {
  const { list, query, status } = await listingOf(visit, workApi.list);
  const [names, agents, targets] = await Promise.all([
    namesOf(visit, {
      certificate: list.data.map((it) => it.certificateId),
      target: list.data.map((it) => it.targetId),
      agent: list.data.map((it) => it.agentId),
    }),
    choicesOf(visit, "agent"),
    choicesOf(visit, "target"),
  ]);
  const choices = { agent_id: agents, target_id: targets };
  const body = <JobsPage {...{ frame: visit.frame, query, list, names, choices }} />;
  return { title: "Jobs", body, status };
}

async function detail(visit: Visit): Promise<Shown> {
  const job = await visit.read(workApi.get, { id: visit.params["id"] });
  const told = (key: string) => {
    const id = job.evidence?.[key];
    return typeof id === "string" ? id : null;
  };
  const names = await namesOf(visit, {
    certificate: [job.certificateId, told("certificate")],
    target: [job.targetId, told("target")],
    agent: [job.agentId],
    issuer: [job.issuerId, told("issuer")],
    profile: [told("profile")],
    owner: [told("owner")],
  });
  const agent = await agentOf(visit, job.agentId);
  const items = job.items ? await itemsOf(visit, job.id) : undefined;
  const waits = job.status === "Pending";
  const again = job.status !== "Running" && jobMachine.next(job.status, "retry") !== undefined;
  const body = (
    <JobPage
      frame={visit.frame}
      job={job}
      agent={agent}
      names={{ ...names, ...items?.names }}
      list={items?.list}
      query={items?.query ?? visit.query}
      running={activeStates.includes(job.status)}
      canCancel={jobMachine.next(job.status, "cancel") !== undefined}
      canPause={job.items !== null && jobMachine.next(job.status, "pause") !== undefined}
      canRetry={waits || again}
    />
  );
  return { title: titleOf(job, names), body };
}

/** Undefined where there is none, it was deleted meanwhile, or the reader may not see it. */
async function agentOf(visit: Visit, id: string | null): Promise<AgentView | undefined> {
  if (id === null || !visit.frame.may(agentsApi.get)) return undefined;
  try {
    return await visit.read(agentsApi.get, { id });
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

async function itemsOf(visit: Visit, id: string) {
  const { list, query } = await listingOf(visit, workApi.items, { id });
  const names = await namesOf(visit, { certificate: list.data.map((it) => it.subjectId) });
  return { list, query, names };
}

async function schedules(visit: Visit): Promise<Shown> {
  const { data } = await visit.read(workApi.schedules);
  return { title: "Schedules", body: <SchedulesPage frame={visit.frame} schedules={data} /> };
}

export const jobPages: readonly Page[] = [
  { path: "/jobs", load: list },
  { path: "/jobs/:id", load: detail },
  { path: "/schedules", load: schedules },
];
