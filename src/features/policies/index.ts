/** Renewal policies. */
import type { Kysely } from "kysely";
import { invalid } from "#base/problem.ts";
import type { Tables } from "#db/tables.ts";
import { crudOperations } from "../crud-handlers.ts";
import type { Feature } from "../handler.ts";
import { renewalPoliciesApi } from "./api.ts";
import * as queries from "./queries.ts";
import { defaultPolicy, type RenewalPolicyFields } from "./renewal-policy.ts";

export const policies: Feature = {
  name: "policies",
  operations: crudOperations(renewalPoliciesApi, {
    what: "renewal policy",
    kind: "renewalPolicy",
    defaultSort: "name",
    find: (db, id) => queries.findPolicy(db, id),
    fieldsOf: queries.fieldsOf,
    viewOf: queries.policyView,
    resolve: async (_, fields: RenewalPolicyFields) => fields,
    insert: queries.insertPolicy,
    update: queries.updatePolicy,
    remove: (db, row) => queries.deletePolicy(db, row.pk),
    list: (db, window) => queries.listPolicies(db, window),
  }),
};

export interface Policy {
  readonly pk: number | null;
  readonly fields: RenewalPolicyFields;
}

/** The policy a new certificate names. Throws `invalid-input`. */
export async function loadPolicy(
  db: Kysely<Tables>,
  id: string | undefined,
  path: string,
): Promise<Policy> {
  if (id === undefined) return { pk: null, fields: defaultPolicy };
  const row = await queries.findPolicy(db, id);
  if (!row) throw invalid(path, `there is no renewal policy ${id}`);
  return { pk: row.pk, fields: queries.fieldsOf(row) };
}

export async function policyByPk(db: Kysely<Tables>, pk: number | null): Promise<Policy> {
  const row = pk === null ? undefined : await queries.findPolicyByPk(db, pk);
  return row ? { pk: row.pk, fields: queries.fieldsOf(row) } : { pk: null, fields: defaultPolicy };
}
