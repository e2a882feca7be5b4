/** An issuer ready to be used: its row, its connector with the configuration bound, and the host it runs in. */
import type { Kysely } from "kysely";
import { findIssuerKind } from "#connectors/issuers/index.ts";
import {
  type BoundIssuer,
  type Issuer,
  type IssuerHost,
  orderStateName,
} from "#connectors/issuers/issuer.ts";
import type { Tables } from "#db/tables.ts";
import type { World } from "#jobs/world.ts";
import { issuingAuthority } from "./authority.ts";
import { Config } from "./issuer.ts";
import * as queries from "./queries.ts";

export interface UsableIssuer {
  readonly pk: number;
  readonly id: string;
  readonly type: string;
  readonly enabled: boolean;
  readonly signs: boolean;
  readonly connector: BoundIssuer;
  readonly config: Config;
}

type Parts = Omit<World, "database"> & { readonly reader: Kysely<Tables> };

/** The place binds sealed secrets to their row. */
export const secretsPlace = (id: string): string => `issuers.sealed/${id}`;
const statePlace = (id: string, name: string): string => `issuer_state/${id}/${name}`;

/** Connectors bound to the configuration of a row, by row and revision: parsing it for each certificate costs more than signing. */
const bound = new WeakMap<
  World["vault"],
  Map<number, { revision: number; issuer: UsableIssuer }>
>();

export async function usable(parts: Parts, row: queries.IssuerRow): Promise<UsableIssuer> {
  const cache = bound.get(parts.vault) ?? new Map();
  bound.set(parts.vault, cache);
  const known = cache.get(row.pk);
  if (known?.revision === row.revision) return known.issuer;
  const entry = findIssuerKind(row.type);
  if (!entry) throw new Error(`issuer ${row.id} has the unknown type ${row.type}`);
  const loaded: Issuer = await entry.load();
  const config = fullConfig(parts.vault, row);
  const issuer: UsableIssuer = {
    pk: row.pk,
    id: row.id,
    type: entry.kind,
    enabled: row.enabled === 1,
    signs: entry.signs,
    connector: loaded.bind(config),
    config: queries.configOf(row),
  };
  cache.set(row.pk, { revision: row.revision, issuer });
  return issuer;
}

/** What is shown and what is sealed, together. Stays in the server. */
export function fullConfig(vault: World["vault"], row: queries.IssuerRow): Config {
  return { ...queries.configOf(row), ...secretsOf(vault, row) };
}

export function secretsOf(vault: World["vault"], row: queries.IssuerRow): Config {
  if (row.sealed === null) return {};
  const text = Buffer.from(vault.unseal(secretsPlace(row.id), row.sealed)).toString("utf8");
  return Config.parse(JSON.parse(text));
}

/** How many orders an issuer takes at a time, which its kind says. */
export async function concurrencyOf(db: Kysely<Tables>, pk: number): Promise<number> {
  const row = await queries.findIssuerByPk(db, pk);
  // Without the issuer, or without its kind, the job fails by itself, and one at a time is soon enough.
  return (row && findIssuerKind(row.type)?.concurrency) ?? 1;
}

/** The host for a signing issuer: needs no way to write, so it serves operations as well as jobs. */
export async function signingHost(parts: Parts, issuer: UsableIssuer): Promise<IssuerHost> {
  return {
    clock: parts.clock,
    random: parts.random,
    log: parts.log,
    fetch: parts.fetch,
    authority: issuer.signs ? await issuingAuthority(parts, issuer.pk) : undefined,
    state: { load: unwritable, keep: unwritable, save: unwritable, forget: unwritable },
    http01: { present: unwritable, withdraw: unwritable },
  };
}

async function unwritable(): Promise<never> {
  throw new Error("an issuer that signs at once has no state and answers no challenges");
}

/** The host of a job or a test: state and challenge answers are written in short transactions of their own. */
export async function workingHost(world: World, issuer: UsableIssuer): Promise<IssuerHost> {
  const { database, vault } = world;
  const { reader } = database;
  const load = async (name: string) => {
    const sealed = await queries.loadState(reader, issuer.pk, name);
    return sealed && vault.unseal(statePlace(issuer.id, name), sealed);
  };
  const put = async (name: string, value: Uint8Array, mode: "keep" | "replace") => {
    const sealed = vault.seal(statePlace(issuer.id, name), value);
    await database.transaction((db) =>
      queries.saveState(db, { issuerPk: issuer.pk, name, sealed }, mode),
    );
  };
  return {
    ...(await signingHost({ ...world, reader }, issuer)),
    state: {
      load,
      save: (name, value) => put(name, value, "replace"),
      forget: (name) => database.transaction((db) => queries.deleteState(db, issuer.pk, name)),
      async keep(name, value) {
        await put(name, value, "keep");
        return (await load(name)) ?? value;
      },
    },
    http01: {
      present: (token, keyAuthorization, until) =>
        database.transaction((db) => queries.saveAnswer(db, token, keyAuthorization, until)),
      withdraw: (token) => database.transaction((db) => queries.deleteAnswers(db, { token })),
    },
  };
}

/** What an issuer kept to go on with an order; in the commit that ends the order. */
export async function forgetOrder(
  db: Kysely<Tables>,
  issuerPk: number,
  orderId: string,
): Promise<void> {
  await queries.deleteState(db, issuerPk, orderStateName(orderId));
}

/** The issuer with this id, ready to be used. */
export async function issuerById(parts: Parts, id: string): Promise<UsableIssuer | undefined> {
  const row = await queries.findIssuer(parts.reader, id);
  return row && (await usable(parts, row));
}

export async function issuerByPk(parts: Parts, pk: number): Promise<UsableIssuer | undefined> {
  const row = await queries.findIssuerByPk(parts.reader, pk);
  return row && (await usable(parts, row));
}
