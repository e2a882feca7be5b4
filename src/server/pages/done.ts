/** What the page after a form says: what was done to which thing, and how it is taken back. It travels in a cookie. */
import { z } from "zod";
import { type Contract, resourceType } from "#base/contract.ts";
import { Problem } from "#base/problem.ts";
import { accessApi } from "#features/access/api.ts";
import { agentsApi } from "#features/agents/api.ts";
import { contracts } from "#features/apis.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import { issuersApi } from "#features/issuers/api.ts";
import { ownersApi, teamsApi } from "#features/ownership/api.ts";
import { renewalPoliciesApi } from "#features/policies/api.ts";
import { profilesApi } from "#features/profiles/api.ts";
import { targetsApi } from "#features/targets/api.ts";
import type { Texts } from "#views/frame.ts";
import { changedFrom } from "#views/merge.ts";
import type { DoneView } from "#views/toast.tsx";
import { TextsSchema } from "./conflict.ts";
import { secretNames } from "./form-input.ts";
import type { Visit } from "./page.ts";
import type { Posted } from "./posted.ts";

export const doneCookie = "__Host-certctl-done";

const Done = z.strictObject({
  operation: z.string(),
  name: z.string(),
  /** It waits for approval. */
  isDeferred: z.boolean().optional(),
  /** It took something back. */
  isUndo: z.boolean(),
  undo: z.object({ values: TextsSchema, revision: z.int().optional() }).optional(),
});
export type Done = z.output<typeof Done>;

/** Browsers keep 4,096 octets of a cookie with its name (RFC 6265, section 6.1). What is longer cannot be taken back. */
const most = 3_500;

export function toCookie(it: Done): string {
  const { undo, ...rest } = { ...it, name: it.name.slice(0, 200) };
  const whole = encoded({ ...rest, ...(undo ? { undo } : {}) });
  return whole.length <= most ? whole : encoded(rest);
}

const encoded = (it: Done): string => Buffer.from(JSON.stringify(it)).toString("base64url");

/** Undefined: there is none, or it is not one of ours. */
export function fromCookie(text: string | undefined): DoneView | undefined {
  if (text === undefined) return undefined;
  const carried = read(text);
  const contract = contracts.find((it) => it.name === carried?.operation);
  if (!carried || !contract) return undefined;
  const back = contract.undo ?? (carried.undo ? contract.name : undefined);
  const reverse = carried.isUndo ? undefined : contracts.find((it) => it.name === back);
  return {
    text: sentenceOf(contract, carried),
    undo: reverse && carried.undo ? { contract: reverse, ...carried.undo } : undefined,
  };
}

function read(text: string): Done | undefined {
  try {
    return Done.safeParse(JSON.parse(Buffer.from(text, "base64url").toString("utf8"))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `shop.example.org was archived.`; without a name `The certificate was archived.` */
function sentenceOf(contract: Contract, { name, isUndo, isDeferred }: Done): string {
  if (isDeferred) return "What you asked for waits for approval.";
  const done = contract.done ?? `${contract.summary}: done`;
  const template = isUndo && contract.method === "PATCH" ? "{} is as it was before" : done;
  const kind = kinds[resourceType(contract)]?.one ?? "thing";
  const unnamed = template.startsWith("{}") ? `The ${kind}` : `the ${kind}`;
  return `${template.replace("{}", () => (name === "" ? unnamed : name))}.`;
}

interface Kind {
  readonly one: string;
  readonly get?: Contract;
}

const kinds: Readonly<Record<string, Kind | undefined>> = {
  certificates: { one: "certificate", get: certificatesApi.get },
  targets: { one: "target", get: targetsApi.get },
  agents: { one: "agent", get: agentsApi.get },
  issuers: { one: "issuer", get: issuersApi.get },
  owners: { one: "owner", get: ownersApi.get },
  teams: { one: "team", get: teamsApi.get },
  profiles: { one: "profile", get: profilesApi.get },
  renewal_policies: { one: "renewal policy", get: renewalPoliciesApi.get },
  users: { one: "user", get: accessApi.getUser },
  jobs: { one: "job" },
  schedules: { one: "schedule" },
  views: { one: "view" },
  api_keys: { one: "API key" },
};

/** The name of the thing that a form is about, before it is sent: afterwards it may be gone. */
export async function nameBefore(visit: Visit, contract: Contract, id: unknown): Promise<string> {
  const get = kinds[resourceType(contract)]?.get;
  if (!get || typeof id !== "string" || !visit.frame.may(get)) return "";
  try {
    return nameIn(await visit.read(get, { id })) ?? "";
  } catch (error) {
    // The operation itself says what is wrong with the id.
    if (error instanceof Problem) return "";
    throw error;
  }
}

export function nameIn(result: unknown): string | undefined {
  const name: unknown =
    typeof result === "object" && result !== null ? Reflect.get(result, "name") : undefined;
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** What an operation is taken back with; undefined where nothing does. */
export function undoOf(posted: Posted, result: object): Done["undo"] {
  const { contract, fields, texts } = posted;
  const id: unknown = Reflect.get(result, "id");
  if (typeof id !== "string") return undefined;
  if (contract.undo !== undefined) return { values: { id: [id] } };
  if (contract.method !== "PATCH" || posted.base === undefined) return undefined;
  // What a secret was before is in no form.
  if (secretNames(fields).some((name) => texts[name]?.some((it) => it !== ""))) return undefined;
  const changed = changedFrom(fields, { base: posted.base, mine: texts });
  if (Object.keys(changed).length === 0) return undefined;
  const values = { ...wholesOf(changed, posted), ...changed, id: [id] };
  const revision: unknown = Reflect.get(result, "revision");
  return {
    values: Object.fromEntries(Object.entries(values).map(([name, all]) => [name, [...all]])),
    ...(typeof revision === "number" ? { revision } : {}),
  };
}

/** A part of a configuration is sent with all of it, and with the type that says what its parts are. */
function wholesOf(changed: Texts, { base = {}, texts }: Posted): Texts {
  const isPart = (name: string) => name.startsWith("config.");
  if (!Object.keys(changed).some(isPart)) return {};
  const parts = Object.entries(base).filter(([name]) => isPart(name));
  return { ...Object.fromEntries(parts), ...(texts["type"] ? { type: texts["type"] } : {}) };
}
