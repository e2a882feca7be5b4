/** SQL that makes the row of a certificate, with what the text search finds it by. */
import type { Insertable, Kysely, Selectable } from "kysely";
import type { Instant } from "#base/time.ts";
import { json } from "#db/portable.ts";
import { searchable } from "#db/search.ts";
import { statement } from "#db/statement.ts";
import type { Tables } from "#db/tables.ts";
import type { Activity } from "./certificate.ts";
import { onlyPk } from "./only-pk.ts";

type Db = Kysely<Tables>;

export interface NewRow {
  readonly id: string;
  readonly name: string;
  readonly commonName: string;
  readonly sans: readonly string[];
  readonly environment: string;
  readonly ownerPk: number | null;
  readonly teamPk: number | null;
  readonly issuerPk: number;
  readonly profilePk: number | null;
  readonly renewalPolicyPk: number | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly source: string;
  readonly keyAlgorithm: string;
  readonly validitySeconds: number | null;
  readonly activity: Activity;
  /** Of what was signed at once. */
  readonly validity: {
    readonly notBefore: Instant;
    readonly notAfter: Instant;
    readonly expiringAt: Instant;
  } | null;
  /** Names, owner and tags, for the text search. */
  readonly searchText: string;
}

const byName = statement((db, it: { readonly name: string }) =>
  db.selectFrom("certificates").select("source").where("name", "=", it.name),
);

/** Where the certificate of this name came from; undefined when there is none. */
export async function sourceOfName(db: Db, name: string): Promise<string | undefined> {
  return (await byName(db, { name })).rows[0]?.source;
}

const addCertificate = statement((db, it: Omit<Insertable<Tables["certificates"]>, "pk">) =>
  db
    .insertInto("certificates")
    .values({
      id: it.id,
      name: it.name,
      common_name: it.common_name,
      sans: it.sans,
      environment: it.environment,
      owner_pk: it.owner_pk,
      team_pk: it.team_pk,
      issuer_pk: it.issuer_pk,
      profile_pk: it.profile_pk,
      renewal_policy_pk: it.renewal_policy_pk,
      tags: it.tags,
      source: it.source,
      key_algorithm: it.key_algorithm,
      validity_seconds: it.validity_seconds,
      activity: it.activity,
      failure: it.failure,
      not_before: it.not_before,
      not_after: it.not_after,
      expiring_at: it.expiring_at,
      renew_at: it.renew_at,
      archived_at: it.archived_at,
      revoked_at: it.revoked_at,
      revocation_reason: it.revocation_reason,
      last_renewal_at: it.last_renewal_at,
      last_deployment_at: it.last_deployment_at,
      revision: it.revision,
      created_at: it.created_at,
      updated_at: it.updated_at,
    })
    .returning("pk"),
);

const addSearchText = statement((db, it: { readonly rowid: number; readonly text: string }) =>
  db.insertInto("certificate_search").values({ rowid: it.rowid, text: it.text }),
);

/** Returns the row as it now stands: reading it again costs as much as writing it. */
export async function insertCertificate(
  db: Db,
  it: NewRow,
  now: Instant,
): Promise<Selectable<Tables["certificates"]>> {
  const row = {
    id: it.id,
    name: it.name,
    common_name: it.commonName,
    sans: json(it.sans),
    environment: it.environment,
    owner_pk: it.ownerPk,
    team_pk: it.teamPk,
    issuer_pk: it.issuerPk,
    profile_pk: it.profilePk,
    renewal_policy_pk: it.renewalPolicyPk,
    tags: json(it.tags),
    source: it.source,
    key_algorithm: it.keyAlgorithm,
    validity_seconds: it.validitySeconds,
    activity: it.activity,
    failure: null,
    not_before: it.validity?.notBefore ?? null,
    not_after: it.validity?.notAfter ?? null,
    expiring_at: it.validity?.expiringAt ?? null,
    renew_at: null,
    archived_at: null,
    revoked_at: null,
    revocation_reason: null,
    last_renewal_at: null,
    last_deployment_at: null,
    revision: 1,
    created_at: now,
    updated_at: now,
  };
  const pk = onlyPk((await addCertificate(db, row)).rows);
  await addSearchText(db, { rowid: pk, text: searchable(it.searchText) });
  return { pk, ...row };
}
