/** The pages: which there are, who finds which in the navigation, and how a request gets to one. */
import type { Contract } from "#base/contract.ts";
import { accessApi } from "#features/access/api.ts";
import { agentsApi } from "#features/agents/api.ts";
import { auditApi } from "#features/audit/api.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import { issuersApi } from "#features/issuers/api.ts";
import { overviewApi } from "#features/overview/api.ts";
import { systemApi } from "#features/overview/system-api.ts";
import { ownersApi, teamsApi } from "#features/ownership/api.ts";
import { renewalPoliciesApi } from "#features/policies/api.ts";
import { profilesApi } from "#features/profiles/api.ts";
import { targetsApi } from "#features/targets/api.ts";
import { workApi } from "#features/work/api.ts";
import type { IconName } from "#views/icons.ts";
import { mountAssets } from "./assets.ts";
import { mountForms } from "./forms.ts";
import { aboutPages } from "./pages/about.tsx";
import { accessPages } from "./pages/access.tsx";
import { agentPages } from "./pages/agents.tsx";
import { bulkPages } from "./pages/bulk.tsx";
import { certificatePages } from "./pages/certificates.tsx";
import { crudPages } from "./pages/crud.tsx";
import { docsPages } from "./pages/docs.tsx";
import { issuerPages } from "./pages/issuers.tsx";
import { jobPages } from "./pages/jobs.tsx";
import { menuPages } from "./pages/menu.tsx";
import { overviewPages } from "./pages/overview.tsx";
import type { Page } from "./pages/page.ts";
import { palettePages } from "./pages/palette.tsx";
import { showAt } from "./pages/show.tsx";
import { type PagesParts, type Place, type Request, type Site, visitorOf } from "./pages/site.ts";
import { systemPages } from "./pages/system.tsx";
import { targetPages } from "./pages/targets.tsx";
import { mountTheme } from "./pages/theme.ts";
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
  ...menuPages,
  ...systemPages,
  ...docsPages,
  ...aboutPages,
  ...palettePages,
];

const nav: readonly Place[] = [
  place(undefined, "/", "Dashboard", "gauge", overviewApi.summary, { key: "d", dock: true }),
  place("Inventory", "/certificates", "Certificates", "file-badge", certificatesApi.list, {
    key: "c",
    dock: true,
  }),
  place("Inventory", "/targets", "Targets", "server", targetsApi.list, { key: "t" }),
  place("Inventory", "/agents", "Agents", "cpu", agentsApi.list, { key: "g", dock: true }),
  place("Work", "/jobs", "Jobs", "list-checks", workApi.list, { key: "j", dock: true }),
  place("Work", "/schedules", "Schedules", "timer", workApi.schedules, { key: "s" }),
  place("Trust", "/issuers", "Issuers", "plug", issuersApi.list, { key: "a" }),
  place("Trust", "/profiles", "Profiles", "sliders-horizontal", profilesApi.list, { key: "p" }),
  place("Trust", "/policies", "Renewal policies", "scale", renewalPoliciesApi.list, { key: "r" }),
  place("Record", "/audit", "Audit", "scroll-text", auditApi.list, { key: "l" }),
  place("People", "/teams", "Teams", "users", teamsApi.list, { key: "m" }),
  place("People", "/owners", "Owners", "circle-user", ownersApi.list, { key: "o" }),
  place("People", "/users", "Users", "user", accessApi.listUsers, { key: "u" }),
  place("People", "/keys", "API keys", "key-round", accessApi.listKeys, { key: "k" }),
  place("Server", "/system", "System", "monitor", systemApi.status, { key: "y" }),
  place("Server", "/settings", "Settings", "settings", systemApi.settings, { key: "e" }),
];

function place(
  group: string | undefined,
  path: string,
  label: string,
  icon: IconName,
  contract: Contract,
  more: { readonly key?: string; readonly dock?: boolean },
): Place {
  return { group, path, label, icon, contract, ...more };
}

export function mountPages(parts: PagesParts): (app: App) => void {
  return (app) => {
    const operations = new Map(parts.operations.map((it) => [it.contract.name, it]));
    mountAssets(app);
    const site: Site = { parts, operations, pages, nav, version: parts.version };
    const show = async (c: Request) => {
      const { pathname, search } = new URL(c.req.url);
      return await showAt(site, c, await visitorOf(site, c), pathname + search);
    };
    for (const page of pages) app.get(page.path, show);
    mountForms(app, site);
    mountTheme(app);
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
