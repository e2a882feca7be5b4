/** Targets: list, a new one in steps, one with its test, changing and deleting it. */
/** @jsxImportSource hono/jsx */
import { type FieldError, Problem } from "#base/problem.ts";
import { check } from "#base/rule.ts";
import { toWire } from "#base/wire.ts";
import { findTarget, targets as kinds } from "#connectors/targets/index.ts";
import type { TargetKind } from "#connectors/targets/target.ts";
import { auditApi } from "#features/audit/api.ts";
import { deploymentsApi } from "#features/deployments/api.ts";
import { targetsApi } from "#features/targets/api.ts";
import { TargetFields, TargetView } from "#features/targets/target.ts";
import { workApi } from "#features/work/api.ts";
import { startingTexts, textsOf } from "#views/field-texts.ts";
import { fieldsOf, type Nested } from "#views/fields.ts";
import type { Texts } from "#views/frame.ts";
import { TargetPage } from "#views/targets/detail.tsx";
import { DeleteTargetPage, EditTargetPage } from "#views/targets/edit.tsx";
import { TargetsPage } from "#views/targets/list.tsx";
import { NewTargetPage } from "#views/targets/new.tsx";
import { steps } from "#views/targets/new-steps.ts";
import { readForm } from "./form-input.ts";
import { listingOf } from "./listing.ts";
import { choicesOf, namesOf } from "./lookups.ts";
import { localPath, type Page, type Shown, type Visit } from "./page.ts";

async function list(visit: Visit): Promise<Shown> {
  const { list, query, status } = await listingOf(visit, targetsApi.list);
  const types = kinds.map((it) => ({ value: it.kind, label: it.title }));
  const choices = { agent_id: await choicesOf(visit, "agent"), type: types };
  const titles = new Map(kinds.map((it) => [it.kind, it.title]));
  const body = <TargetsPage {...{ frame: visit.frame, query, list, choices, titles }} />;
  return { title: "Targets", body, status };
}

async function create(visit: Visit): Promise<Shown> {
  const { frame, query } = visit;
  const type = query.get("type") ?? "";
  const chosen = type === "json" ? "json" : findTarget(type);
  const typed = textsIn(query);
  const draft = typeof chosen === "object" ? draftOf(chosen, typed, visit) : blank(typed);
  const choices = { agent_id: await choicesOf(visit, "agent") };
  const body = <NewTargetPage {...{ frame, kinds, chosen, choices, ...draft }} />;
  return { title: "New target", body };
}

/** Where it leads afterwards stays within this server. */
function textsIn(query: URLSearchParams): Texts {
  const names = [...new Set(query.keys())].filter((it) => it !== "step" && it !== "next");
  const texts = Object.fromEntries(names.map((it) => [it, query.getAll(it)]));
  const next = query.get("next");
  return next !== null && localPath(next) !== undefined ? { ...texts, next: [next] } : texts;
}

const blank = (texts: Texts) => ({ texts, errors: [], plan: undefined, step: 1 });

/** The review is shown when nothing is wrong with what was typed; else the form, with what is wrong. */
function draftOf(kind: TargetKind, typed: Texts, { query, frame }: Visit) {
  const fields = fieldsOf(targetsApi.create, { config: kind.config });
  const known = Object.entries(typed).filter(
    ([name]) => name === "next" || fields.some(({ key }) => key === name.split(".")[0]),
  );
  const isFilled = "name" in typed;
  const given = { ...Object.fromEntries(known), type: [kind.kind] };
  const texts = isFilled ? given : { ...startingTexts(fields), ...given };
  const { raw, errors: unreadable } = readForm(fields, texts);
  const config = check(kind.config, raw["config"] ?? {});
  const plan = config.success ? kind.plan(config.data) : undefined;
  if (query.get("step") !== String(steps.length)) return { texts, errors: [], plan, step: 2 };
  const errors = [
    ...unreadable,
    ...(frame.sent?.problem?.errors ?? []),
    ...problemsOf(raw, config),
  ];
  const step = errors.length > 0 || frame.sent?.problem ? 2 : steps.length;
  return { texts, errors: onceEach(errors), plan, step };
}

/** What the operation and the type's own schema would refuse, by wire name. */
function problemsOf(
  raw: Readonly<Record<string, unknown>>,
  config: ReturnType<TargetKind["config"]["safeParse"]>,
): readonly FieldError[] {
  const own = check(TargetFields, {
    name: raw["name"] ?? "",
    type: raw["type"],
    agentId: raw["agent_id"] ?? "",
    config: {},
    enabled: raw["enabled"],
  });
  const required = (path: string, value: unknown, message: string): FieldError => ({
    path,
    message: value === undefined || value === "" ? "is required" : message,
  });
  const first = (own.error?.issues ?? []).map((it) => {
    const path = it.path.join(".") === "agentId" ? "agent_id" : it.path.join(".");
    return required(path, raw[path], it.message);
  });
  const second = (config.error?.issues ?? []).map((it) => {
    const value = it.path.reduce<unknown>(
      (inside, key) =>
        inside === null || typeof inside !== "object" ? undefined : Reflect.get(inside, key),
      raw["config"],
    );
    return required(["config", ...it.path].join("."), value, it.message);
  });
  return [...first, ...second];
}

const onceEach = (errors: readonly FieldError[]): readonly FieldError[] => [
  ...new Map(errors.map((it) => [it.path, it])).values(),
];

async function detail(visit: Visit): Promise<Shown> {
  const input = { id: visit.params["id"] };
  const target = await visit.read(targetsApi.get, input);
  const { frame } = visit;
  const [inPlace, jobs, events] = await Promise.all([
    frame.may(deploymentsApi.atTarget)
      ? visit.read(deploymentsApi.atTarget, { ...input, in_place: true, per_page: 50 })
      : undefined,
    frame.may(workApi.list)
      ? visit.read(workApi.list, { target_id: target.id, per_page: 10 })
      : { data: [] },
    frame.may(auditApi.list)
      ? visit.read(auditApi.list, { resource_id: target.id, per_page: 8 })
      : undefined,
  ]);
  const names = await namesOf(visit, {
    certificate: [
      ...(inPlace?.data ?? []).map((it) => it.certificateId),
      ...jobs.data.map((it) => it.certificateId),
    ],
    agent: jobs.data.map((it) => it.agentId),
  });
  const kind = findTarget(target.type);
  const fields = configFields(kind);
  const values = textsOf(fieldsOf(targetsApi.update, nestedOf(kind)), toWire(TargetView, target));
  const config = kind?.config.safeParse(target.config);
  const body = (
    <TargetPage
      {...{ frame, target, fields, values, inPlace, names }}
      kind={kind?.title ?? target.type}
      plan={kind && config?.success ? kind.plan(config.data) : undefined}
      jobs={jobs.data}
      events={events?.data}
    />
  );
  return { title: target.name, body };
}

const nestedOf = (kind: TargetKind | undefined): Nested => (kind ? { config: kind.config } : {});

const configFields = (kind: TargetKind | undefined) =>
  kind ? fieldsOf(targetsApi.update, nestedOf(kind)).filter(({ key }) => key === "config") : [];

const crumbOf = ({ id, name }: TargetView) => [{ label: name, path: `/targets/${id}` }];

async function edit(visit: Visit): Promise<Shown> {
  const target = await present(visit);
  const nested = nestedOf(findTarget(target.type));
  const values = textsOf(fieldsOf(targetsApi.update, nested), toWire(TargetView, target));
  const choices = { agent_id: await choicesOf(visit, "agent", [target.agentId]) };
  return {
    title: "Edit",
    crumbs: crumbOf(target),
    body: <EditTargetPage {...{ frame: visit.frame, target, values, choices, nested }} />,
  };
}

async function remove(visit: Visit): Promise<Shown> {
  const target = await present(visit);
  const { frame } = visit;
  const total = async (read: Promise<{ readonly total: number }> | undefined) =>
    (await read)?.total ?? 0;
  const [deployments, jobs] = await Promise.all([
    total(
      frame.may(deploymentsApi.atTarget)
        ? visit.read(deploymentsApi.atTarget, { id: target.id, per_page: 1 })
        : undefined,
    ),
    total(
      frame.may(workApi.list)
        ? visit.read(workApi.list, { target_id: target.id, per_page: 1 })
        : undefined,
    ),
  ]);
  return {
    title: "Delete",
    crumbs: crumbOf(target),
    body: <DeleteTargetPage {...{ frame, target, deployments, jobs }} />,
  };
}

async function present(visit: Visit): Promise<TargetView> {
  const target = await visit.read(targetsApi.get, { id: visit.params["id"] });
  if (target.retiredAt !== null) throw new Problem("wrong-state", "the target is retired");
  return target;
}

export const targetPages: readonly Page[] = [
  { path: "/targets", load: list },
  { path: "/targets/new", needs: targetsApi.create, load: create },
  { path: "/targets/:id", load: detail },
  { path: "/targets/:id/edit", needs: targetsApi.update, load: edit },
  { path: "/targets/:id/delete", needs: targetsApi.remove, load: remove },
];
