/** SQL of what has how many certificates: each count is a range of one index, and ends at a bound. */
import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { Instant } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import type { TeamScope } from "../context.ts";
import type { Usage, UsedBy } from "./usage-api.ts";

type Db = Kysely<Tables>;

/** The table of the things, and the column of certificates that refers to them. */
const places = {
  owner: ["owners", "owner_pk"],
  team: ["teams", "team_pk"],
  profile: ["profiles", "profile_pk"],
  policy: ["renewal_policies", "renewal_policy_pk"],
} as const satisfies Record<UsedBy, readonly [keyof Tables, keyof Tables["certificates"]]>;

export interface Asked {
  readonly by: UsedBy;
  readonly ids: readonly string[];
  readonly scope: TeamScope;
  readonly now: Instant;
  /** Where counting ends. */
  readonly most: number;
}

const teamsIn = (scope: TeamScope, column: string): RawBuilder<SqlBool> => {
  if (scope === "all") return sql<SqlBool>`1 = 1`;
  return scope.length === 0
    ? sql<SqlBool>`1 = 0`
    : sql<SqlBool>`${sql.ref(column)} in (${sql.join(scope)})`;
};

/** `certificateHasStatus` in the words of these indexes: what ended is behind its time of expiring in any activity. */
const conditions = (now: Instant) => {
  const open = sql`archived_at is null`;
  const standing = sql`${open} and revoked_at is null`;
  return {
    used: open,
    failed: sql`${standing} and activity = 'failed' and (not_after is null or not_after >= ${now})`,
    expired: sql`${standing} and activity in ('idle', 'issuing', 'renewing', 'failed')
      and expiring_at <= ${now} and not_after < ${now}`,
    expiring: sql`${standing} and activity = 'idle' and expiring_at <= ${now} and not_after >= ${now}`,
    archived: sql`archived_at is not null`,
  };
};

/** In no order; what is not there, or is of another team, is missing. */
export async function countUses(db: Db, asked: Asked): Promise<readonly Usage[]> {
  const { rows } = await usesQuery(asked).execute(db);
  return rows.map((row) => ({
    id: row.id,
    used: Number(row.used),
    failed: Number(row.failed),
    expired: Number(row.expired),
    expiring: Number(row.expiring),
    archived: Number(row.archived),
  }));
}

/** The statement of `countUses`: its plan is a promise of its own. */
export function usesQuery(asked: Asked): RawBuilder<Usage> {
  const { by, ids, scope, now, most } = asked;
  const [table, column] = places[by];
  const count = (condition: RawBuilder<unknown>) => sql<number>`(select count(*) from (
    select 1 from certificates
    where certificates.${sql.ref(column)} = things.pk and ${condition}
      and ${teamsIn(scope, "certificates.team_pk")}
    limit ${most}) as counted)`;
  const { used, failed, expired, expiring, archived } = conditions(now);
  return sql<Usage>`select things.id, ${count(used)} as used, ${count(failed)} as failed,
    ${count(expired)} as expired, ${count(expiring)} as expiring, ${count(archived)} as archived
    from ${sql.table(table)} as things
    where things.id in (${sql.join(ids)}) and ${visible(by, scope)}`;
}

/** Profiles and policies belong to nobody; of teams and owners those of the caller's teams are seen. */
function visible(by: UsedBy, scope: TeamScope): RawBuilder<SqlBool> {
  if (by === "owner") return teamsIn(scope, "things.team_pk");
  return by === "team" ? teamsIn(scope, "things.pk") : sql<SqlBool>`1 = 1`;
}
