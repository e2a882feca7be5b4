/** Authorities ready to sign: the sealed key is opened once per process and row, and leaves here only as a signer. */
import type { Kysely } from "kysely";
import type { Metrics } from "#base/metrics.ts";
import type { Vault } from "#base/vault.ts";
import type { Authority } from "#connectors/issuers/issuer.ts";
import type { Tables } from "#db/tables.ts";
import type { Addresses } from "#jobs/world.ts";
import { type ParsedCertificate, parseCertificate } from "#pki/certificate-reader.ts";
import { privateKeyFromDer } from "#pki/key.ts";
import { issuingWith } from "#pki/local-ca.ts";
import { type Signer, softwareSigner } from "#pki/signer.ts";
import * as queries from "./authority-queries.ts";

export interface Keyring {
  readonly reader: Kysely<Tables>;
  readonly vault: Vault;
  readonly metrics: Metrics;
  readonly addresses: Addresses;
}

/** The seal's place binds a key to its row. */
export const keyPlace = (id: string): string => `authorities.sealed_key/${id}`;

/** Opened authorities by vault: a cache of what the rows say, checked by revision at each use. */
const opened = new WeakMap<Vault, Map<number, { revision: number; authority: Authority }>>();

/** The authority that issues for `issuerPk` now; undefined when it has none. */
export async function issuingAuthority(
  ring: Keyring,
  issuerPk: number,
): Promise<Authority | undefined> {
  const issuing = await queries.findIssuing(ring.reader, issuerPk);
  if (!issuing) return undefined;
  const known = opened.get(ring.vault)?.get(issuing.pk);
  if (known?.revision === issuing.revision) return known.authority;
  const row = await queries.findByPk(ring.reader, issuing.pk);
  return row && (await open(ring, row));
}

async function open(ring: Keyring, row: queries.AuthorityRow): Promise<Authority | undefined> {
  const cache = opened.get(ring.vault) ?? new Map();
  opened.set(ring.vault, cache);
  if (row.sealed_key === null) return undefined;
  const pkcs8 = ring.vault.unseal(keyPlace(row.id), row.sealed_key);
  const signer = counted(softwareSigner(privateKeyFromDer(pkcs8, "pkcs8")), ring.metrics);
  pkcs8.fill(0);
  const above = await chainOf(ring.reader, row);
  const authority: Authority = {
    id: row.id,
    pk: row.pk,
    issuing: issuingWith(parseCertificate(row.certificate), {
      crl: [],
      ocsp: [],
      caIssuers: [`${ring.addresses.http}/.well-known/pki/ca/${row.id}`],
    }),
    certificate: row.certificate,
    chain: above.filter((it) => !it.selfIssued).map((it) => it.der),
    nameConstraints: above.flatMap(({ nameConstraints }) => nameConstraints ?? []),
    signer,
  };
  cache.set(row.pk, { revision: row.revision, authority });
  return authority;
}

/** From the authority up to the self-signed root, as far as it is known here. */
async function chainOf(
  reader: Kysely<Tables>,
  from: queries.AuthorityRow,
): Promise<readonly ParsedCertificate[]> {
  const chain: ParsedCertificate[] = [];
  let row: queries.AuthorityRow | undefined = from;
  // A hierarchy is shallow; the bound is against a damaged database.
  for (let depth = 0; row && depth < 16; depth++) {
    chain.push(parseCertificate(row.certificate));
    row = row.parent_pk === null ? undefined : await queries.findByPk(reader, row.parent_pk);
  }
  return chain;
}

/** Every use of a CA key counts, so that a refusal can be shown to have come before it. */
function counted(signer: Signer, metrics: Metrics): Signer {
  return {
    publicKey: signer.publicKey,
    algorithm: signer.algorithm,
    sign(tbs) {
      metrics.count("certctl_signer_calls_total", { purpose: "certificate" });
      return signer.sign(tbs);
    },
  };
}
