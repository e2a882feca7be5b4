/** SQL on join tokens. */
import { type Kysely, type Selectable, sql } from "kysely";
import type { Instant } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import type { TeamScope } from "../context.ts";

type Db = Kysely<Tables>;

export async function insertJoinToken(
  db: Db,
  token: {
    id: string;
    name: string | null;
    hash: Uint8Array;
    teamPk: number | null;
    createdBy: string;
    expiresAt: Instant;
    now: Instant;
  },
): Promise<void> {
  await db
    .insertInto("join_tokens")
    .values({
      id: token.id,
      name: token.name,
      hash: token.hash,
      team_pk: token.teamPk,
      created_by: token.createdBy,
      expires_at: token.expiresAt,
      used_at: null,
      agent_pk: null,
      created_at: token.now,
    })
    .execute();
}

export async function findJoinToken(
  db: Db,
  hash: Uint8Array,
): Promise<Selectable<Tables["join_tokens"]> | undefined> {
  return await db.selectFrom("join_tokens").selectAll().where("hash", "=", hash).executeTakeFirst();
}

/** A token by its public id, with the agent that used it. */
export async function findTokenById(db: Db, id: string, scope: TeamScope) {
  const query = db
    .selectFrom("join_tokens")
    .leftJoin("agents", "agents.pk", "join_tokens.agent_pk")
    .where("join_tokens.id", "=", id)
    .select([
      "join_tokens.name",
      "join_tokens.expires_at",
      "join_tokens.used_at",
      "agents.id as agent_id",
      sql<string | null>`coalesce(agents.retired_name, agents.name)`.as("agent_name"),
    ]);
  return await (scope === "all"
    ? query
    : query.where("join_tokens.team_pk", "in", scope)
  ).executeTakeFirst();
}

/** Uses a token up. False when it was used meanwhile. */
export async function useJoinToken(
  db: Db,
  pk: number,
  agentPk: number,
  now: Instant,
): Promise<boolean> {
  const result = await db
    .updateTable("join_tokens")
    .set({ used_at: now, agent_pk: agentPk })
    .where("pk", "=", pk)
    .where("used_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
