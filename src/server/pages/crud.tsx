/** Teams, owners, profiles, renewal policies: pages from the contracts of `crud()`. */
/** @jsxImportSource hono/jsx */
import { toWire } from "#base/wire.ts";
import { ownersApi, teamsApi } from "#features/ownership/api.ts";
import { OwnerView, TeamView } from "#features/ownership/ownership.ts";
import { renewalPoliciesApi } from "#features/policies/api.ts";
import { RenewalPolicyView } from "#features/policies/renewal-policy.ts";
import { profilesApi } from "#features/profiles/api.ts";
import { ProfileView } from "#features/profiles/profile.ts";
import { type Crud, CrudDetail, CrudList, CrudNew, type Thing } from "#views/crud.tsx";
import { textsOf } from "#views/field-texts.ts";
import { fieldsOf } from "#views/fields.ts";
import type { Choices } from "#views/frame.ts";
import type { Names } from "#views/reference.tsx";
import { listingOf } from "./listing.ts";
import { choicesOf, namesOf } from "./lookups.ts";
import type { Page, Visit } from "./page.ts";

const things: readonly Crud[] = [
  {
    api: ownersApi,
    path: "/owners",
    one: "owner",
    many: "Owners",
    view: OwnerView,
    columns: [
      ["email", "E-mail"],
      ["teamId", "Team"],
    ],
    references: { teamId: "team" },
    purpose: "Who answers for a certificate: a person or a group with an address.",
  },
  {
    api: teamsApi,
    path: "/teams",
    one: "team",
    many: "Teams",
    view: TeamView,
    columns: [["description", "Description"]],
    references: {},
    purpose: "A role may be granted for one team: its members then see that team's things only.",
  },
  {
    api: profilesApi,
    path: "/profiles",
    one: "profile",
    many: "Profiles",
    view: ProfileView,
    columns: [
      ["description", "Description"],
      ["enabled", "Enabled"],
      ["allowedEkus", "Extended key usages"],
      ["requiresApproval", "Needs approval"],
    ],
    references: {},
    purpose: "What a certificate may be; enforced before a CA key is used.",
  },
  {
    api: renewalPoliciesApi,
    path: "/policies",
    one: "renewal policy",
    many: "Renewal policies",
    view: RenewalPolicyView,
    columns: [
      ["autoRenew", "Renews automatically"],
      ["lifetimeSharePercent", "Share of the lifetime (%)"],
      ["renewalWindowDays", "Days before expiry"],
      ["maxRetries", "Attempts after the first"],
    ],
    references: {},
    purpose: "When a certificate is renewed, and how a failure is tried again.",
  },
];

export const crudPages: readonly Page[] = things.flatMap(pagesOf);

function pagesOf(of: Crud): readonly Page[] {
  return [
    { path: of.path, load: (visit) => list(of, visit) },
    { path: `${of.path}/new`, load: (visit) => create(of, visit) },
    { path: `${of.path}/:id`, load: (visit) => detail(of, visit) },
  ];
}

async function list(of: Crud, visit: Visit) {
  const { list, query, status } = await listingOf(visit, of.api.list);
  // Every such view has these keys: `crud()` is used with id, name and revision in it.
  const things = { ...list, data: list.data as readonly Thing[] };
  const names = await namesIn(of, visit, things.data);
  const choices = await choicesIn(of, visit);
  const body = <CrudList {...{ of, frame: visit.frame, query, list: things, names, choices }} />;
  return { title: of.many, body, status };
}

async function create(of: Crud, visit: Visit) {
  const choices = await choicesIn(of, visit);
  return { title: `New ${of.one}`, body: <CrudNew {...{ of, frame: visit.frame, choices }} /> };
}

async function detail(of: Crud, visit: Visit) {
  const thing = (await visit.read(of.api.get, { id: visit.params["id"] })) as Thing;
  const names = await namesIn(of, visit, [thing]);
  const choices = await choicesIn(of, visit);
  const values = textsOf(fieldsOf(of.api.update), toWire(of.view, thing));
  const { frame } = visit;
  return {
    title: thing.name,
    body: <CrudDetail {...{ of, frame, thing, names, values, choices }} />,
  };
}

async function namesIn(of: Crud, visit: Visit, rows: readonly Thing[]): Promise<Names> {
  const wanted = Object.entries(of.references).map(([key, kind]) => {
    const ids = rows.map((row): unknown => Reflect.get(row, key));
    return [kind, ids.filter((id) => typeof id === "string")];
  });
  return await namesOf(visit, Object.fromEntries(wanted));
}

async function choicesIn(of: Crud, visit: Visit): Promise<Choices> {
  return "teamId" in of.references ? { team_id: await choicesOf(visit, "team") } : {};
}
