/** The ACME issuer that the environment asks for: made once, and from then on changed like any other. */
import { findIssuerKind } from "#connectors/issuers/index.ts";
import { parseIssuerConfig } from "#connectors/issuers/issuer.ts";
import { isUniqueViolation } from "#db/portable.ts";
import type { World } from "#jobs/world.ts";
import { splitConfig } from "./issuer.ts";
import * as queries from "./queries.ts";
import { secretsPlace } from "./use.ts";

/** One directory is one CA: a certificate of a staging CA must not come from something called production. */
const idFor = (host: string): string =>
  host.includes("staging") ? "iss-acme-staging" : "iss-acme-prod";

/** Throws `invalid-input` when `config` is none of an ACME issuer. */
export async function ensureAcmeIssuer(
  world: World,
  config: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { database, clock, vault, log } = world;
  const kind = findIssuerKind("ACME");
  if (!kind) throw new Error("there is no ACME");
  const { host } = new URL(String(parseIssuerConfig(kind, config)["directory_url"]));
  const id = idFor(host);
  if (await queries.findIssuer(database.reader, id)) return;
  const { shown, secrets } = splitConfig(kind, config);
  const text = Object.keys(secrets).length > 0 ? JSON.stringify(secrets) : undefined;
  const issuer = {
    name: `ACME ${host}`,
    type: kind.kind,
    shown,
    sealed: text === undefined ? null : vault.seal(secretsPlace(id), Buffer.from(text)),
    enabled: true,
    source: "environment",
  };
  try {
    await database.transaction((db) => queries.insertIssuer(db, id, issuer, clock.now()));
    log.info({ issuer: id }, "the issuer of CERTCTL_ACME_DIRECTORY_URL was made");
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    // Another replica was faster. If not that, a person has made one of this name, which stays.
    if (await queries.findIssuer(database.reader, id)) return;
    log.warn({ issuer: id }, `the issuer was not made: there is one named ${issuer.name} already`);
  }
}
