/** Teams, owners, profiles, renewal policies: pages from the contracts of `crud()`, with what hangs on each thing. */
/** @jsxImportSource hono/jsx */
import type { Contract } from "#base/contract.ts";
import { toWire } from "#base/wire.ts";
import { auditApi } from "#features/audit/api.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import { CrudDetail } from "#views/crud/detail.tsx";
import { CrudDelete, CrudEdit } from "#views/crud/edit.tsx";
import type { Beside, Crud, Thing, Uses } from "#views/crud/kind.ts";
import { CrudList, CrudNew } from "#views/crud/list.tsx";
import { textsOf } from "#views/field-texts.ts";
import { fieldsOf } from "#views/fields.ts";
import type { Choices } from "#views/frame.ts";
import { ownerKind } from "#views/ownership/owner.tsx";
import { type TeamMore, teamKind } from "#views/ownership/team.tsx";
import { policyKind } from "#views/policies/policy.tsx";
import { profileKind } from "#views/profiles/profile.tsx";
import { listingOf } from "./listing.ts";
import { choicesOf, namesOf } from "./lookups.ts";
import type { Page, Shown, Visit } from "./page.ts";
import { teamMore } from "./team-more.ts";

/** What only one kind has: read for a page of them, or for the one that is shown. */
type More<T, M> = (visit: Visit, things: readonly T[], only: T | undefined) => Promise<M>;

interface Kind<T extends Thing, M> {
  readonly of: Crud<T, M>;
  readonly more: More<T, M>;
}

const nothing = async (): Promise<undefined> => undefined;

export const crudPages: readonly Page[] = [
  ...pagesOf({ of: ownerKind, more: nothing }),
  ...pagesOf<Parameters<typeof teamKind.under>[0], TeamMore>({ of: teamKind, more: teamMore }),
  ...pagesOf({ of: profileKind, more: nothing }),
  ...pagesOf({ of: policyKind, more: nothing }),
];

function pagesOf<T extends Thing, M>(kind: Kind<T, M>): readonly Page[] {
  const { path } = kind.of;
  return [
    { path, load: (visit) => list(kind, visit) },
    { path: `${path}/new`, needs: kind.of.api.create, load: (visit) => create(kind, visit) },
    { path: `${path}/:id`, load: (visit) => detail(kind, visit) },
    { path: `${path}/:id/edit`, needs: kind.of.api.update, load: (visit) => edit(kind, visit) },
    { path: `${path}/:id/delete`, needs: kind.of.api.remove, load: (visit) => remove(kind, visit) },
  ];
}

async function list<T extends Thing, M>(kind: Kind<T, M>, visit: Visit): Promise<Shown> {
  const { of } = kind;
  const { list, query, status } = await listingOf(visit, of.api.list);
  // The kind's view and the contract's are one: `crud()` was given it.
  const things = { ...list, data: list.data as readonly T[] };
  const [beside, choices] = await Promise.all([
    besideOf(kind, visit, things.data, undefined),
    choicesIn(of, visit),
  ]);
  const body = <CrudList {...{ of, frame: visit.frame, query, list: things, beside, choices }} />;
  return { title: of.many, body, status };
}

async function create<T extends Thing, M>({ of }: Kind<T, M>, visit: Visit): Promise<Shown> {
  const choices = await choicesIn(of, visit);
  return { title: `New ${of.one}`, body: <CrudNew {...{ of, frame: visit.frame, choices }} /> };
}

async function detail<T extends Thing, M>(kind: Kind<T, M>, visit: Visit): Promise<Shown> {
  const { of } = kind;
  const thing = await present(kind, visit);
  const { frame } = visit;
  const [beside, certificates, events] = await Promise.all([
    besideOf(kind, visit, [thing], thing),
    readIf(visit, certificatesApi.list, {
      [of.filter]: thing.id,
      archived: false,
      sort: "not_after",
      per_page: 10,
    }),
    frame.may(auditApi.list)
      ? visit.read(auditApi.list, { resource_id: thing.id, per_page: 8 })
      : undefined,
  ]);
  const body = (
    <CrudDetail
      {...{ of, thing, beside }}
      certificates={certificates?.data}
      events={events?.data}
    />
  );
  return { title: thing.name, body };
}

async function edit<T extends Thing, M>(kind: Kind<T, M>, visit: Visit): Promise<Shown> {
  const { of } = kind;
  const thing = await present(kind, visit);
  const [beside, choices] = await Promise.all([
    besideOf(kind, visit, [thing], thing),
    choicesIn(of, visit, thing),
  ]);
  const values = textsOf(fieldsOf(of.api.update), toWire(of.view, thing));
  const body = <CrudEdit {...{ of, thing, beside, values, choices }} />;
  return { title: "Edit", crumbs: crumbsTo(of, thing), body };
}

async function remove<T extends Thing, M>(kind: Kind<T, M>, visit: Visit): Promise<Shown> {
  const { of } = kind;
  const thing = await present(kind, visit);
  const beside = await besideOf(kind, visit, [thing], thing);
  const body = <CrudDelete {...{ of, thing, beside }} />;
  return { title: "Delete", crumbs: crumbsTo(of, thing), body };
}

const crumbsTo = ({ path }: { readonly path: string }, { id, name }: Thing) => [
  { label: name, path: `${path}/${id}` },
];

async function present<T extends Thing, M>({ of }: Kind<T, M>, visit: Visit): Promise<T> {
  // As in `list`: the output of the contract is the kind's view.
  return (await visit.read(of.api.get, { id: visit.params["id"] })) as T;
}

async function besideOf<T extends Thing, M>(
  kind: Kind<T, M>,
  visit: Visit,
  things: readonly T[],
  only: T | undefined,
): Promise<Beside<M>> {
  const { of } = kind;
  const wanted = Object.entries(of.references).map(([key, named]) => {
    const ids = things.map((it): unknown => Reflect.get(it, key));
    return [named, ids.filter((id) => typeof id === "string")];
  });
  const [names, uses, more] = await Promise.all([
    namesOf(visit, Object.fromEntries(wanted)),
    usesOf(of, visit, things),
    kind.more(visit, things, only),
  ]);
  return { frame: visit.frame, names, uses, more };
}

async function usesOf<T extends Thing, M>(
  of: Crud<T, M>,
  visit: Visit,
  things: readonly T[],
): Promise<ReadonlyMap<string, Uses>> {
  if (things.length === 0 || !visit.frame.may(certificatesApi.usage)) return new Map();
  const ids = things.map((it) => it.id);
  const { data, most } = await visit.read(certificatesApi.usage, { by: of.by, ids });
  return new Map(data.map((counts) => [counts.id, { counts, most }]));
}

async function readIf<C extends Contract>(
  visit: Visit,
  contract: C,
  input: Readonly<Record<string, unknown>>,
) {
  return visit.frame.may(contract) ? await visit.read(contract, input) : undefined;
}

async function choicesIn<T extends Thing, M>(
  of: Crud<T, M>,
  visit: Visit,
  thing?: T,
): Promise<Choices> {
  if (!("teamId" in of.references)) return {};
  const team: unknown = thing && Reflect.get(thing, "teamId");
  const chosen = typeof team === "string" ? [team] : [];
  return { team_id: await choicesOf(visit, "team", chosen) };
}
