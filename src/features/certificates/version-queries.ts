/** SQL on certificate versions and their chains. */
import type { Insertable, Kysely } from "kysely";
import type { Window } from "#base/page.ts";
import type { Instant } from "#base/time.ts";
import { insertOrFind } from "#db/portable.ts";
import { statement } from "#db/statement.ts";
import type { Tables } from "#db/tables.ts";
import { sha256 } from "#pki/fingerprint.ts";
import { encodePem } from "#pki/pem.ts";
import { type Listing, listPage } from "../list.ts";
import type { VersionView } from "./certificate.ts";
import { onlyPk } from "./only-pk.ts";

type Db = Kysely<Tables>;

export interface NewVersion {
  readonly id: string;
  readonly certificatePk: number;
  readonly holderPk: number | null;
  readonly issuerPk: number;
  readonly authorityPk: number | null;
  readonly serialNumber: Uint8Array;
  readonly fingerprint: Uint8Array;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly certificate: Uint8Array;
  readonly chain: readonly Uint8Array[];
  readonly request: Uint8Array;
  readonly keyAlgorithm: string;
  readonly isCurrent: boolean;
}

const chainOf = statement((db, it: { readonly hash: Uint8Array }) =>
  db.selectFrom("chains").select("pk").where("hash", "=", it.hash),
);

/** A chain is stored once however many leaves share it; all but the first find it. */
async function chainPkOf(db: Db, certificates: Uint8Array): Promise<number> {
  const hash = sha256(certificates);
  const known = (await chainOf(db, { hash })).rows[0];
  if (known) return known.pk;
  const made = await insertOrFind(
    db
      .insertInto("chains")
      .values({ hash, certificates })
      .onConflict((conflict) => conflict.column("hash").doNothing())
      .returning("pk"),
    db.selectFrom("chains").select("pk").where("hash", "=", hash),
  );
  return made.pk;
}

const addVersion = statement((db, it: Omit<Insertable<Tables["certificate_versions"]>, "pk">) =>
  db
    .insertInto("certificate_versions")
    .values({
      id: it.id,
      certificate_pk: it.certificate_pk,
      holder_pk: it.holder_pk,
      issuer_pk: it.issuer_pk,
      authority_pk: it.authority_pk,
      serial_number: it.serial_number,
      fingerprint: it.fingerprint,
      not_before: it.not_before,
      not_after: it.not_after,
      certificate: it.certificate,
      chain_pk: it.chain_pk,
      request: it.request,
      key_algorithm: it.key_algorithm,
      is_current: it.is_current,
      key_available: it.key_available,
      created_at: it.created_at,
    })
    .returning("pk"),
);

/** Inserts a version with its chain. */
export async function insertVersion(db: Db, it: NewVersion, now: Instant): Promise<number> {
  const { rows } = await addVersion(db, {
    id: it.id,
    certificate_pk: it.certificatePk,
    holder_pk: it.holderPk,
    issuer_pk: it.issuerPk,
    authority_pk: it.authorityPk,
    serial_number: it.serialNumber,
    fingerprint: it.fingerprint,
    not_before: it.notBefore,
    not_after: it.notAfter,
    certificate: it.certificate,
    chain_pk: await chainPkOf(db, Buffer.concat(it.chain)),
    request: it.request,
    key_algorithm: it.keyAlgorithm,
    is_current: it.isCurrent ? 1 : 0,
    key_available: 1,
    created_at: now,
  });
  return onlyPk(rows);
}

/** The versions of this holder that were current are so no more; nor those of agents that were retired. */
export async function supersede(
  db: Db,
  certificatePk: number,
  holderPk: number | null,
): Promise<void> {
  await db
    .updateTable("certificate_versions")
    .set({ is_current: 0 })
    .where("certificate_pk", "=", certificatePk)
    .where((eb) =>
      eb.or([
        eb("holder_pk", holderPk === null ? "is" : "=", holderPk),
        eb(
          "holder_pk",
          "in",
          db.selectFrom("agents").select("pk").where("retired_at", "is not", null),
        ),
      ]),
    )
    .where("is_current", "=", 1)
    .execute();
}

/** The earliest end among the current versions: a certificate lives as long as its first holder to expire. */
export async function currentValidity(
  db: Db,
  certificatePk: number,
): Promise<{ notBefore: Instant; notAfter: Instant } | undefined> {
  const row = await db
    .selectFrom("certificate_versions")
    .select(["not_before", "not_after"])
    .where("certificate_pk", "=", certificatePk)
    .where("is_current", "=", 1)
    .orderBy("not_after")
    .limit(1)
    .executeTakeFirst();
  return row && { notBefore: row.not_before, notAfter: row.not_after };
}

const columns = [
  "certificate_versions.pk",
  "certificate_versions.id",
  "certificate_versions.certificate_pk",
  "certificate_versions.holder_pk",
  "certificate_versions.serial_number",
  "certificate_versions.fingerprint",
  "certificate_versions.not_before",
  "certificate_versions.not_after",
  "certificate_versions.certificate",
  "certificate_versions.chain_pk",
  "certificate_versions.request",
  "certificate_versions.key_algorithm",
  "certificate_versions.is_current",
  "certificate_versions.key_available",
  "certificate_versions.created_at",
  "agents.id as holder_id",
  "issuers.id as issuer_id",
  "authorities.id as authority_id",
] as const;

function versions(db: Db) {
  return db
    .selectFrom("certificate_versions")
    .leftJoin("agents", "agents.pk", "certificate_versions.holder_pk")
    .innerJoin("issuers", "issuers.pk", "certificate_versions.issuer_pk")
    .leftJoin("authorities", "authorities.pk", "certificate_versions.authority_pk");
}

export async function findVersion(db: Db, certificatePk: number, id: string) {
  return await versions(db)
    .select(columns)
    .where("certificate_versions.certificate_pk", "=", certificatePk)
    .where("certificate_versions.id", "=", id)
    .executeTakeFirst();
}

export type VersionRow = NonNullable<Awaited<ReturnType<typeof findVersion>>>;

export async function findVersionByPk(db: Db, pk: number): Promise<VersionRow | undefined> {
  return await versions(db)
    .select(columns)
    .where("certificate_versions.pk", "=", pk)
    .executeTakeFirst();
}

export async function findVersionById(db: Db, id: string): Promise<VersionRow | undefined> {
  return await versions(db)
    .select(columns)
    .where("certificate_versions.id", "=", id)
    .executeTakeFirst();
}

export async function listCurrent(db: Db, certificatePk: number): Promise<readonly VersionRow[]> {
  return await versions(db)
    .select(columns)
    .where("certificate_versions.certificate_pk", "=", certificatePk)
    .where("certificate_versions.is_current", "=", 1)
    .orderBy("certificate_versions.pk")
    .execute();
}

/** The certificates of a chain, each with its length in its DER header. */
export async function loadChain(db: Db, chainPk: number): Promise<readonly Uint8Array[]> {
  const row = await db
    .selectFrom("chains")
    .select("certificates")
    .where("pk", "=", chainPk)
    .executeTakeFirstOrThrow();
  return splitDer(row.certificates);
}

/** Concatenated DER SEQUENCEs, apart. What is stored was written by `insertVersion`. */
export function splitDer(bytes: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at + 1] ?? 0;
    const count = first < 0x80 ? 0 : first & 0x7f;
    let length = count === 0 ? first : 0;
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
    const end = at + 2 + count + length;
    parts.push(bytes.subarray(at, end));
    at = end;
  }
  return parts;
}

/** By the chain itself: an authority has one, and hands it out with every certificate. */
const written = new WeakMap<readonly Uint8Array[], string>();

export function pemOfChain(chain: readonly Uint8Array[]): string {
  const known = written.get(chain);
  if (known !== undefined) return known;
  const pem = chain.map((der) => encodePem("CERTIFICATE", der)).join("");
  written.set(chain, pem);
  return pem;
}

/** Without the zeros before it. */
export const serialText = (serial: Uint8Array): string =>
  Buffer.from(serial)
    .toString("hex")
    .replace(/^0+(?=.)/, "");

export const versionView = (row: VersionRow, certificateId: string): VersionView => ({
  id: row.id,
  certificateId,
  holder: row.holder_id,
  serialNumber: serialText(row.serial_number),
  fingerprint: Buffer.from(row.fingerprint).toString("hex"),
  notBefore: row.not_before,
  notAfter: row.not_after,
  keyAlgorithm: row.key_algorithm,
  isCurrent: row.is_current === 1,
  keyAvailable: row.key_available === 1,
  issuerId: row.issuer_id,
  authorityId: row.authority_id,
  certificatePem: encodePem("CERTIFICATE", row.certificate),
  createdAt: row.created_at,
});

export async function listVersions(
  db: Db,
  window: Window,
  certificate: { readonly pk: number; readonly id: string },
): Promise<Listing<VersionView>> {
  const matching = versions(db).where("certificate_versions.certificate_pk", "=", certificate.pk);
  return await listPage(
    {
      window,
      key: "certificate_versions.pk",
      columns: { created_at: { ref: "certificate_versions.created_at" } },
      matching,
      rows: matching.select(columns),
    },
    (row) => versionView(row, certificate.id),
  );
}
