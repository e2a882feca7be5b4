/** Jobs and schedules. */
/** @jsxImportSource hono/jsx */
import { workApi } from "#features/work/api.ts";
import { activeStates, jobMachine } from "#jobs/state.ts";
import { JobPage, titleOf } from "#views/jobs/detail.tsx";
import { JobsPage } from "#views/jobs/list.tsx";
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
  const names = await namesOf(visit, {
    certificate: [job.certificateId],
    target: [job.targetId],
    agent: [job.agentId],
    issuer: [job.issuerId],
  });
  const items = job.items ? await itemsOf(visit, job.id) : undefined;
  const waits = job.status === "Pending";
  const again = job.status !== "Running" && jobMachine.next(job.status, "retry") !== undefined;
  const body = (
    <JobPage
      frame={visit.frame}
      job={job}
      names={{ ...names, ...items?.names }}
      list={items?.list}
      query={items?.query ?? visit.query}
      running={activeStates.includes(job.status)}
      canCancel={jobMachine.next(job.status, "cancel") !== undefined}
      canPause={job.items !== null && jobMachine.next(job.status, "pause") !== undefined}
      canRetry={waits || again}
    />
  );
  return { title: titleOf(job), body };
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
