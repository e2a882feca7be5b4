/** The running server: doors, workers, timetable; and how it stops without losing anything. */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { Log } from "#base/log.ts";
import { type Milliseconds, seconds } from "#base/time.ts";
import type { Authenticator } from "#features/access/authenticate.ts";
import { authenticator } from "#features/access/authenticate.ts";
import { newSetupCode } from "#features/access/setup.ts";
import { flushHeartbeats } from "#features/agents/presence.ts";
import { deferWith } from "#features/approvals/approval.ts";
import { waitingRoom } from "#features/deployments/work.ts";
import type { Product } from "#features/index.ts";
import { ownAnchors } from "#features/issuers/first.ts";
import { engine } from "#jobs/engine.ts";
import { sequencer } from "#jobs/sequencer.ts";
import { timetable } from "#jobs/timetable.ts";
import type { Addresses, World } from "#jobs/world.ts";
import { appOf } from "#server/app.ts";
import { identifier } from "#server/authenticate.ts";
import { mountEvents } from "#server/events.ts";
import { openDoor } from "#server/listeners.ts";
import { mountLive } from "#server/live.ts";
import { openMtlsDoor } from "#server/mtls-door.ts";
import { openapi } from "#server/openapi.ts";
import { ensureServerCertificate, type ServerTls, serverNames } from "#server/own-certificate.ts";
import type { OwnSite } from "#server/own-site.ts";
import { mountPages } from "#server/pages.ts";
import { mountHealth, mountPublic, mountRedirect } from "#server/public.ts";
import type { App } from "#server/shell.ts";
import { build } from "./build-info.ts";
import { type Opened, openWorld, productOf, type ServeOptions } from "./compose.ts";
import { type Config, intervalOf } from "./config.ts";
import { stayLean } from "./stay-lean.ts";

export interface RunningServer {
  readonly world: World;
  readonly addresses: Addresses;
  /** Printed while there is no administrator. */
  readonly setupCode: string | undefined;
  /** SHA-256 of the trust anchor. */
  readonly caFingerprint: string;
  /** Rereads certificates. */
  reload(): Promise<void>;
  stop(grace: Milliseconds): Promise<void>;
}

interface Parts {
  readonly config: Config;
  readonly opened: Opened;
  readonly product: Product;
  readonly auth: Authenticator;
  readonly stopping: AbortSignal;
}

export async function startServer(
  config: Config,
  log: Log,
  onFatal: (error: unknown) => void,
  options: ServeOptions = {},
): Promise<RunningServer> {
  const opened = await openWorld(config, log, onFatal);
  const { world } = opened;
  const stop = new AbortController();
  const auth = authenticator(world, config.authType);
  const product = productOf(config, opened, () => auth, options);
  const parts: Parts = { config, opened, product, auth, stopping: stop.signal };
  const { doors, reload } = await openDoors(parts);
  const workers = startWorkers(parts);
  await workers.table.start();
  const upkeep = keepUp(world, async () => {
    await auth.flush();
    await flushHeartbeats(world);
    if (config.serverTlsCertPath === undefined) await reload();
  });
  const lean = stayLean(world);
  const anchors = await ownAnchors(world.database.reader);
  return {
    world,
    addresses: world.addresses,
    setupCode: config.authType === "none" ? undefined : await newSetupCode(world),
    caFingerprint: anchors.fingerprints[0] ?? "",
    reload,
    async stop(grace) {
      stop.abort();
      waitingRoom(world).close();
      const closing = doors.map((door) => door.stop(grace));
      await Promise.all([...closing, workers.table.stop(), workers.engine.stop(grace)]);
      await Promise.all([upkeep.stop(), lean.stop()]);
      await workers.positions.stop();
      await opened.close();
    },
  };
}

function startWorkers({ config, opened, product }: Parts) {
  const { world } = opened;
  const workers = engine({
    world,
    kinds: [...product.kinds.values()],
    subscriptions: product.subscriptions,
    concurrency: config.renewalConcurrency,
    lease: config.jobLease,
    poll: seconds(5),
  });
  const recurring = product.recurring.map((it) => ({
    ...it,
    interval: intervalOf(config, it.setting) ?? it.interval,
  }));
  const table = timetable(world, recurring, product.subscriptions);
  const positions = sequencer(world);
  workers.start();
  positions.start();
  return { engine: workers, table, positions };
}

async function openDoors(parts: Parts) {
  const { config, opened } = parts;
  const { world } = opened;
  const names = namesOf(config);
  const loadTls = async (): Promise<ServerTls> => {
    const { serverTlsCertPath: tlsCertPath, serverTlsKeyPath: tlsKeyPath } = config;
    if (tlsCertPath === undefined || tlsKeyPath === undefined) {
      return await ensureServerCertificate(world, names);
    }
    const cert = readFileSync(tlsCertPath, "utf8");
    return { cert, key: readFileSync(tlsKeyPath, "utf8"), fingerprint: cert };
  };
  let tls = await loadTls();
  const { secureApp, plainApp } = appsOf(parts);
  const door = {
    host: config.serverHost,
    log: world.log,
    clock: world.clock,
  };
  const https = openDoor("https", { ...door, port: config.serverPort, app: secureApp }, tls);
  const http = openDoor("http", { ...door, port: config.httpPort, app: plainApp }, undefined);
  const mtls = await openMtlsDoor({ ...door, port: config.mtlsPort, app: secureApp }, tls);
  const reload = async () => {
    const next = await loadTls();
    if (next.fingerprint === tls.fingerprint) return;
    tls = next;
    world.log.info({}, "the server's certificate was replaced");
    await mtls.replaceCertificate(next);
    await https.replaceCertificate(next);
  };
  return { doors: [https, http, mtls], reload };
}

function appsOf({ config, opened, product, auth, stopping }: Parts) {
  const { world } = opened;
  const runner = {
    world,
    subscriptions: product.subscriptions,
    defer: deferWith(world, product.approvedOperation),
  };
  const identify = identifier(world, auth, config.authType);
  const common = {
    runner,
    identify,
    maxBody: config.maxBodySize,
    site: siteOf(config, world),
    trustedProxies: config.trustedProxies,
    limits: limitsOf(config),
  };
  const { operations } = product;
  const health = mountHealth(world, () => stopping.aborted);
  const pages = mountPages({
    runner,
    operations,
    identify,
    authenticator: auth,
    authType: config.authType,
    maxBody: config.maxBodySize,
    version: build.version,
  });
  const own = [health, mountPublic(world)];
  const more = [
    mountEvents({ world, identify, stopping }),
    mountLive({ world, identify, stopping, build: `${build.version}+${build.commit}` }),
    mountDescription(product, world),
    pages,
  ];
  return {
    secureApp: appOf({ ...common, operations, mounts: [...own, ...more] }),
    plainApp: appOf({
      ...common,
      operations: [],
      mounts: [...own, mountRedirect(world.addresses.https)],
    }),
  };
}

const namesOf = (config: Config): readonly string[] =>
  serverNames(config.serverHost, hostname(), config.serverNames);

function siteOf(config: Config, world: World): OwnSite {
  const { authType, corsOrigins } = config;
  const names = [...namesOf(config), new URL(world.addresses.https).hostname];
  return { authType, names, corsOrigins };
}

function limitsOf(config: Config) {
  if (!config.rateLimitEnabled) return undefined;
  const address = { rate: config.rateLimitRps, burst: config.rateLimitBurst };
  const rate = config.rateLimitPerUserRps || address.rate;
  const burst = config.rateLimitPerUserBurst || address.burst;
  return { address, principal: { rate, burst } };
}

/** The description is made once, when it is asked for: contracts do not change while the process runs. */
function mountDescription(product: Product, world: World): (app: App) => void {
  const contracts = product.operations.map((it) => it.contract);
  const about = { version: build.version, url: world.addresses.https };
  let document: string | undefined;
  return (app) => {
    app.get("/api/v1/openapi.json", () => {
      document ??= JSON.stringify(openapi(contracts, about));
      return new Response(document, { headers: { "content-type": "application/json" } });
    });
  };
}

/** What each process does for itself now and then: writes what it gathered, looks after its certificate. */
function keepUp(world: World, work: () => Promise<void>): { stop(): Promise<void> } {
  const end = new AbortController();
  const guarded = async () => {
    try {
      await work();
    } catch (error) {
      world.log.error({ err: error }, "upkeep failed");
    }
  };
  const loop = (async () => {
    while (!end.signal.aborted) {
      await world.clock.sleep(seconds(30), end.signal);
      await guarded();
    }
  })();
  return {
    async stop() {
      end.abort();
      await loop;
    },
  };
}
