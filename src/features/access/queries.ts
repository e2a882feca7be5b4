/** SQL on users, API keys, sessions and grants. */
import type { Kysely, Selectable } from "kysely";
import type { z } from "zod";
import type { Window } from "#base/page.ts";
import type { Role } from "#base/permission.ts";
import { Lost } from "#base/problem.ts";
import { type Instant, later } from "#base/time.ts";
import { statement } from "#db/statement.ts";
import type { Tables } from "#db/tables.ts";
import type { Actor, Grant } from "../context.ts";
import { type Listing, listPage } from "../list.ts";
import { type ApiKeyView, sessionIdle, type UserView } from "./principal.ts";

type Db = Kysely<Tables>;
type Owner = "user_pk" | "api_key_pk";

export interface NewGrant {
  readonly role: Role;
  readonly teamPk: number | null;
}

export async function countUsers(db: Db): Promise<number> {
  const row = await db
    .selectFrom("users")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

export async function insertUser(
  db: Db,
  user: { id: string; name: string; email: string | null; passwordHash: string; now: Instant },
): Promise<number> {
  const { pk } = await db
    .insertInto("users")
    .values({
      id: user.id,
      name: user.name,
      email: user.email,
      password_hash: user.passwordHash,
      disabled_at: null,
      failed_sign_ins: 0,
      locked_until: null,
      last_sign_in_at: null,
      revision: 1,
      created_at: user.now,
      updated_at: user.now,
    })
    .returning("pk")
    .executeTakeFirstOrThrow();
  return pk;
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

async function grantViews(db: Db, owner: Owner, pk: number) {
  const rows = await db
    .selectFrom("grants")
    .leftJoin("teams", "teams.pk", "grants.team_pk")
    .select(["grants.role", "teams.id as teamId"])
    .where(`grants.${owner}`, "=", pk)
    .execute();
  return rows.map((row) => ({ role: row.role as Role, teamId: row.teamId }));
}

export async function findUser(
  db: Db,
  by: { name: string } | { id: string } | { pk: number },
): Promise<Selectable<Tables["users"]> | undefined> {
  const query = db.selectFrom("users").selectAll();
  if ("name" in by) return await query.where("name", "=", by.name).executeTakeFirst();
  if ("id" in by) return await query.where("id", "=", by.id).executeTakeFirst();
  return await query.where("pk", "=", by.pk).executeTakeFirst();
}

export async function userView(
  db: Db,
  user: Selectable<Tables["users"]>,
): Promise<z.output<typeof UserView>> {
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    grants: await grantViews(db, "user_pk", user.pk),
    disabledAt: user.disabled_at,
    lastSignInAt: user.last_sign_in_at,
    createdAt: user.created_at,
    revision: user.revision,
  };
}

export async function updateUser(
  db: Db,
  user: { pk: number; revision: number },
  change: Partial<{
    email: string | null;
    password_hash: string;
    disabled_at: Instant | null;
    failed_sign_ins: number;
    locked_until: Instant | null;
    last_sign_in_at: Instant;
  }>,
  now: Instant,
): Promise<void> {
  const result = await db
    .updateTable("users")
    .set({ ...change, revision: user.revision + 1, updated_at: now })
    .where("pk", "=", user.pk)
    .where("revision", "=", user.revision)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new Lost("the user");
}

export async function insertSession(
  db: Db,
  session: Omit<Selectable<Tables["sessions"]>, "pk">,
): Promise<void> {
  await db.insertInto("sessions").values(session).execute();
}

export async function endSessions(db: Db, userPk: number): Promise<void> {
  await db.deleteFrom("sessions").where("user_pk", "=", userPk).execute();
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

export async function actorOfUser(db: Db, id: string): Promise<Actor | undefined> {
  const user = await findUser(db, { id });
  if (!user || user.disabled_at !== null) return undefined;
  const grants = await loadGrants(db, "user_pk", user.pk);
  return { type: "user", id: user.id, name: user.name, pk: user.pk, grants };
}

export async function insertKey(
  db: Db,
  key: {
    id: string;
    name: string;
    hash: Uint8Array;
    hint: string;
    source: string;
    createdBy: string;
    expiresAt: Instant | null;
    now: Instant;
  },
): Promise<number | undefined> {
  const row = await db
    .insertInto("api_keys")
    .values({
      id: key.id,
      name: key.name,
      hash: key.hash,
      hint: key.hint,
      source: key.source,
      created_by: key.createdBy,
      expires_at: key.expiresAt,
      revoked_at: null,
      last_used_at: null,
      last_used_address: null,
      revision: 1,
      created_at: key.now,
      updated_at: key.now,
    })
    .onConflict((conflict) => conflict.column("hash").doNothing())
    .returning("pk")
    .executeTakeFirst();
  return row?.pk;
}

const usableKeys = (db: Db, now: Instant) =>
  db
    .selectFrom("api_keys")
    .select(["pk", "id", "name"])
    .where("revoked_at", "is", null)
    .where((eb) => eb.or([eb("expires_at", "is", null), eb("expires_at", ">", now)]));

const keyByHash = statement((db, it: { readonly hash: Uint8Array; readonly now: Instant }) =>
  usableKeys(db, it.now).where("hash", "=", it.hash),
);

const keyById = statement((db, it: { readonly id: string; readonly now: Instant }) =>
  usableKeys(db, it.now).where("id", "=", it.id),
);

/** The principal of a key's hash, unless it is revoked or expired. */
export async function actorOfKey(
  db: Db,
  by: { hash: Uint8Array } | { id: string },
  now: Instant,
): Promise<Actor | undefined> {
  const { rows } = await ("hash" in by
    ? keyByHash(db, { hash: by.hash, now })
    : keyById(db, { id: by.id, now }));
  const [row] = rows;
  if (!row) return undefined;
  const grants = await loadGrants(db, "api_key_pk", row.pk);
  return { type: "api_key", id: row.id, name: row.name, pk: row.pk, grants };
}

export async function revokeKey(db: Db, id: string, now: Instant): Promise<boolean> {
  const result = await db
    .updateTable("api_keys")
    .set((eb) => ({
      revoked_at: eb.fn.coalesce("revoked_at", eb.val(now)),
      updated_at: now,
      revision: eb("revision", "+", 1),
    }))
    .where("id", "=", id)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
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

export async function findTeamPk(db: Db, id: string): Promise<number | undefined> {
  const row = await db.selectFrom("teams").select("pk").where("id", "=", id).executeTakeFirst();
  return row?.pk;
}

export async function listKeys(
  db: Db,
  window: Window,
): Promise<Listing<z.output<typeof ApiKeyView>>> {
  const page = await listPage(
    {
      window,
      key: "api_keys.pk",
      columns: { created_at: { ref: "api_keys.created_at" }, name: { ref: "api_keys.name" } },
      search: ["api_keys.name", "api_keys.id"],
      matching: db.selectFrom("api_keys"),
      rows: db.selectFrom("api_keys").selectAll(),
    },
    (row) => row,
  );
  const data = await Promise.all(
    page.data.map(async (row) => ({
      id: row.id,
      name: row.name,
      hint: row.hint,
      source: row.source,
      grants: await grantViews(db, "api_key_pk", row.pk),
      createdBy: row.created_by,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      revokedAt: row.revoked_at,
      lastUsedAt: row.last_used_at,
      lastUsedAddress: row.last_used_address,
      revision: row.revision,
    })),
  );
  return { ...page, data };
}

export async function listUsers(
  db: Db,
  window: Window,
): Promise<Listing<z.output<typeof UserView>>> {
  const page = await listPage(
    {
      window,
      key: "users.pk",
      columns: { created_at: { ref: "users.created_at" }, name: { ref: "users.name" } },
      search: ["users.name", "users.id", "users.email"],
      matching: db.selectFrom("users"),
      rows: db.selectFrom("users").selectAll(),
    },
    (row) => row,
  );
  return { ...page, data: await Promise.all(page.data.map((row) => userView(db, row))) };
}

export async function findTeamId(db: Db, pk: number): Promise<string | null> {
  const row = await db.selectFrom("teams").select("id").where("pk", "=", pk).executeTakeFirst();
  return row?.id ?? null;
}
