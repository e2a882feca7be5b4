/** The first page. */
/** @jsxImportSource hono/jsx */
import type { Contract } from "#base/contract.ts";
import { agentsApi } from "#features/agents/api.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import { overviewApi } from "#features/overview/api.ts";
import { targetsApi } from "#features/targets/api.ts";
import { workApi } from "#features/work/api.ts";
import { type Few, OverviewPage } from "#views/overview.tsx";
import type { RowOf } from "./listing.ts";
import { namesOf } from "./lookups.ts";
import type { Page, Shown, Visit } from "./page.ts";

async function overview(visit: Visit): Promise<Shown> {
  const { frame } = visit;
  const summary = await visit.read(overviewApi.summary);
  const [failed, expired, expiring, failedJobs, offlineAgents, targets] = await Promise.all([
    few(visit, certificatesApi.list, { status: "Failed" }, summary.failedCertificates),
    few(visit, certificatesApi.list, { status: "Expired" }, summary.expiredCertificates),
    few(
      visit,
      certificatesApi.list,
      { status: "Expiring", sort: "not_after" },
      summary.expiringCertificates,
    ),
    few(visit, workApi.list, { status: "Failed" }, summary.failedJobs),
    few(visit, agentsApi.list, { status: "Offline" }, summary.offlineAgents),
    few(visit, targetsApi.list, {}, summary.totalCertificates === 0 ? 1 : 0),
  ]);
  const names = await namesOf(visit, {
    certificate: failedJobs.rows.map((it) => it.certificateId),
    target: failedJobs.rows.map((it) => it.targetId),
    agent: failedJobs.rows.map((it) => it.agentId),
  });
  const body = (
    <OverviewPage
      {...{ frame, summary, failedJobs, offlineAgents, names }}
      certificates={{ Failed: failed, Expired: expired, Expiring: expiring }}
      targets={targets.total}
    />
  );
  return { title: "Overview", body };
}

/** A list counts all that it matches: beyond this a link says as much, and the page stays fast. */
const most = 2_000;

/** What a list of `count` begins with; nothing where it may not be seen, or there is nothing. */
async function few<C extends Contract>(
  visit: Visit,
  contract: C,
  filter: Readonly<Record<string, string>>,
  count: number,
): Promise<Few<RowOf<C>>> {
  if (count === 0 || !visit.frame.may(contract)) return { rows: [], total: 0 };
  if (count > most) return { rows: [], total: count };
  const list = await visit.read(contract, { ...filter, per_page: 5 });
  // A list's output is the envelope of `listOf`.
  const { data, total } = list as { readonly data: readonly RowOf<C>[]; readonly total: number };
  return { rows: data, total };
}

export const overviewPages: readonly Page[] = [{ path: "/", section: "/", load: overview }];
