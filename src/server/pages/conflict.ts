/** A form that changes a thing carries what it was made with, so that somebody else's change is neither lost nor hidden. */
import { z } from "zod";
import { resourceType } from "#base/contract.ts";
import { invalid } from "#base/problem.ts";
import { contracts } from "#features/apis.ts";
import { auditApi } from "#features/audit/api.ts";
import { choiceOf } from "#views/conflict.tsx";
import type { Field } from "#views/fields.ts";
import type { SentForm, Texts } from "#views/frame.ts";
import { partOf } from "#views/merge.ts";
import type { Posted } from "./posted.ts";
import { type Request, type Site, type Visitor, visitOf } from "./site.ts";

export const TextsSchema = z.record(z.string(), z.array(z.string()));

/** The texts that a form was made with. Throws `invalid-input` when they are not what our own page wrote. */
export function baseIn(text: string | undefined): Texts | undefined {
  if (text === undefined) return undefined;
  try {
    const read = TextsSchema.safeParse(JSON.parse(text));
    if (read.success) return read.data;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalid("_base", "is not what the page wrote: load it again");
}

/** What a choice between two values gives to theirs takes their value, which the form was made with. */
export function settle(
  fields: readonly Field[],
  it: { readonly texts: Texts; readonly base: Texts; readonly control: Posted["control"] },
): Texts {
  const chosen = allFields(fields).filter(
    ({ name }) => it.control[`${choiceOf.slice(1)}${name}`] === "theirs",
  );
  const texts: Record<string, readonly string[]> = { ...it.texts };
  for (const field of chosen) {
    for (const name of Object.keys(partOf(field, texts))) delete texts[name];
    // A part of a configuration is sent with the rest of it; anything else stays as it is when it is not sent.
    if (field.name.includes(".")) {
      Object.assign(texts, { [field.name]: [""] }, partOf(field, it.base));
    }
  }
  return texts;
}

const allFields = (fields: readonly Field[]): readonly Field[] =>
  fields.flatMap((it) => (it.control === "group" ? allFields(it.fields) : [it]));

/** Who changed it last, from the audit trail, where the visitor may see that. */
export async function lastChange(
  site: Site,
  c: Request,
  visitor: Visitor,
  { contract, input }: Posted,
): Promise<SentForm["changed"]> {
  const at = { path: "/", query: new URLSearchParams(), params: {}, sent: undefined };
  const visit = visitOf(site, c, visitor, at);
  const id = input.raw["id"];
  if (typeof id !== "string" || !visit.frame.may(auditApi.list)) return undefined;
  const { data } = await visit.read(auditApi.list, {
    resource_id: id,
    outcome: "success",
    per_page: 20,
  });
  const type = resourceType(contract);
  const reads: ReadonlySet<string> = new Set(
    contracts.filter((it) => it.effect === "read").map((it) => it.name),
  );
  const last = data.find((it) => !reads.has(it.action) && it.resourceType === type);
  return last && { name: last.actor, at: last.timestamp };
}
