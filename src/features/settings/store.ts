/** SQL on the settings table: small facts of this installation, some of them sealed. */
import type { Kysely } from "kysely";
import type { Tables } from "#db/tables.ts";

type Db = Kysely<Tables>;

export async function loadSetting(db: Db, name: string): Promise<string | null> {
  const row = await db
    .selectFrom("settings")
    .select("value")
    .where("name", "=", name)
    .executeTakeFirst();
  return row?.value ?? null;
}

export async function saveSetting(db: Db, name: string, value: string | null): Promise<void> {
  await db
    .insertInto("settings")
    .values({ name, value, sealed: null })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
    .execute();
}

export async function loadSealed(db: Db, name: string): Promise<Uint8Array | null> {
  const row = await db
    .selectFrom("settings")
    .select("sealed")
    .where("name", "=", name)
    .executeTakeFirst();
  return row?.sealed ?? null;
}

export async function saveSealed(db: Db, name: string, sealed: Uint8Array): Promise<void> {
  await db
    .insertInto("settings")
    .values({ name, value: null, sealed })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ sealed }))
    .execute();
}

/** Adds the sealed value unless one is there; returns the one that is there now. */
export async function keepSealed(db: Db, name: string, sealed: Uint8Array): Promise<Uint8Array> {
  await db
    .insertInto("settings")
    .values({ name, value: null, sealed })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
  return (await loadSealed(db, name)) ?? sealed;
}
