/** Certificate profiles. */
import type { Kysely } from "kysely";
import { invalid } from "#base/problem.ts";
import type { Tables } from "#db/tables.ts";
import { crudOperations } from "../crud-handlers.ts";
import type { Feature } from "../handler.ts";
import { profilesApi } from "./api.ts";
import { noProfile, type ProfileFields, type ProfileRules } from "./profile.ts";
import * as queries from "./queries.ts";

export const profiles: Feature = {
  name: "profiles",
  operations: crudOperations(profilesApi, {
    what: "profile",
    kind: "profile",
    defaultSort: "name",
    find: (db, id) => queries.findProfile(db, id),
    fieldsOf: queries.fieldsOf,
    viewOf: queries.profileView,
    resolve: async (_, fields: ProfileFields) => fields,
    insert: queries.insertProfile,
    update: queries.updateProfile,
    remove: (db, row) => queries.deleteProfile(db, row.pk),
    list: (db, window) => queries.listProfiles(db, window),
  }),
};

export interface Profile {
  readonly pk: number | null;
  readonly id: string | null;
  readonly rules: ProfileRules;
}

/** The profile that a new certificate names. Throws `invalid-input` when it is not there or switched off. */
export async function loadProfile(
  db: Kysely<Tables>,
  id: string | undefined,
  path: string,
): Promise<Profile> {
  if (id === undefined) return { pk: null, id: null, rules: noProfile };
  const row = await queries.findProfile(db, id);
  if (!row) throw invalid(path, `there is no profile ${id}`);
  if (row.enabled === 0) throw invalid(path, `the profile ${id} is disabled`);
  return { pk: row.pk, id: row.id, rules: queries.rulesOf(row) };
}

/** The profile of a stored certificate: today's rules, whether or not it is enabled for new ones. */
export async function profileByPk(db: Kysely<Tables>, pk: number | null): Promise<Profile> {
  const row = pk === null ? undefined : await queries.findProfileByPk(db, pk);
  if (!row) return { pk: null, id: null, rules: noProfile };
  return { pk: row.pk, id: row.id, rules: queries.rulesOf(row) };
}
