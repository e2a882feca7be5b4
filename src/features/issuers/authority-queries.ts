/** SQL on authorities. */
import type { Kysely, Selectable } from "kysely";
import type { Instant } from "#base/time.ts";
import { statement } from "#db/statement.ts";
import type { Tables } from "#db/tables.ts";

type Db = Kysely<Tables>;
export type AuthorityRow = Selectable<Tables["authorities"]>;

const issuing = statement((db, it: { readonly issuerPk: number }) =>
  db
    .selectFrom("authorities")
    .select(["pk", "revision"])
    .where("issuer_pk", "=", it.issuerPk)
    .where("issuing", "=", 1)
    .where("state", "=", "active")
    // They are few; with a LIMIT, SQLite plans anew whenever a value is bound.
    .orderBy("pk", "desc"),
);

/** The authority that issues for an issuer now: the newest of those marked so. */
export async function findIssuing(
  db: Db,
  issuerPk: number,
): Promise<Pick<AuthorityRow, "pk" | "revision"> | undefined> {
  return (await issuing(db, { issuerPk })).rows[0];
}

export async function findByPk(db: Db, pk: number): Promise<AuthorityRow | undefined> {
  return await db.selectFrom("authorities").selectAll().where("pk", "=", pk).executeTakeFirst();
}

export async function findById(db: Db, id: string): Promise<AuthorityRow | undefined> {
  return await db.selectFrom("authorities").selectAll().where("id", "=", id).executeTakeFirst();
}

export async function findByFingerprint(
  db: Db,
  fingerprint: Uint8Array,
): Promise<AuthorityRow | undefined> {
  return await db
    .selectFrom("authorities")
    .selectAll()
    .where("fingerprint", "=", fingerprint)
    .executeTakeFirst();
}

export async function listOfIssuer(db: Db, issuerPk: number): Promise<readonly AuthorityRow[]> {
  return await db
    .selectFrom("authorities")
    .selectAll()
    .where("issuer_pk", "=", issuerPk)
    .orderBy("pk")
    .execute();
}

export interface NewAuthority {
  readonly id: string;
  readonly issuerPk: number;
  readonly parentPk: number | null;
  readonly name: string;
  readonly issuing: boolean;
  readonly certificate: Uint8Array;
  readonly sealedKey: Uint8Array | null;
  readonly serialNumber: Uint8Array;
  readonly fingerprint: Uint8Array;
  readonly subjectKeyId: Uint8Array;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

export async function insertAuthority(db: Db, it: NewAuthority, now: Instant): Promise<number> {
  const { pk } = await db
    .insertInto("authorities")
    .values({
      id: it.id,
      issuer_pk: it.issuerPk,
      parent_pk: it.parentPk,
      name: it.name,
      state: "active",
      issuing: it.issuing ? 1 : 0,
      certificate: it.certificate,
      sealed_key: it.sealedKey,
      serial_number: it.serialNumber,
      fingerprint: it.fingerprint,
      subject_key_id: it.subjectKeyId,
      not_before: it.notBefore,
      not_after: it.notAfter,
      revision: 1,
      created_at: now,
      updated_at: now,
    })
    .returning("pk")
    .executeTakeFirstOrThrow();
  return pk;
}

/** Makes `pk` the only one of its issuer that issues. */
export async function setIssuing(
  db: Db,
  issuerPk: number,
  pk: number,
  now: Instant,
): Promise<void> {
  await db
    .updateTable("authorities")
    .set((eb) => ({
      issuing: eb
        .case()
        .when("pk", "=", pk)
        .then(1 as const)
        .else(0 as const)
        .end(),
      updated_at: now,
    }))
    .where("issuer_pk", "=", issuerPk)
    .execute();
}
