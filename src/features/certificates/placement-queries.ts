/** Whose a certificate is and where it goes: owner, team, targets and the agents that make its keys. */
import type { Kysely } from "kysely";
import { invalid } from "#base/problem.ts";
import type { Tables } from "#db/tables.ts";
import type { Context, TeamScope } from "../context.ts";

export interface Placement {
  readonly ownerPk: number | null;
  readonly ownerName: string | null;
  readonly teamPk: number | null;
  readonly teamId: string | null;
  readonly targetPks: readonly number[];
  readonly agentPks: readonly number[];
}

export interface Wanted {
  readonly ownerId?: string | undefined;
  readonly teamId?: string | undefined;
  readonly targetIds: readonly string[];
  readonly agentId?: string | undefined;
  /** The owner it has already: kept even where the caller does not see owners of no team or of another. */
  readonly presentOwnerId?: string | undefined;
}

type Reading = Pick<Context, "reader" | "scope">;

/** References by id to keys, as far as the caller may see them. Throws `invalid-input` naming the one that is not there. */
export async function resolvePlacement(ctx: Reading, wanted: Wanted): Promise<Placement> {
  const owner = await ownerOf(ctx, wanted);
  const team = await teamOf(ctx.reader, wanted.teamId, owner);
  const targets = await Promise.all(
    wanted.targetIds.map(async (id, index) => {
      const target = await findTarget(ctx.reader, id, ctx.scope);
      if (!target) throw invalid(`target_ids.${index}`, `there is no target ${id}`);
      return target;
    }),
  );
  const agent = wanted.agentId === undefined ? undefined : await findAgent(ctx, wanted.agentId);
  const agentPks = [...targets.map((it) => it.agent_pk), ...(agent === undefined ? [] : [agent])];
  return {
    ownerPk: owner?.pk ?? null,
    ownerName: owner?.name ?? null,
    teamPk: team.pk,
    teamId: team.id,
    targetPks: [...new Set(targets.map((it) => it.pk))],
    agentPks: [...new Set(agentPks)],
  };
}

type Owner = NonNullable<Awaited<ReturnType<typeof findOwner>>>;

/** What `owners.get` does not show is not there to be assigned either. */
async function ownerOf(ctx: Reading, wanted: Wanted): Promise<Owner | undefined> {
  const { ownerId, presentOwnerId } = wanted;
  if (ownerId === undefined) return undefined;
  const owner = await findOwner(
    ctx.reader,
    ownerId,
    ownerId === presentOwnerId ? "all" : ctx.scope,
  );
  if (!owner) throw invalid("owner_id", `there is no owner ${ownerId}`);
  return owner;
}

async function findOwner(db: Kysely<Tables>, id: string, scope: TeamScope) {
  const query = db
    .selectFrom("owners")
    .leftJoin("teams", "teams.pk", "owners.team_pk")
    .select(["owners.pk", "owners.name", "owners.team_pk", "teams.id as team_id"])
    .where("owners.id", "=", id);
  return await (scope === "all"
    ? query
    : query.where("owners.team_pk", "in", scope)
  ).executeTakeFirst();
}

/** The team that is named, else the owner's. */
async function teamOf(
  db: Kysely<Tables>,
  id: string | undefined,
  owner: Owner | undefined,
): Promise<{ readonly pk: number | null; readonly id: string | null }> {
  if (id === undefined) return { pk: owner?.team_pk ?? null, id: owner?.team_id ?? null };
  const row = await db
    .selectFrom("teams")
    .select(["pk", "id"])
    .where("id", "=", id)
    .executeTakeFirst();
  if (!row) throw invalid("team_id", `there is no team ${id}`);
  return row;
}

async function findTarget(db: Kysely<Tables>, id: string, scope: TeamScope) {
  const query = db
    .selectFrom("targets")
    .innerJoin("agents", "agents.pk", "targets.agent_pk")
    .select(["targets.pk", "targets.agent_pk"])
    .where("targets.id", "=", id)
    .where("targets.retired_at", "is", null);
  return await (scope === "all"
    ? query
    : query.where("agents.team_pk", "in", scope)
  ).executeTakeFirst();
}

async function findAgent(ctx: Reading, id: string): Promise<number> {
  const query = ctx.reader
    .selectFrom("agents")
    .select("pk")
    .where("id", "=", id)
    .where("retired_at", "is", null);
  const row = await (ctx.scope === "all"
    ? query
    : query.where("team_pk", "in", ctx.scope)
  ).executeTakeFirst();
  if (!row) throw invalid("agent_id", `there is no agent ${id}`);
  return row.pk;
}
