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
  const [summary, failed, expired, expiring, failedJobs, offlineAgents, targets] =
    await Promise.all([
      visit.read(overviewApi.summary),
      few(visit, certificatesApi.list, { status: "Failed" }),
      few(visit, certificatesApi.list, { status: "Expired" }),
      few(visit, certificatesApi.list, { status: "Expiring", sort: "not_after" }),
      few(visit, workApi.list, { status: "Failed" }),
      few(visit, agentsApi.list, { status: "Offline" }),
      few(visit, targetsApi.list, {}),
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

/** What a list begins with; nothing where it may not be seen. */
async function few<C extends Contract>(
  visit: Visit,
  contract: C,
  filter: Readonly<Record<string, string>>,
): Promise<Few<RowOf<C>>> {
  if (!visit.frame.may(contract)) return { rows: [], total: 0 };
  const list = await visit.read(contract, { ...filter, per_page: 5 });
  // A list's output is the envelope of `listOf`.
  const { data, total } = list as { readonly data: readonly RowOf<C>[]; readonly total: number };
  return { rows: data, total };
}

export const overviewPages: readonly Page[] = [{ path: "/", section: "/", load: overview }];
