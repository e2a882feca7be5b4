/**
 * The ACME issuer as a job uses it: a row in a real database, sealed state, answers served by the real plain-HTTP routes.
 * Only the network can be made to fail, by a fetch around the real one.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { silent } from "#base/log.ts";
import { systemRandom } from "#base/random.ts";
import { Secret } from "#base/secret.ts";
import { days, later, systemClock } from "#base/time.ts";
import { vaultOf } from "#base/vault.ts";
import type { Issued, IssueRequest } from "#connectors/issuers/issuer.ts";
import type { Database } from "#db/database.ts";
import { migrate } from "#db/migrate.ts";
import { openDatabase } from "#db/open.ts";
import { findIssuer, insertIssuer, updateIssuer } from "#features/issuers/queries.ts";
import { issuerById, workingHost } from "#features/issuers/use.ts";
import type { World } from "#jobs/world.ts";
import { generateKey } from "#pki/key.ts";
import { buildRequest, parseRequest } from "#pki/request.ts";
import { generalNameFromText } from "#pki/subject-alt-name.ts";
import { serverMetrics } from "#server/metrics.ts";
import { mountPublic } from "#server/public.ts";
import type { Env } from "#server/shell.ts";

type Fetch = typeof fetch;

export interface AcmeBench {
  readonly database: Database;
  /** The plain-HTTP door: where the CA looks for answers. */
  readonly httpPort: number;
  /** Adds an issuer with this configuration; returns its id. */
  addIssuer(config: Readonly<Record<string, unknown>>): Promise<string>;
  /** Changes its configuration, as an operator does. */
  configure(issuerId: string, config: Readonly<Record<string, unknown>>): Promise<void>;
  issue(issuerId: string, request: IssueRequest, how?: How): Promise<Issued>;
  test(issuerId: string, how?: How): Promise<string>;
  /** The names of the issuer's sealed facts. */
  stateNames(issuerId: string): Promise<readonly string[]>;
  /** Answers that are published now. */
  answers(): Promise<number>;
  /** Closes or opens the plain-HTTP door. */
  listen(open: boolean): void;
  close(): Promise<void>;
}

export interface How {
  readonly fetch?: Fetch;
  readonly signal?: AbortSignal;
}

export async function openBench(): Promise<AcmeBench> {
  const directory = mkdtempSync(join(tmpdir(), "certctl-acme-"));
  const database = await openDatabase({
    url: `sqlite:${join(directory, "certctl.db")}`,
    dataDir: directory,
    log: silent,
    clock: systemClock,
    onFatal: (error) => {
      throw error;
    },
  });
  await migrate(database, systemClock);
  const world: World = {
    database,
    clock: systemClock,
    random: systemRandom,
    vault: vaultOf(new Secret(systemRandom.bytes(32)), systemRandom),
    fetch,
    log: silent,
    metrics: serverMetrics(),
    addresses: { https: "https://localhost", http: "http://localhost" },
  };
  const app = new Hono<Env>();
  mountPublic(world)(app);
  const serve = (port: number) =>
    Bun.serve({ hostname: "127.0.0.1", port, fetch: (request) => app.fetch(request) });
  let door: ReturnType<typeof serve> | undefined = serve(0);
  const httpPort = door.port ?? 0;
  let added = 0;

  async function used(id: string, how: How) {
    const parts = { ...world, fetch: how.fetch ?? fetch };
    const issuer = await issuerById({ ...parts, reader: database.reader }, id);
    if (!issuer) throw new Error(`there is no issuer ${id}`);
    const host = await workingHost(parts, issuer);
    return { issuer, host, signal: how.signal ?? AbortSignal.timeout(60_000) };
  }

  return {
    database,
    httpPort,
    async addIssuer(config) {
      added += 1;
      const id = `iss-acme-${added}`;
      const fields = { name: id, type: "ACME", shown: config, sealed: null, enabled: true };
      const now = systemClock.now();
      await database.transaction((db) =>
        insertIssuer(db, id, { ...fields, source: "database" }, now),
      );
      return id;
    },
    async configure(id, config) {
      const row = await findIssuer(database.reader, id);
      if (!row) throw new Error(`there is no issuer ${id}`);
      const fields = { name: id, type: "ACME", shown: config, sealed: null, enabled: true };
      await database.transaction((db) => updateIssuer(db, row, fields, systemClock.now()));
    },
    async issue(id, request, how = {}) {
      const { issuer, host, signal } = await used(id, how);
      return await issuer.connector.issue(host, request, signal);
    },
    async test(id, how = {}) {
      const { issuer, host, signal } = await used(id, how);
      return await issuer.connector.test(host, signal);
    },
    async stateNames(id) {
      const rows = await database.reader
        .selectFrom("issuer_state")
        .innerJoin("issuers", "issuers.pk", "issuer_state.issuer_pk")
        .select("issuer_state.name")
        .where("issuers.id", "=", id)
        .orderBy("issuer_state.name")
        .execute();
      return rows.map((row) => row.name);
    },
    async answers() {
      const rows = await database.reader.selectFrom("http01_answers").select("token").execute();
      return rows.length;
    },
    listen(open) {
      void door?.stop(true);
      door = open ? serve(httpPort) : undefined;
    },
    async close() {
      await door?.stop(true);
      await database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

let orders = 0;

/** A request for these names, as it comes out of the checks. */
export async function requestFor(names: readonly string[]): Promise<IssueRequest> {
  const subjectAltNames = names.map((name) => generalNameFromText(name));
  const privateKey = await generateKey("ECDSA-P256");
  const der = await buildRequest({ subject: [], subjectAltNames, privateKey });
  const now = systemClock.now();
  orders += 1;
  return {
    orderId: `ver-${orders}`,
    request: parseRequest(der),
    subjectAltNames,
    validity: { notBefore: now, notAfter: later(now, days(90)) },
    keyUsage: ["digitalSignature"],
    extendedKeyUsage: ["serverAuth"],
    mustStaple: false,
  };
}
