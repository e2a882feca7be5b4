/** SQL on profiles. */
import type { Kysely, Selectable } from "kysely";
import type { Window } from "#base/page.ts";
import { Lost } from "#base/problem.ts";
import type { Instant } from "#base/time.ts";
import { json, parseJson } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import { type Listing, listPage } from "../list.ts";
import { type ProfileFields, ProfileRules, type ProfileView } from "./profile.ts";

type Db = Kysely<Tables>;
export type ProfileRow = Selectable<Tables["profiles"]>;

export const rulesOf = (row: ProfileRow): ProfileRules => parseJson(row.rules, ProfileRules);

export const fieldsOf = (row: ProfileRow): ProfileFields => ({
  name: row.name,
  description: row.description,
  enabled: row.enabled === 1,
  ...rulesOf(row),
});

export const profileView = (row: ProfileRow): ProfileView => ({
  id: row.id,
  ...fieldsOf(row),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  revision: row.revision,
});

export async function findProfile(db: Db, id: string): Promise<ProfileRow | undefined> {
  return await db.selectFrom("profiles").selectAll().where("id", "=", id).executeTakeFirst();
}

export async function findProfileByPk(db: Db, pk: number): Promise<ProfileRow | undefined> {
  return await db.selectFrom("profiles").selectAll().where("pk", "=", pk).executeTakeFirst();
}

function columns(it: ProfileFields) {
  const { name, description, enabled, ...rules } = it;
  return {
    name,
    description,
    enabled: enabled ? (1 as const) : (0 as const),
    rules: json(rules),
  };
}

export async function insertProfile(
  db: Db,
  id: string,
  it: ProfileFields,
  now: Instant,
): Promise<void> {
  await db
    .insertInto("profiles")
    .values({ id, ...columns(it), revision: 1, created_at: now, updated_at: now })
    .execute();
}

export async function updateProfile(
  db: Db,
  row: ProfileRow,
  it: ProfileFields,
  now: Instant,
): Promise<void> {
  const result = await db
    .updateTable("profiles")
    .set({ ...columns(it), revision: row.revision + 1, updated_at: now })
    .where("pk", "=", row.pk)
    .where("revision", "=", row.revision)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new Lost("the profile");
}

export async function deleteProfile(db: Db, pk: number): Promise<void> {
  await db.deleteFrom("profiles").where("pk", "=", pk).execute();
}

export async function listProfiles(db: Db, window: Window): Promise<Listing<ProfileView>> {
  return await listPage(
    {
      window,
      key: "profiles.pk",
      columns: { name: { ref: "profiles.name" }, created_at: { ref: "profiles.created_at" } },
      search: ["profiles.name", "profiles.id"],
      matching: db.selectFrom("profiles"),
      rows: db.selectFrom("profiles").selectAll(),
    },
    profileView,
  );
}
