/** The server, its settings, and one's own account. */
/** @jsxImportSource hono/jsx */
import { accessApi } from "#features/access/api.ts";
import { ownApi } from "#features/access/own-api.ts";
import { systemApi } from "#features/overview/system-api.ts";
import { MePage } from "#views/access/me.tsx";
import { SettingsPage, SystemPage } from "#views/system.tsx";
import { namesOf } from "./lookups.ts";
import type { Page, Shown, Visit } from "./page.ts";

async function me(visit: Visit): Promise<Shown> {
  const who = await visit.read(accessApi.check);
  const sessions = await visit.read(ownApi.sessions);
  const names = await namesOf(visit, { team: who.grants.map((it) => it.teamId) });
  const { frame, actor } = visit;
  const body = (
    <MePage
      {...{ frame, names }}
      name={who.user}
      id={who.id}
      grants={who.grants}
      permissions={who.permissions}
      sessions={sessions.data}
      hasPassword={actor.type === "user"}
    />
  );
  return { title: "Your account", body };
}

const limiting = /MAX_|RATE|LIMIT|TIMEOUT|PATIENCE/;

async function system(visit: Visit): Promise<Shown> {
  const [status, settings] = await Promise.all([
    visit.read(systemApi.status),
    visit.read(systemApi.settings),
  ]);
  const limits = settings.data.filter((it) => limiting.test(it.key));
  const body = <SystemPage frame={visit.frame} system={status} limits={limits} />;
  return { title: "System", body };
}

async function settings(visit: Visit): Promise<Shown> {
  const { data } = await visit.read(systemApi.settings);
  return { title: "Settings", body: <SettingsPage settings={data} /> };
}

export const systemPages: readonly Page[] = [
  { path: "/me", load: me },
  { path: "/system", load: system },
  { path: "/settings", load: settings },
];
