/** `/palette`: search or jump to, as a page and as what stands above one; `/keyboard`. */
/** @jsxImportSource hono/jsx */
import type { Contract } from "#base/contract.ts";
import { accessApi } from "#features/access/api.ts";
import { agentsApi } from "#features/agents/api.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import { issuersApi } from "#features/issuers/api.ts";
import { ownersApi, teamsApi } from "#features/ownership/api.ts";
import { renewalPoliciesApi } from "#features/policies/api.ts";
import { profilesApi } from "#features/profiles/api.ts";
import { foundKinds, searchApi } from "#features/search/api.ts";
import { targetsApi } from "#features/targets/api.ts";
import { workApi } from "#features/work/api.ts";
import type { IconName } from "#views/icons.ts";
import { foundGroups, PaletteBox, type PaletteGroup, PalettePage } from "#views/palette.tsx";
import { ShortcutsPage } from "#views/shortcuts.tsx";
import { pagePolicy } from "../headers.ts";
import { localPath, type Page, type Shown, type Visit } from "./page.ts";

interface Start {
  readonly contract: Contract;
  readonly label: string;
  readonly path: string;
  readonly icon?: IconName;
}

/** What can begin from nothing: operations with a page of their own. */
export const starts: readonly Start[] = [
  { contract: certificatesApi.create, label: "New certificate", path: "/certificates/new" },
  { contract: agentsApi.createJoinToken, label: "Add an agent", path: "/agents/new" },
  { contract: targetsApi.create, label: "New target", path: "/targets/new" },
  { contract: issuersApi.create, label: "New issuer", path: "/issuers/new" },
  { contract: profilesApi.create, label: "New profile", path: "/profiles/new" },
  { contract: renewalPoliciesApi.create, label: "New renewal policy", path: "/policies/new" },
  { contract: ownersApi.create, label: "New owner", path: "/owners/new" },
  { contract: teamsApi.create, label: "New team", path: "/teams/new" },
  { contract: accessApi.createUser, label: "New user", path: "/users/new" },
  { contract: accessApi.createKey, label: "New API key", path: "/keys/new" },
  {
    contract: workApi.runSchedule,
    label: "Run a schedule now",
    path: "/schedules",
    icon: "circle-play",
  },
];

async function palette(visit: Visit): Promise<Shown | Response> {
  const { frame, query } = visit;
  const q = (query.get("q") ?? "").trim().slice(0, 200);
  const groups = await groupsFor(visit, q);
  if (query.get("over") === null) {
    return { title: "Search", body: <PalettePage {...{ frame, q, groups }} /> };
  }
  const from = localPath(query.get("from")) ?? "/";
  const box = await (<PaletteBox {...{ frame, q, groups, from }} />);
  return new Response(box.toString(), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": pagePolicy(frame.nonce),
    },
  });
}

async function groupsFor(visit: Visit, q: string): Promise<readonly PaletteGroup[]> {
  const { frame } = visit;
  const found = q === "" ? [] : await foundFor(visit, q);
  const does = starts
    .filter((it) => frame.may(it.contract))
    .map(({ label, path, icon = "plus" }) => ({ label, path, icon }));
  const places = visit.nav
    .flatMap((it) => it.entries)
    .map(({ label, path, icon, key }) => ({
      label,
      path,
      icon,
      ...(key === undefined ? {} : { keys: ["g", key] }),
    }));
  const groups = [
    ...found,
    { title: "Do", items: does.filter((it) => fits(it.label, q)) },
    { title: "Go to", items: places.filter((it) => fits(it.label, q)) },
  ];
  return groups.filter((it) => it.items.length > 0);
}

async function foundFor(visit: Visit, q: string): Promise<readonly PaletteGroup[]> {
  const found = await visit.read(searchApi.find, { q });
  return foundGroups(found, q, (kind) => foundKinds[kind].path);
}

const fits = (label: string, q: string): boolean =>
  q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => label.toLowerCase().includes(word));

async function keyboard({ nav }: Visit): Promise<Shown> {
  return { title: "Keyboard", body: <ShortcutsPage nav={nav} /> };
}

export const palettePages: readonly Page[] = [
  { path: "/palette", load: palette },
  { path: "/keyboard", load: keyboard },
];
