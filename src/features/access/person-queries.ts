/**
 * SQL on the person behind a credential: two credentials of one person are one person where two must agree. By ids,
 * because a user and a key may have the same name.
 */
import type { Kysely } from "kysely";
import type { Tables } from "#db/tables.ts";
import type { Requester } from "#jobs/tx.ts";
import { nobodyInParticular } from "../context.ts";

/** The column of a key keeps `user:` or `key:`; system and agents ask, and never decide. */
export type Person = `${"user" | "key" | "agent" | "system"}:${string}`;

/** Undefined when it cannot be told who that is: then nobody can tell either that two are not the same. */
export async function personOf(
  db: Kysely<Tables>,
  it: Pick<Requester, "type" | "id">,
): Promise<Person | undefined> {
  if (it.type !== "api_key") {
    return it.id === nobodyInParticular.id ? undefined : `${it.type}:${it.id}`;
  }
  const row = await db
    .selectFrom("api_keys")
    .select("person")
    .where("id", "=", it.id)
    .executeTakeFirst();
  // The column holds what `insertKey` and the migration wrote.
  return (row?.person ?? undefined) as Person | undefined;
}

/** The name for people. What is no person is a name already: decisions once kept those. */
export async function nameOfPerson(db: Kysely<Tables>, person: string): Promise<string> {
  const [type, id = ""] = person.split(":", 2);
  if (type !== "user" && type !== "key") return person;
  const row = await db
    .selectFrom(type === "user" ? "users" : "api_keys")
    .select("name")
    .where("id", "=", id)
    .executeTakeFirst();
  return row?.name ?? person;
}
