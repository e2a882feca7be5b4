/** SQL on sessions, and on when they and API keys were last used. */
import type { Kysely, Selectable } from "kysely";
import { type Instant, later } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import type { Actor } from "../context.ts";
import { loadGrants } from "./grant-queries.ts";
import { sessionIdle } from "./principal.ts";

type Db = Kysely<Tables>;

export async function insertSession(
  db: Db,
  session: Omit<Selectable<Tables["sessions"]>, "pk">,
): Promise<void> {
  await db.insertInto("sessions").values(session).execute();
}

export async function endSessions(db: Db, userPk: number): Promise<void> {
  await db.deleteFrom("sessions").where("user_pk", "=", userPk).execute();
}

/** Not the token, and of no use to make it: the beginning of its hash. */
const sessionId = (tokenHash: Uint8Array): string =>
  `ses-${Buffer.from(tokenHash).toString("hex").slice(0, 16)}`;

const mostSessions = 200;

/** Those that still hold, the last used first. */
export async function listSessions(db: Db, userPk: number, now: Instant) {
  const rows = await db
    .selectFrom("sessions")
    .selectAll()
    .where("user_pk", "=", userPk)
    .where("expires_at", ">", now)
    .where("last_seen_at", ">", later(now, -sessionIdle))
    .orderBy("last_seen_at", "desc")
    .limit(mostSessions)
    .execute();
  return rows.map((row) => ({
    id: sessionId(row.token_hash),
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    address: row.address,
    userAgent: row.user_agent,
  }));
}

/** False where the user has no such session. */
export async function endSession(db: Db, userPk: number, id: string): Promise<boolean> {
  const rows = await db
    .selectFrom("sessions")
    .select(["pk", "token_hash"])
    .where("user_pk", "=", userPk)
    .execute();
  const found = rows.find((row) => sessionId(row.token_hash) === id);
  if (!found) return false;
  await db.deleteFrom("sessions").where("pk", "=", found.pk).execute();
  return true;
}

export async function deleteExpiredSessions(db: Db, now: Instant): Promise<number> {
  const result = await db
    .deleteFrom("sessions")
    .where((eb) =>
      eb.or([eb("expires_at", "<", now), eb("last_seen_at", "<", later(now, -sessionIdle))]),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** The signed-in user of a session token, unless it ended, idled out, or the user may not sign in any more. */
export async function actorOfSession(
  db: Db,
  tokenHash: Uint8Array,
  now: Instant,
): Promise<{ actor: Actor; sessionPk: number } | undefined> {
  const row = await db
    .selectFrom("sessions")
    .innerJoin("users", "users.pk", "sessions.user_pk")
    .select(["sessions.pk as sessionPk", "users.pk", "users.id", "users.name"])
    .where("sessions.token_hash", "=", tokenHash)
    .where("sessions.expires_at", ">", now)
    .where("sessions.last_seen_at", ">", later(now, -sessionIdle))
    .where("users.disabled_at", "is", null)
    .executeTakeFirst();
  if (!row) return undefined;
  const grants = await loadGrants(db, "user_pk", row.pk);
  const actor: Actor = { type: "user", id: row.id, name: row.name, pk: row.pk, grants };
  return { actor, sessionPk: row.sessionPk };
}

/** Writes coalesced last uses; called once a minute. */
export async function saveUses(
  db: Db,
  keys: ReadonlyMap<number, { at: Instant; address: string | null }>,
  sessions: ReadonlyMap<number, Instant>,
): Promise<void> {
  for (const [pk, use] of keys) {
    await db
      .updateTable("api_keys")
      .set({ last_used_at: use.at, last_used_address: use.address })
      .where("pk", "=", pk)
      .execute();
  }
  for (const [pk, at] of sessions) {
    await db.updateTable("sessions").set({ last_seen_at: at }).where("pk", "=", pk).execute();
  }
}
