/** `/palette`: search or jump to, as a page and as what stands above one; `/keyboard`. */
/** @jsxImportSource hono/jsx */
import { foundKinds, searchApi } from "#features/search/api.ts";
import { foundGroups, PaletteBox, type PaletteGroup, PalettePage } from "#views/palette.tsx";
import { ShortcutsPage } from "#views/shortcuts.tsx";
import { pagePolicy } from "../headers.ts";
import { localPath, type Page, type Shown, type Visit } from "./page.ts";
import { tasksFor } from "./tasks.ts";

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
  const { frame, query } = visit;
  const found = q === "" ? [] : await foundFor(visit, q);
  const from = localPath(query.get("from")) ?? "/";
  const does = tasksFor(frame.may, q).map(({ label, path, icon }) => {
    const back = path.startsWith("/theme") ? `&${new URLSearchParams({ from })}` : "";
    return { label, path: path + back, icon };
  });
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
    { title: "Do", items: does },
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
