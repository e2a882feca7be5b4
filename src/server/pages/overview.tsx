/** The dashboard. */
/** @jsxImportSource hono/jsx */
import { statsApi } from "#features/overview/stats-api.ts";
import { targetsApi } from "#features/targets/api.ts";
import { DashboardPage } from "#views/dashboard/page.tsx";
import type { Page, Shown, Visit } from "./page.ts";

async function dashboard(visit: Visit): Promise<Shown> {
  const { frame } = visit;
  const [attention, counts, timeline, issuers, agents, feed] = await Promise.all([
    visit.read(statsApi.attention, { limit: 10 }),
    visit.read(statsApi.counts),
    visit.read(statsApi.expirationTimeline),
    visit.read(statsApi.issuers),
    visit.read(statsApi.agents),
    visit.read(statsApi.feed, { limit: 12 }),
  ]);
  const body = (
    <DashboardPage
      {...{ frame, attention, counts, timeline, agents }}
      issuers={issuers.data}
      feed={feed.data}
      hasTarget={counts.certificates.now > 0 || (await hasTarget(visit))}
    />
  );
  return { title: "Dashboard", body };
}

async function hasTarget(visit: Visit): Promise<boolean> {
  if (!visit.frame.may(targetsApi.list)) return false;
  return (await visit.read(targetsApi.list, { per_page: 1 })).total > 0;
}

export const overviewPages: readonly Page[] = [{ path: "/", section: "/", load: dashboard }];
