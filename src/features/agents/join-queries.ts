/** SQL on join tokens. */
import type { Kysely, Selectable } from "kysely";
import type { Instant } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";

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
