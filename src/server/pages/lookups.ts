/** Names for ids and choices for selects, read as the visitor: what they may not see keeps its id. */
import type { Contract } from "#base/contract.ts";
import { type FieldError, Problem } from "#base/problem.ts";
import { accessApi } from "#features/access/api.ts";
import { agentsApi } from "#features/agents/api.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import { issuersApi } from "#features/issuers/api.ts";
import { ownersApi, teamsApi } from "#features/ownership/api.ts";
import { renewalPoliciesApi } from "#features/policies/api.ts";
import { profilesApi } from "#features/profiles/api.ts";
import { targetsApi } from "#features/targets/api.ts";
import type { Offer, Texts } from "#views/frame.ts";
import type { NamedKind, Names } from "#views/reference.tsx";
import type { Visit } from "./page.ts";

const apis = {
  certificate: certificatesApi,
  owner: ownersApi,
  team: teamsApi,
  issuer: issuersApi,
  profile: profilesApi,
  policy: renewalPoliciesApi,
  agent: agentsApi,
  target: targetsApi,
  user: { get: accessApi.getUser, list: accessApi.listUsers },
} as const satisfies Record<NamedKind, { readonly get: Contract; readonly list: Contract }>;

type Wanted = { readonly [K in NamedKind]?: readonly (string | null)[] };

/** The names of these things; a point read for each different id, a page's worth at most. */
export async function namesOf(visit: Visit, wanted: Wanted): Promise<Names> {
  const kinds = Object.entries(wanted) as [NamedKind, readonly (string | null)[]][];
  const pairs = kinds.map(async ([kind, ids]) => {
    const different = [...new Set(ids.filter((id) => id !== null))];
    const named = await Promise.all(different.map((id) => nameOf(visit, kind, id)));
    return [kind, new Map(named.filter((it) => it !== undefined))] as const;
  });
  return Object.fromEntries(await Promise.all(pairs));
}

async function nameOf(
  visit: Visit,
  kind: NamedKind,
  id: string,
): Promise<readonly [string, string] | undefined> {
  const contract = apis[kind].get;
  if (!visit.frame.may(contract)) return undefined;
  try {
    const { name } = await visit.read(contract, { id });
    return [id, name];
  } catch (error) {
    // Deleted meanwhile, or of another team.
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** More would be no choice but a search. */
const most = 500;

type Chosen = Exclude<NamedKind, "certificate" | "user">;

/** The fields that name a thing of a kind, as forms and filters have them. */
const fieldsOfKind: Readonly<Record<Chosen, readonly string[]>> = {
  owner: ["owner_id"],
  team: ["team_id"],
  issuer: ["issuer_id"],
  profile: ["profile_id", "certificate_profile_id"],
  policy: ["renewal_policy_id"],
  agent: ["agent_id"],
  target: ["target_id", "target_ids"],
};

const kindOf = new Map(
  Object.entries(fieldsOfKind).flatMap(([kind, fields]) =>
    fields.map((field) => [field, kind as Chosen] as const),
  ),
);

/** What may be chosen; undefined when it may not be seen. `chosen` are there already, beside what the page's address says. */
export async function choicesOf(
  visit: Visit,
  kind: Chosen,
  chosen: readonly (string | null)[] = [],
): Promise<Offer | undefined> {
  const contract = apis[kind].list;
  if (!visit.frame.may(contract)) return undefined;
  const { total } = await visit.read(contract, { per_page: 1 });
  if (total > most) return await searchOf(visit, kind, chosen);
  const list = await visit.read(contract, { per_page: most });
  const count = new Map<string, number>();
  for (const { name } of list.data) count.set(name, (count.get(name) ?? 0) + 1);
  return list.data
    .filter((it) => !("retiredAt" in it && it.retiredAt !== null))
    .map((it) => ({
      value: it.id,
      label: (count.get(it.name) ?? 0) > 1 ? `${it.name} (${it.id})` : it.name,
    }));
}

/** The names of those that are chosen, and where the others are found. */
async function searchOf(
  visit: Visit,
  kind: Chosen,
  chosen: readonly (string | null)[],
): Promise<Offer> {
  const sent = visit.frame.sent?.values ?? {};
  const given = fieldsOfKind[kind].flatMap((name) => [
    ...visit.query.getAll(name),
    ...(sent[name] ?? []),
  ]);
  const ids = [...given, ...chosen].filter((it) => it !== null && it !== "").slice(0, most);
  const names = (await namesOf(visit, { [kind]: ids }))[kind] ?? new Map<string, string>();
  const known = await Promise.all(
    [...names].map(async ([value, name]) => {
      const isOnly = (await namedSo(visit, kind, name)).length < 2;
      return { value, label: isOnly ? name : `${name} (${value})` };
    }),
  );
  return Object.assign(known, { search: apis[kind].list.path });
}

/** The ids of those that are called exactly so, as far as the first of the search go. */
async function namedSo(visit: Visit, kind: Chosen, name: string): Promise<readonly string[]> {
  const { data } = await visit.read(apis[kind].list, { q: name, per_page: 100 });
  return data.filter((it) => it.name === name).map((it) => it.id);
}

/** At most so many texts of a form are looked up: what was found by name is typed one by one. */
const mostTyped = 20;

export interface Named {
  readonly texts: Texts;
  readonly errors: readonly FieldError[];
}

/** Names where ids are asked for become those ids. What is an id, or of a kind that may not be seen, stays as it is. */
export async function toIds(visit: Visit, texts: Texts): Promise<Named> {
  const errors: FieldError[] = [];
  const entries = Object.entries(texts).map(async ([field, all]) => {
    const kind = kindOf.get(field.split(".").at(-1) ?? "");
    const isFew = all.filter((it) => it !== "").length <= mostTyped;
    if (kind === undefined || !isFew || !visit.frame.may(apis[kind].get)) return [field, all];
    const ids = await Promise.all(
      all.map(async (text) => {
        const found = await toId(visit, kind, text.trim());
        if (typeof found === "string") return found;
        errors.push({ path: field, message: found.problem });
        return text;
      }),
    );
    return [field, ids];
  });
  return { texts: Object.fromEntries(await Promise.all(entries)), errors };
}

async function toId(
  visit: Visit,
  kind: Chosen,
  text: string,
): Promise<string | { readonly problem: string }> {
  if (text === "" || text.includes("\n") || text.includes(",")) return text;
  if ((await nameOf(visit, kind, text)) !== undefined) return text;
  // As several of one name are offered.
  const [, , id] = /^(.*) \(([^()]+)\)$/.exec(text) ?? [];
  if (id !== undefined && (await nameOf(visit, kind, id)) !== undefined) return id;
  const [first, second] = await namedSo(visit, kind, text);
  if (first === undefined) return { problem: `no ${words[kind]} has this name or id` };
  if (second === undefined) return first;
  return { problem: `several have this name: choose one with its id, as “${text} (${first})”` };
}

const words: Readonly<Record<Chosen, string>> = {
  owner: "owner",
  team: "team",
  issuer: "issuer",
  profile: "profile",
  policy: "renewal policy",
  agent: "agent",
  target: "target",
};
