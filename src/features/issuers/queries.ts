/** SQL on issuers and their state. */
import type { Kysely, Selectable } from "kysely";
import type { Window } from "#base/page.ts";
import { Lost } from "#base/problem.ts";
import type { Instant } from "#base/time.ts";
import { json, parseJson } from "#db/portable.ts";
import { statement } from "#db/statement.ts";
import type { Tables } from "#db/tables.ts";
import { type Listing, listPage } from "../list.ts";
import { Config } from "./issuer.ts";

type Db = Kysely<Tables>;
export type IssuerRow = Selectable<Tables["issuers"]>;

export const configOf = (row: IssuerRow): Config => parseJson(row.config, Config);

const issuerById = statement((db, it: { readonly id: string }) =>
  db.selectFrom("issuers").selectAll().where("id", "=", it.id),
);

export async function findIssuer(db: Db, id: string): Promise<IssuerRow | undefined> {
  return (await issuerById(db, { id })).rows[0];
}

export async function findIssuerByPk(db: Db, pk: number): Promise<IssuerRow | undefined> {
  return await db.selectFrom("issuers").selectAll().where("pk", "=", pk).executeTakeFirst();
}

export interface SavedIssuer {
  readonly name: string;
  readonly type: string;
  readonly shown: Config;
  readonly sealed: Uint8Array | null;
  readonly enabled: boolean;
}

export async function insertIssuer(
  db: Db,
  id: string,
  it: SavedIssuer & { readonly source: string },
  now: Instant,
): Promise<number> {
  const { pk } = await db
    .insertInto("issuers")
    .values({
      id,
      name: it.name,
      type: it.type,
      config: json(it.shown),
      sealed: it.sealed,
      enabled: it.enabled ? 1 : 0,
      source: it.source,
      last_tested_at: null,
      test_status: "untested",
      test_message: null,
      revision: 1,
      created_at: now,
      updated_at: now,
    })
    .returning("pk")
    .executeTakeFirstOrThrow();
  return pk;
}

export async function updateIssuer(
  db: Db,
  row: IssuerRow,
  it: SavedIssuer,
  now: Instant,
): Promise<void> {
  const result = await db
    .updateTable("issuers")
    .set({
      name: it.name,
      type: it.type,
      config: json(it.shown),
      sealed: it.sealed,
      enabled: it.enabled ? 1 : 0,
      test_status: "untested",
      test_message: null,
      revision: row.revision + 1,
      updated_at: now,
    })
    .where("pk", "=", row.pk)
    .where("revision", "=", row.revision)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new Lost("the issuer");
}

/** Holds the issuer's row until the end of the transaction, so that two of a kind follow each other. */
export async function lockIssuer(db: Db, pk: number): Promise<void> {
  await db
    .updateTable("issuers")
    .set((eb) => ({ revision: eb.ref("revision") }))
    .where("pk", "=", pk)
    .execute();
}

export async function deleteIssuer(db: Db, pk: number): Promise<void> {
  await db.deleteFrom("issuer_state").where("issuer_pk", "=", pk).execute();
  await db.deleteFrom("issuers").where("pk", "=", pk).execute();
}

export async function saveTest(
  db: Db,
  pk: number,
  test: { readonly status: string; readonly message: string },
  now: Instant,
): Promise<void> {
  await db
    .updateTable("issuers")
    .set({ test_status: test.status, test_message: test.message, last_tested_at: now })
    .where("pk", "=", pk)
    .execute();
}

export async function listIssuers<View>(
  db: Db,
  window: Window,
  toView: (row: IssuerRow) => View,
): Promise<Listing<View>> {
  return await listPage(
    {
      window,
      key: "issuers.pk",
      columns: { name: { ref: "issuers.name" }, created_at: { ref: "issuers.created_at" } },
      search: ["issuers.name", "issuers.id"],
      matching: db.selectFrom("issuers"),
      rows: db.selectFrom("issuers").selectAll(),
    },
    toView,
  );
}

export async function loadState(
  db: Db,
  issuerPk: number,
  name: string,
): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom("issuer_state")
    .select("sealed")
    .where("issuer_pk", "=", issuerPk)
    .where("name", "=", name)
    .executeTakeFirst();
  return row?.sealed;
}

export async function saveState(
  db: Db,
  state: { readonly issuerPk: number; readonly name: string; readonly sealed: Uint8Array },
  mode: "keep" | "replace",
): Promise<void> {
  const { issuerPk, name, sealed } = state;
  await db
    .insertInto("issuer_state")
    .values({ issuer_pk: issuerPk, name, sealed })
    .onConflict((conflict) => {
      const columns = conflict.columns(["issuer_pk", "name"]);
      return mode === "keep" ? columns.doNothing() : columns.doUpdateSet({ sealed });
    })
    .execute();
}

export async function deleteState(db: Db, issuerPk: number, name: string): Promise<void> {
  await db
    .deleteFrom("issuer_state")
    .where("issuer_pk", "=", issuerPk)
    .where("name", "=", name)
    .execute();
}

/** Deletes the states whose names begin with `prefix` and sort before `before`. */
export async function deleteStatesBefore(
  db: Db,
  range: { readonly prefix: string; readonly before: string },
): Promise<void> {
  await db
    .deleteFrom("issuer_state")
    .where("name", "like", `${range.prefix}%`)
    .where("name", "<", range.before)
    .execute();
}

export async function saveAnswer(
  db: Db,
  token: string,
  keyAuthorization: string,
  until: Instant,
): Promise<void> {
  await db
    .insertInto("http01_answers")
    .values({ token, key_authorization: keyAuthorization, expires_at: until })
    .onConflict((conflict) =>
      conflict
        .column("token")
        .doUpdateSet({ key_authorization: keyAuthorization, expires_at: until }),
    )
    .execute();
}

export async function findAnswer(db: Db, token: string, now: Instant): Promise<string | undefined> {
  const row = await db
    .selectFrom("http01_answers")
    .select("key_authorization")
    .where("token", "=", token)
    .where("expires_at", ">", now)
    .executeTakeFirst();
  return row?.key_authorization;
}

export async function deleteAnswers(
  db: Db,
  by: { token: string } | { before: Instant },
): Promise<void> {
  const query = db.deleteFrom("http01_answers");
  await ("token" in by
    ? query.where("token", "=", by.token)
    : query.where("expires_at", "<", by.before)
  ).execute();
}
