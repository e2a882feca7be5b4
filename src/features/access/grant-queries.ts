/** SQL on the roles of users and API keys. */
import type { Kysely } from "kysely";
import type { Role } from "#base/permission.ts";
import { statement } from "#db/statement.ts";
import type { Tables } from "#db/tables.ts";
import type { Grant } from "../context.ts";

type Db = Kysely<Tables>;
type Owner = "user_pk" | "api_key_pk";

export interface NewGrant {
  readonly role: Role;
  readonly teamPk: number | null;
}

export async function replaceGrants(
  db: Db,
  owner: Owner,
  pk: number,
  grants: readonly NewGrant[],
): Promise<void> {
  await db.deleteFrom("grants").where(owner, "=", pk).execute();
  if (grants.length === 0) return;
  await db
    .insertInto("grants")
    .values(
      grants.map((grant) => ({
        user_pk: owner === "user_pk" ? pk : null,
        api_key_pk: owner === "api_key_pk" ? pk : null,
        role: grant.role,
        team_pk: grant.teamPk,
      })),
    )
    .execute();
}

const grantsOf = {
  user_pk: statement((db, it: { readonly pk: number }) =>
    db.selectFrom("grants").select(["role", "team_pk"]).where("user_pk", "=", it.pk),
  ),
  api_key_pk: statement((db, it: { readonly pk: number }) =>
    db.selectFrom("grants").select(["role", "team_pk"]).where("api_key_pk", "=", it.pk),
  ),
};

export async function loadGrants(db: Db, owner: Owner, pk: number): Promise<readonly Grant[]> {
  const { rows } = await grantsOf[owner](db, { pk });
  // The column holds what `replaceGrants` wrote: members of the closed set.
  return rows.map((row) => ({ role: row.role as Role, teamPk: row.team_pk }));
}

export async function grantViews(db: Db, owner: Owner, pk: number) {
  const rows = await db
    .selectFrom("grants")
    .leftJoin("teams", "teams.pk", "grants.team_pk")
    .select(["grants.role", "teams.id as teamId"])
    .where(`grants.${owner}`, "=", pk)
    .execute();
  return rows.map((row) => ({ role: row.role as Role, teamId: row.teamId }));
}

export async function findTeamPk(db: Db, id: string): Promise<number | undefined> {
  const row = await db.selectFrom("teams").select("pk").where("id", "=", id).executeTakeFirst();
  return row?.pk;
}

export async function findTeamId(db: Db, pk: number): Promise<string | null> {
  const row = await db.selectFrom("teams").select("id").where("pk", "=", pk).executeTakeFirst();
  return row?.id ?? null;
}
