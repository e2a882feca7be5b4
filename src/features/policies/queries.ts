/** SQL on renewal policies. */
import type { Kysely, Selectable } from "kysely";
import { z } from "zod";
import type { Window } from "#base/page.ts";
import { Lost } from "#base/problem.ts";
import type { Instant } from "#base/time.ts";
import { json, parseJson } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import { type Listing, listPage } from "../list.ts";
import {
  defaultPolicy,
  type RenewalPolicyFields,
  type RenewalPolicyView,
} from "./renewal-policy.ts";

type Db = Kysely<Tables>;
export type PolicyRow = Selectable<Tables["renewal_policies"]>;

export const fieldsOf = (row: PolicyRow): RenewalPolicyFields => ({
  name: row.name,
  renewalWindowDays: row.renewal_window_days,
  lifetimeSharePercent: row.lifetime_share_percent ?? defaultPolicy.lifetimeSharePercent,
  autoRenew: row.auto_renew === 1,
  maxRetries: row.max_retries,
  retryIntervalSeconds: row.retry_interval_seconds,
  alertThresholdsDays: parseJson(row.alert_thresholds_days, z.array(z.int())),
});

export const policyView = (row: PolicyRow): RenewalPolicyView => ({
  id: row.id,
  ...fieldsOf(row),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  revision: row.revision,
});

export async function findPolicy(db: Db, id: string): Promise<PolicyRow | undefined> {
  return await db
    .selectFrom("renewal_policies")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
}

export async function findPolicyByPk(db: Db, pk: number): Promise<PolicyRow | undefined> {
  return await db
    .selectFrom("renewal_policies")
    .selectAll()
    .where("pk", "=", pk)
    .executeTakeFirst();
}

function columns(it: RenewalPolicyFields) {
  return {
    name: it.name,
    renewal_window_days: it.renewalWindowDays,
    lifetime_share_percent: it.lifetimeSharePercent,
    auto_renew: it.autoRenew ? (1 as const) : (0 as const),
    max_retries: it.maxRetries,
    retry_interval_seconds: it.retryIntervalSeconds,
    alert_thresholds_days: json(it.alertThresholdsDays),
  };
}

export async function insertPolicy(
  db: Db,
  id: string,
  it: RenewalPolicyFields,
  now: Instant,
): Promise<void> {
  await db
    .insertInto("renewal_policies")
    .values({ id, ...columns(it), revision: 1, created_at: now, updated_at: now })
    .execute();
}

export async function updatePolicy(
  db: Db,
  row: PolicyRow,
  it: RenewalPolicyFields,
  now: Instant,
): Promise<void> {
  const result = await db
    .updateTable("renewal_policies")
    .set({ ...columns(it), revision: row.revision + 1, updated_at: now })
    .where("pk", "=", row.pk)
    .where("revision", "=", row.revision)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new Lost("the renewal policy");
}

export async function deletePolicy(db: Db, pk: number): Promise<void> {
  await db.deleteFrom("renewal_policies").where("pk", "=", pk).execute();
}

export async function listPolicies(db: Db, window: Window): Promise<Listing<RenewalPolicyView>> {
  return await listPage(
    {
      window,
      key: "renewal_policies.pk",
      columns: {
        name: { ref: "renewal_policies.name" },
        created_at: { ref: "renewal_policies.created_at" },
      },
      search: ["renewal_policies.name", "renewal_policies.id"],
      matching: db.selectFrom("renewal_policies"),
      rows: db.selectFrom("renewal_policies").selectAll(),
    },
    policyView,
  );
}
