/** Names for ids and choices for selects, read as the visitor: what they may not see keeps its id. */
import type { Contract } from "#base/contract.ts";
import { Problem } from "#base/problem.ts";
import { accessApi } from "#features/access/api.ts";
import { agentsApi } from "#features/agents/api.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import { issuersApi } from "#features/issuers/api.ts";
import { ownersApi, teamsApi } from "#features/ownership/api.ts";
import { renewalPoliciesApi } from "#features/policies/api.ts";
import { profilesApi } from "#features/profiles/api.ts";
import { targetsApi } from "#features/targets/api.ts";
import type { Choice } from "#views/frame.ts";
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

/** More would be no choice but a search: the field then takes an id. */
const most = 500;

/** What may be chosen; undefined when there is too much of it, or it may not be seen. */
export async function choicesOf(
  visit: Visit,
  kind: Exclude<NamedKind, "certificate" | "user">,
): Promise<readonly Choice[] | undefined> {
  const contract = apis[kind].list;
  if (!visit.frame.may(contract)) return undefined;
  const list = await visit.read(contract, { per_page: most });
  if (list.total > most) return undefined;
  const count = new Map<string, number>();
  for (const { name } of list.data) count.set(name, (count.get(name) ?? 0) + 1);
  return list.data
    .filter((it) => !("retiredAt" in it && it.retiredAt !== null))
    .map((it) => ({
      value: it.id,
      label: (count.get(it.name) ?? 0) > 1 ? `${it.name} (${it.id})` : it.name,
    }));
}
