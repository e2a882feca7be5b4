/** SQL on saved views. */
import { type Kysely, sql } from "kysely";
import type { Tables } from "#db/tables.ts";
import type { Person } from "../access/person-queries.ts";
import { KeptList, type SavedView } from "./api.ts";

type Db = Kysely<Tables>;

export async function listViews(
  db: Db,
  person: Person,
  list: KeptList | undefined,
): Promise<readonly SavedView[]> {
  const query = db
    .selectFrom("saved_views")
    .select(["id", "list", "name", "query", "position", "created_at"])
    .where("person", "=", person);
  const rows = await (list === undefined ? query : query.where("list", "=", list))
    .orderBy("position")
    .orderBy("pk")
    .execute();
  return rows.map(({ created_at: createdAt, ...row }) => ({
    ...row,
    list: KeptList.parse(row.list),
    createdAt,
  }));
}

/** How many there are of all lists, and the place after the last. */
export async function placeFor(db: Db, person: Person) {
  const row = await db
    .selectFrom("saved_views")
    .select([
      (eb) => eb.fn.countAll<number>().as("n"),
      sql<number>`coalesce(max(position), 0)`.as("last"),
    ])
    .where("person", "=", person)
    .executeTakeFirstOrThrow();
  return { count: Number(row.n), position: Number(row.last) + 1 };
}

export async function insertView(db: Db, person: Person, it: SavedView): Promise<void> {
  const { createdAt: created_at, ...view } = it;
  await db
    .insertInto("saved_views")
    .values({ ...view, person, created_at })
    .execute();
}

/** False when the person has no such view. */
export async function deleteView(db: Db, person: Person, id: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("saved_views")
    .where("person", "=", person)
    .where("id", "=", id)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}
