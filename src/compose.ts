/** The composition root: builds the world and the product on it. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import type { Log } from "#base/log.ts";
import { systemRandom } from "#base/random.ts";
import { instant, systemClock } from "#base/time.ts";
import { lockDataDir, makeDataDir, requireUsableDataDir } from "#db/data-dir-lock.ts";
import { migrate } from "#db/migrate.ts";
import { openDatabase, sqlitePath } from "#db/open.ts";
import type { authenticator } from "#features/access/authenticate.ts";
import { type NamedKey, seedKeys } from "#features/access/keys.ts";
import type { Feature } from "#features/handler.ts";
import { compose, type Product } from "#features/index.ts";
import { type CaFiles, parseSubordinate } from "#features/issuers/authority-create.ts";
import { ensureLocalIssuer } from "#features/issuers/first.ts";
import { ensureAcmeIssuer } from "#features/issuers/first-acme.ts";
import type { Door } from "#features/overview/system-api.ts";
import { hasDataKey, openVault } from "#features/settings/data-key.ts";
import type { Addresses, World } from "#jobs/world.ts";
import { type ServerMetrics, serverMetrics } from "#server/metrics.ts";
import { build } from "./build-info.ts";
import { acmeConfigOf } from "./config/acme.ts";
import type { Config } from "./config.ts";
import { loadMasterKey, requireMasterKey } from "./master-key.ts";

export interface Opened {
  readonly world: World;
  readonly metrics: ServerMetrics;
  close(): Promise<void>;
}

/**
 * Locks the data directory, opens and migrates the database, opens the vault. A command that does one short thing beside
 * a running server goes `beside` it, without the lock.
 */
export async function openWorld(
  config: Config,
  log: Log,
  onFatal: (error: unknown) => void,
  manner: "alone" | "beside" = "alone",
): Promise<Opened> {
  const lock = manner === "alone" ? lockDataDir(config.dataDir, systemClock.now()) : undefined;
  // The lock makes it; beside a server there is none, and before its first start neither.
  makeDataDir(config.dataDir);
  try {
    const database = await openDatabase({
      url: config.databaseUrl?.reveal(),
      dataDir: config.dataDir,
      log,
      clock: systemClock,
      maxConnections: config.databaseMaxConns,
      onFatal,
    });
    try {
      await migrate(database, systemClock);
      const isNew = !(await hasDataKey(database));
      const master = await loadMasterKey(
        config.configEncryptionKey,
        config.dataDir,
        isNew,
        systemRandom,
      );
      const vault = await openVault(database, master, systemRandom);
      const metrics = serverMetrics();
      const world: World = {
        database,
        clock: systemClock,
        random: systemRandom,
        vault,
        fetch,
        log,
        metrics,
        addresses: addressesOf(config),
      };
      await ensureLocalIssuer(world, caFiles(config));
      const acme = acmeConfigOf(config);
      if (acme) await ensureAcmeIssuer(world, acme);
      await seedKeys(world, namedKeys(config));
      const close = async () => {
        await database.close();
        lock?.release();
      };
      return { world, metrics, close };
    } catch (error) {
      await database.close();
      throw error;
    }
  } catch (error) {
    lock?.release();
    throw error;
  }
}

const textOf = (url: URL | undefined): string | undefined => url?.toString().replace(/\/$/, "");

/** Keys of the environment; those of the older variable have no names of their own. */
function namedKeys(config: Config): readonly NamedKey[] {
  const legacy = config.authSecret?.reveal() ?? [];
  return [
    ...legacy.map((key, index) => ({ name: `legacy-key-${index + 1}`, key, admin: false })),
    ...(config.apiKeysNamed?.reveal() ?? []),
  ];
}

/** What a start would say of data directory, master key and the operator's CA, without starting. Throws the same. */
export function requireStartable(config: Config): void {
  requireUsableDataDir(config.dataDir);
  const path = sqlitePath(config.databaseUrl?.reveal(), config.dataDir);
  // An empty file is none yet. PostgreSQL would have to be asked, which a check of settings does not.
  const isThere = path !== undefined && existsSync(path) && statSync(path).size > 0;
  requireMasterKey(config.configEncryptionKey, config.dataDir, isThere);
  const files = caFiles(config);
  if (files) parseSubordinate(files, systemClock.now());
}

function caFiles(config: Config): CaFiles | undefined {
  const { caCertPath, caKeyPath } = config;
  if (caCertPath === undefined || caKeyPath === undefined) return undefined;
  return {
    certificatePem: readFileSync(caCertPath, "utf8"),
    keyPem: readFileSync(caKeyPath, "utf8"),
  };
}

function addressesOf(config: Config): Addresses {
  const { serverHost } = config;
  const any = serverHost === "0.0.0.0" || serverHost === "::";
  const name = any ? hostname() : serverHost;
  const host = name.includes(":") ? `[${name}]` : name;
  return {
    https: textOf(config.publicUrl) ?? `https://${host}:${config.serverPort}`,
    http: textOf(config.publicHttpUrl) ?? `http://${host}:${config.httpPort}`,
  };
}

/** Where it listens, and for what. Port 0: switched off. */
const doorsOf = (config: Config): readonly Door[] => [
  { name: "HTTPS", port: config.serverPort, serves: "pages, REST, agents" },
  { name: "HTTP", port: config.httpPort, serves: "CA certificates, ACME challenges" },
  { name: "mutual TLS", port: config.mtlsPort, serves: "agents with client certificates" },
];

/** Everything that may differ from a plain `serve`. */
export interface ServeOptions {
  /** A feature beside ours, for tests. */
  readonly more?: readonly Feature[];
}

export function productOf(
  config: Config,
  opened: Pick<Opened, "world" | "metrics">,
  auth: () => ReturnType<typeof authenticator>,
  options: ServeOptions = {},
): Product {
  const { world, metrics } = opened;
  return compose({
    authType: config.authType,
    authenticator: auth,
    timeouts: { csr: config.jobAwaitingCsrTimeout, approval: config.jobAwaitingApprovalTimeout },
    overview: {
      build,
      engine: world.database.engine,
      settings: config.shown,
      doors: doorsOf(config),
      startedAt: instant(world.clock.now()),
      counters: () => metrics.snapshot(),
      prometheus: (gauges) => metrics.render(gauges),
    },
    ...(options.more ? { more: options.more } : {}),
  });
}
