/** SQL on users. */
import type { Kysely, Selectable } from "kysely";
import type { z } from "zod";
import type { Window } from "#base/page.ts";
import { Lost } from "#base/problem.ts";
import type { Instant } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import type { Actor } from "../context.ts";
import { type Listing, listPage } from "../list.ts";
import { grantViews, loadGrants } from "./grant-queries.ts";
import type { UserView } from "./principal.ts";

type Db = Kysely<Tables>;

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

export async function actorOfUser(db: Db, id: string): Promise<Actor | undefined> {
  const user = await findUser(db, { id });
  if (!user || user.disabled_at !== null) return undefined;
  const grants = await loadGrants(db, "user_pk", user.pk);
  return { type: "user", id: user.id, name: user.name, pk: user.pk, grants };
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
