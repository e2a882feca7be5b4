/** Issuers: configured, tested and removed. A secret is sealed at once and never read back. */
import { invalid, notFound, Problem } from "#base/problem.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import { findIssuerKind } from "#connectors/issuers/index.ts";
import { parseIssuerConfig } from "#connectors/issuers/issuer.ts";
import { commit } from "#jobs/attempt.ts";
import type { World } from "#jobs/world.ts";
import { encodePem } from "#pki/pem.ts";
import { type Context, requesterOf } from "../context.ts";
import { type About, crudOperations } from "../crud-handlers.ts";
import { bind, direct, read } from "../handler.ts";
import { issuerActionsApi, issuersApi } from "./api.ts";
import * as authorities from "./authority-queries.ts";
import {
  type AuthorityView,
  type IssuerFields,
  type IssuerView,
  secretKeys,
  splitConfig,
} from "./issuer.ts";
import * as queries from "./queries.ts";
import { secretsOf, secretsPlace, usable, workingHost } from "./use.ts";

function viewOf(row: queries.IssuerRow): IssuerView {
  const kind = findIssuerKind(row.type);
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    config: queries.configOf(row),
    secretsSet: row.sealed && kind ? [...secretKeys(kind)] : [],
    enabled: row.enabled === 1,
    source: row.source,
    // The column holds what `saveTest` wrote.
    testStatus: row.test_status as IssuerView["testStatus"],
    testMessage: row.test_message,
    lastTestedAt: row.last_tested_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    revision: row.revision,
  };
}

/** What is stored: the configuration checked as a whole, secrets left out of it kept as they are. */
async function resolve(
  ctx: Context,
  fields: IssuerFields,
  { id, row }: About<queries.IssuerRow>,
): Promise<queries.SavedIssuer> {
  const kind = findIssuerKind(fields.type);
  if (!kind) throw invalid("type", "is unknown");
  if (row && findIssuerKind(row.type) !== kind) throw invalid("type", "cannot be changed");
  const { shown, secrets } = splitConfig(kind, fields.config);
  const all = { ...(row ? secretsOf(ctx.vault, row) : {}), ...secrets };
  parseIssuerConfig(kind, { ...shown, ...all });
  const text = Object.keys(all).length > 0 ? JSON.stringify(all) : undefined;
  return {
    name: fields.name,
    type: kind.kind,
    shown,
    sealed: text === undefined ? null : ctx.vault.seal(secretsPlace(id), Buffer.from(text)),
    enabled: fields.enabled,
  };
}

export const issuerOperations = crudOperations(issuersApi, {
  what: "issuer",
  kind: "issuer",
  defaultSort: "name",
  find: (db, id) => queries.findIssuer(db, id),
  fieldsOf: (row): IssuerFields => ({
    name: row.name,
    type: row.type,
    config: queries.configOf(row),
    enabled: row.enabled === 1,
  }),
  viewOf,
  resolve,
  async insert(db, id, it, now) {
    await queries.insertIssuer(db, id, { ...it, source: "database" }, now);
  },
  update: (db, row, it, now) => queries.updateIssuer(db, row, it, now),
  remove: (db, row) => queries.deleteIssuer(db, row.pk),
  list: (db, window) => queries.listIssuers(db, window, viewOf),
});

async function load(ctx: Context, id: string): Promise<queries.IssuerRow> {
  const row = await queries.findIssuer(ctx.reader, id);
  if (!row) throw notFound("issuer", id);
  return row;
}

/** Its account at a CA outlives a failing answer, so it writes as it goes, like a job; the result is audited like a write. */
const test = direct(issuerActionsApi.test, async (world, ctx, { id }) => {
  const row = await load(ctx, id);
  const { status, message } = await tested(world, row, ctx.signal);
  const { requestId, address } = ctx;
  await commit(world, [], { actor: requesterOf(ctx.actor), requestId, address }, async (tx) => {
    await queries.saveTest(tx.db, row.pk, { status, message }, tx.now);
    await tx.emit("issuer.tested", { id: row.id, teamPk: null }, { name: row.name, status });
    await tx.audit({
      action: issuerActionsApi.test.name,
      resourceType: "issuers",
      resourceId: row.id,
      outcome: "success",
      teamPk: null,
      details: { status },
    });
  });
  return { id: row.id, status, message };
});

async function tested(
  world: World,
  row: queries.IssuerRow,
  signal: AbortSignal,
): Promise<{ status: "success" | "failed"; message: string }> {
  try {
    const issuer = await usable({ ...world, reader: world.database.reader }, row);
    const host = await workingHost(world, issuer);
    return { status: "success", message: await issuer.connector.test(host, signal) };
  } catch (error) {
    if (error instanceof ConnectorFailure || error instanceof Problem) {
      return { status: "failed", message: error.message };
    }
    throw error;
  }
}

const listAuthorities = read(issuerActionsApi.authorities, async (ctx, { id }) => {
  const issuer = await load(ctx, id);
  const rows = await authorities.listOfIssuer(ctx.reader, issuer.pk);
  const idOf = (pk: number | null) => rows.find((row) => row.pk === pk)?.id ?? null;
  const data = rows.map(
    (row): AuthorityView => ({
      id: row.id,
      issuerId: issuer.id,
      parentId: idOf(row.parent_pk),
      name: row.name,
      state: row.state,
      issuing: row.issuing === 1,
      serialNumber: Buffer.from(row.serial_number).toString("hex").replace(/^0+/, ""),
      fingerprint: Buffer.from(row.fingerprint).toString("hex"),
      notBefore: row.not_before,
      notAfter: row.not_after,
      certificatePem: encodePem("CERTIFICATE", row.certificate),
    }),
  );
  return { data, total: data.length };
});

export const issuerActions = bind(issuerActionsApi, { test, authorities: listAuthorities });
