/** The pages: which there are, who finds which in the navigation, and how a request gets to one. */
import type { Contract } from "#base/contract.ts";
import { accessApi } from "#features/access/api.ts";
import { agentsApi } from "#features/agents/api.ts";
import { auditApi } from "#features/audit/api.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import { issuersApi } from "#features/issuers/api.ts";
import { overviewApi } from "#features/overview/api.ts";
import { ownersApi, teamsApi } from "#features/ownership/api.ts";
import { renewalPoliciesApi } from "#features/policies/api.ts";
import { profilesApi } from "#features/profiles/api.ts";
import { targetsApi } from "#features/targets/api.ts";
import { workApi } from "#features/work/api.ts";
import { mountAssets } from "./assets.ts";
import { mountForms } from "./forms.ts";
import { accessPages } from "./pages/access.tsx";
import { agentPages } from "./pages/agents.tsx";
import { bulkPages } from "./pages/bulk.tsx";
import { certificatePages } from "./pages/certificates.tsx";
import { crudPages } from "./pages/crud.tsx";
import { issuerPages } from "./pages/issuers.tsx";
import { jobPages } from "./pages/jobs.tsx";
import { overviewPages } from "./pages/overview.tsx";
import type { Page } from "./pages/page.ts";
import { showAt } from "./pages/show.tsx";
import { type PagesParts, type Request, type Site, visitorOf } from "./pages/site.ts";
import { targetPages } from "./pages/targets.tsx";
import type { App } from "./shell.ts";

export const pages: readonly Page[] = [
  ...overviewPages,
  ...accessPages,
  ...certificatePages,
  ...bulkPages,
  ...jobPages,
  ...agentPages,
  ...targetPages,
  ...issuerPages,
  ...crudPages,
];

/** Shown to whoever may call the contract. */
const nav: readonly { path: string; label: string; contract: Contract }[] = [
  { path: "/", label: "Overview", contract: overviewApi.summary },
  { path: "/certificates", label: "Certificates", contract: certificatesApi.list },
  { path: "/jobs", label: "Jobs", contract: workApi.list },
  { path: "/agents", label: "Agents", contract: agentsApi.list },
  { path: "/targets", label: "Targets", contract: targetsApi.list },
  { path: "/issuers", label: "Issuers", contract: issuersApi.list },
  { path: "/profiles", label: "Profiles", contract: profilesApi.list },
  { path: "/policies", label: "Renewal policies", contract: renewalPoliciesApi.list },
  { path: "/owners", label: "Owners", contract: ownersApi.list },
  { path: "/teams", label: "Teams", contract: teamsApi.list },
  { path: "/schedules", label: "Schedules", contract: workApi.schedules },
  { path: "/audit", label: "Audit", contract: auditApi.list },
  { path: "/keys", label: "API keys", contract: accessApi.listKeys },
  { path: "/users", label: "Users", contract: accessApi.listUsers },
];

export function mountPages(parts: PagesParts): (app: App) => void {
  return (app) => {
    const operations = new Map(parts.operations.map((it) => [it.contract.name, it]));
    const site: Site = { parts, operations, pages, nav, assets: mountAssets(app) };
    const show = async (c: Request) => {
      const { pathname, search } = new URL(c.req.url);
      return await showAt(site, c, await visitorOf(site, c), pathname + search);
    };
    for (const page of pages) app.get(page.path, show);
    mountForms(app, site);
    // A person who followed a dead link gets a page; a program gets its problem document.
    app.use(async (c, next) => {
      await next();
      if (isLost(c)) c.res = await show(c);
    });
  };
}

function isLost(c: Request): boolean {
  const wantsPage = c.req.method === "GET" && /\btext\/html\b/.test(c.req.header("accept") ?? "");
  const isDocument = c.res.headers.get("content-type")?.startsWith("application/problem+json");
  const isPlace = !/^\/(api|\.well-known)\//.test(c.req.path);
  return c.res.status === 404 && wantsPage && isDocument === true && isPlace;
}
