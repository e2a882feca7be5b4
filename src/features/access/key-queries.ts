/** SQL on API keys. */
import type { Kysely } from "kysely";
import type { z } from "zod";
import type { Window } from "#base/page.ts";
import type { Instant } from "#base/time.ts";
import { statement } from "#db/statement.ts";
import type { Tables } from "#db/tables.ts";
import type { Actor } from "../context.ts";
import { type Listing, listPage } from "../list.ts";
import { grantViews, loadGrants } from "./grant-queries.ts";
import type { Person } from "./person-queries.ts";
import type { ApiKeyView } from "./principal.ts";

type Db = Kysely<Tables>;

export async function insertKey(
  db: Db,
  key: {
    id: string;
    name: string;
    hash: Uint8Array;
    hint: string;
    source: string;
    createdBy: string;
    person: Person | null;
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
      person: key.person,
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

/** The name of the key that is revoked; undefined when there is none. */
export async function revokeKey(db: Db, id: string, now: Instant): Promise<string | undefined> {
  const row = await db
    .updateTable("api_keys")
    .set((eb) => ({
      revoked_at: eb.fn.coalesce("revoked_at", eb.val(now)),
      updated_at: now,
      revision: eb("revision", "+", 1),
    }))
    .where("id", "=", id)
    .returning("name")
    .executeTakeFirst();
  return row?.name;
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
