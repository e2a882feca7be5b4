/** The trust anchors of this server's own certificate: what agents and commands pin. */
import type { Kysely } from "kysely";
import type { Tables } from "#db/tables.ts";
import { fingerprintOf } from "#pki/fingerprint.ts";
import { encodePem } from "#pki/pem.ts";
import * as queries from "./authority-queries.ts";

export interface Anchors {
  readonly pem: readonly string[];
  /** SHA-256, lower-case hex, in the same order; the present one first. */
  readonly fingerprints: readonly string[];
}

/** The topmost certificates of the built-in issuer, the newest first: a successor is handed out long before it is used. */
export async function trustAnchors(reader: Kysely<Tables>, issuerPk: number): Promise<Anchors> {
  const rows = await queries.listOfIssuer(reader, issuerPk);
  const tops = rows.filter((row) => row.parent_pk === null && row.state !== "retired").reverse();
  const issuing = rows.find((row) => row.issuing === 1);
  const present = issuing && (await topOf(reader, issuing));
  const ordered = [
    ...tops.filter((it) => it.pk === present?.pk),
    ...tops.filter((it) => it.pk !== present?.pk),
  ];
  return {
    pem: ordered.map((row) => encodePem("CERTIFICATE", row.certificate)),
    fingerprints: ordered.map((row) => fingerprintOf(row.certificate)),
  };
}

async function topOf(
  reader: Kysely<Tables>,
  from: queries.AuthorityRow,
): Promise<queries.AuthorityRow> {
  let row = from;
  for (let depth = 0; row.parent_pk !== null && depth < 16; depth++) {
    row = (await queries.findByPk(reader, row.parent_pk)) ?? row;
  }
  return row;
}
