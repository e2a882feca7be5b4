/** Targets: list, a new one by type, one with its test. */
/** @jsxImportSource hono/jsx */
import { toWire } from "#base/wire.ts";
import { findTarget, targets as kinds } from "#connectors/targets/index.ts";
import { targetsApi } from "#features/targets/api.ts";
import { TargetView } from "#features/targets/target.ts";
import { workApi } from "#features/work/api.ts";
import { textsOf } from "#views/field-texts.ts";
import { fieldsOf, type Nested } from "#views/fields.ts";
import { TargetPage } from "#views/targets/detail.tsx";
import { TargetsPage } from "#views/targets/list.tsx";
import { NewTargetPage } from "#views/targets/new.tsx";
import { listingOf } from "./listing.ts";
import { choicesOf, namesOf } from "./lookups.ts";
import type { Page, Shown, Visit } from "./page.ts";

async function list(visit: Visit): Promise<Shown> {
  const { list, query, status } = await listingOf(visit, targetsApi.list);
  const types = kinds.map((it) => ({ value: it.kind, label: it.title }));
  const choices = { agent_id: await choicesOf(visit, "agent"), type: types };
  const body = <TargetsPage {...{ frame: visit.frame, query, list, choices }} />;
  return { title: "Targets", body, status };
}

async function create(visit: Visit): Promise<Shown> {
  const choices = { agent_id: await choicesOf(visit, "agent") };
  const type = visit.query.get("type") ?? "";
  const chosen = type === "json" ? "json" : findTarget(type);
  const body = <NewTargetPage {...{ frame: visit.frame, kinds, chosen, choices }} />;
  return { title: "New target", body };
}

async function detail(visit: Visit): Promise<Shown> {
  const target = await visit.read(targetsApi.get, { id: visit.params["id"] });
  const { frame } = visit;
  const jobs = frame.may(workApi.list)
    ? (await visit.read(workApi.list, { target_id: target.id, per_page: 10 })).data
    : [];
  const names = await namesOf(visit, {
    certificate: jobs.map((it) => it.certificateId),
    agent: jobs.map((it) => it.agentId),
    target: [target.id],
  });
  const kind = findTarget(target.type);
  const nested: Nested = kind ? { config: kind.config } : {};
  const choices = { agent_id: await choicesOf(visit, "agent") };
  const values = textsOf(fieldsOf(targetsApi.update, nested), toWire(TargetView, target));
  const body = <TargetPage {...{ frame, target, jobs, names, values, choices, nested }} />;
  return { title: target.name, body };
}

export const targetPages: readonly Page[] = [
  { path: "/targets", load: list },
  { path: "/targets/new", load: create },
  { path: "/targets/:id", load: detail },
];
