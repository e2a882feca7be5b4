/** SQL on teams and owners. */
import type { Kysely } from "kysely";
import type { Window } from "#base/page.ts";
import { Lost } from "#base/problem.ts";
import type { Instant } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import type { TeamScope } from "../context.ts";
import { type Listing, listPage } from "../list.ts";
import type { OwnerView, TeamView } from "./ownership.ts";

type Db = Kysely<Tables>;

const teamColumns = [
  "pk",
  "id",
  "name",
  "description",
  "created_at",
  "updated_at",
  "revision",
] as const;

export interface TeamRow {
  pk: number;
  id: string;
  name: string;
  description: string;
  created_at: Instant;
  updated_at: Instant;
  revision: number;
}

export const teamView = (row: TeamRow): TeamView => ({
  id: row.id,
  name: row.name,
  description: row.description,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  revision: row.revision,
});

export async function findTeam(db: Db, id: string): Promise<TeamRow | undefined> {
  return await db.selectFrom("teams").select(teamColumns).where("id", "=", id).executeTakeFirst();
}

export async function insertTeam(
  db: Db,
  id: string,
  team: { name: string; description: string },
  now: Instant,
): Promise<void> {
  await db
    .insertInto("teams")
    .values({
      id,
      name: team.name,
      description: team.description,
      revision: 1,
      created_at: now,
      updated_at: now,
    })
    .execute();
}

export async function updateTeam(
  db: Db,
  team: TeamRow,
  change: { name: string; description: string },
  now: Instant,
): Promise<void> {
  const result = await db
    .updateTable("teams")
    .set({
      name: change.name,
      description: change.description,
      revision: team.revision + 1,
      updated_at: now,
    })
    .where("pk", "=", team.pk)
    .where("revision", "=", team.revision)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new Lost("the team");
}

export async function deleteRow(db: Db, table: "teams" | "owners", pk: number): Promise<void> {
  await db.deleteFrom(table).where("pk", "=", pk).execute();
}

export async function listTeams(db: Db, window: Window): Promise<Listing<TeamView>> {
  return await listPage(
    {
      window,
      key: "teams.pk",
      columns: { name: { ref: "teams.name" }, created_at: { ref: "teams.created_at" } },
      search: ["teams.name", "teams.id"],
      matching: db.selectFrom("teams"),
      rows: db.selectFrom("teams").select(teamColumns),
    },
    teamView,
  );
}

export interface OwnerRow {
  pk: number;
  id: string;
  name: string;
  email: string;
  team_pk: number | null;
  team_id: string | null;
  created_at: Instant;
  updated_at: Instant;
  revision: number;
}

export const ownerView = (row: OwnerRow): OwnerView => ({
  id: row.id,
  name: row.name,
  email: row.email,
  teamId: row.team_id,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  revision: row.revision,
});

function owners(db: Db, scope: TeamScope) {
  const query = db.selectFrom("owners").leftJoin("teams", "teams.pk", "owners.team_pk");
  return scope === "all" ? query : query.where("owners.team_pk", "in", scope);
}

const ownerColumns = [
  "owners.pk",
  "owners.id",
  "owners.name",
  "owners.email",
  "owners.team_pk",
  "teams.id as team_id",
  "owners.created_at",
  "owners.updated_at",
  "owners.revision",
] as const;

export async function findOwner(
  db: Db,
  id: string,
  scope: TeamScope,
): Promise<OwnerRow | undefined> {
  return await owners(db, scope)
    .select(ownerColumns)
    .where("owners.id", "=", id)
    .executeTakeFirst();
}

export async function insertOwner(
  db: Db,
  id: string,
  owner: { name: string; email: string; team_pk: number | null },
  now: Instant,
): Promise<void> {
  await db
    .insertInto("owners")
    .values({
      id,
      ...owner,
      revision: 1,
      created_at: now,
      updated_at: now,
    })
    .execute();
}

export async function updateOwner(
  db: Db,
  owner: OwnerRow,
  change: { name: string; email: string; team_pk: number | null },
  now: Instant,
): Promise<void> {
  const result = await db
    .updateTable("owners")
    .set({ ...change, revision: owner.revision + 1, updated_at: now })
    .where("pk", "=", owner.pk)
    .where("revision", "=", owner.revision)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new Lost("the owner");
}

export async function listOwners(
  db: Db,
  window: Window,
  filter: { scope: TeamScope; teamId?: string | undefined },
): Promise<Listing<OwnerView>> {
  const seen = owners(db, filter.scope);
  const matching = filter.teamId === undefined ? seen : seen.where("teams.id", "=", filter.teamId);
  return await listPage(
    {
      window,
      key: "owners.pk",
      columns: { name: { ref: "owners.name" }, created_at: { ref: "owners.created_at" } },
      search: ["owners.name", "owners.id", "owners.email"],
      matching,
      rows: matching.select(ownerColumns),
    },
    ownerView,
  );
}
