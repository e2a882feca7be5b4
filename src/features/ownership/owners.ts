/** Owners: the people and addresses that answer for certificates. */
import { invalid } from "#base/problem.ts";
import { type Context, requireTeam } from "../context.ts";
import { crudOperations } from "../crud-handlers.ts";
import { ownersApi } from "./api.ts";
import * as queries from "./queries.ts";

/** The team's key, or null without one; checked against what the caller may write. */
export async function resolveTeam(
  ctx: Pick<Context, "reader" | "scope">,
  teamId: string | null | undefined,
): Promise<number | null> {
  const team = teamId ? await queries.findTeam(ctx.reader, teamId) : undefined;
  if (teamId && !team) throw invalid("team_id", `there is no team ${teamId}`);
  const teamPk = team?.pk ?? null;
  requireTeam(ctx.scope, teamPk);
  return teamPk;
}

interface Fields {
  readonly name: string;
  readonly email: string;
  readonly teamId?: string | undefined;
}

export const ownerOperations = crudOperations(ownersApi, {
  what: "owner",
  kind: "owner",
  defaultSort: "name",
  find: queries.findOwner,
  fieldsOf: (row): Fields => ({
    name: row.name,
    email: row.email,
    teamId: row.team_id ?? undefined,
  }),
  viewOf: queries.ownerView,
  resolve: async (ctx, fields) => ({
    name: fields.name,
    email: fields.email,
    team_pk: await resolveTeam(ctx, fields.teamId),
  }),
  insert: queries.insertOwner,
  update: queries.updateOwner,
  remove: (db, row) => queries.deleteRow(db, "owners", row.pk),
  list: (db, window, filter: { scope: Context["scope"]; teamId?: string | undefined }) =>
    queries.listOwners(db, window, filter),
  teamOf: (it) => it.team_pk,
});
