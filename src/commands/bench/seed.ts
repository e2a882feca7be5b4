/** `certctl bench seed`: a data directory, or an empty PostgreSQL database, with many certificates, made in bulk. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { seconds } from "#base/time.ts";
import { type Bulk, bulkIntoPostgres, bulkIntoSqlite } from "#db/bulk.ts";
import { authenticator } from "#features/access/authenticate.ts";
import type { Actor } from "#features/context.ts";
import { run } from "#features/run.ts";
import { loadSetting, saveSetting } from "#features/settings/store.ts";
import { openLog } from "#server/log.ts";
import { type Opened, openWorld, productOf } from "../../compose.ts";
import type { Config } from "../../config.ts";
import { configure } from "../settings.ts";
import { UsageError } from "../usage.ts";
import { numbersOf } from "./arguments.ts";
import { print, round } from "./report.ts";
import { requestFor } from "./requests.ts";
import * as deployed from "./seed-deployments.ts";
import * as rows from "./seed-rows.ts";
import * as work from "./seed-work.ts";

const marker = "bench.seed";

export async function benchSeed(argv: readonly string[]): Promise<number> {
  const { config, rest } = configure(argv);
  const { numbers, json } = numbersOf(rest, { certificates: 1_000_000 });
  const began = performance.now();
  const there = await seed(config, numbers.certificates);
  const spent = (performance.now() - began) / seconds(1);
  const row = { certificates: there.certificates, seconds: round(spent) };
  const note = there.wasThere ? "It was there already." : "Made in bulk, indexes last.";
  print({ title: `Seeded ${config.dataDir}`, rows: [row], notes: [note] }, json);
  return 0;
}

interface There {
  readonly certificates: number;
  readonly wasThere: boolean;
}

export async function seed(config: Config, certificates: number): Promise<There> {
  const unfinished = join(config.dataDir, "bench-seed.unfinished");
  if (existsSync(unfinished)) {
    throw new UsageError(`a seeding of ${config.dataDir} was cut short; remove the directory`);
  }
  const opened = await openWorld(config, openLog("warn"), fatal);
  let isOpen = true;
  const close = async () => {
    if (isOpen) await opened.close();
    isOpen = false;
  };
  try {
    const { database } = opened.world;
    const known = await loadSetting(database.reader, marker);
    if (known !== null) return { certificates: Number(known), wasThere: true };
    const plan = await planOf(opened, config, certificates);
    await database.transaction((tx) => saveSetting(tx, marker, String(certificates)));
    writeFileSync(unfinished, "", { mode: 0o600 });
    if (database.engine === "postgres") {
      await load(await bulkIntoPostgres(database, rows.seededTables), plan);
    } else {
      await close();
      await load(bulkIntoSqlite(pathOf(config), rows.seededTables), plan);
    }
    rmSync(unfinished);
    return { certificates, wasThere: false };
  } finally {
    await close();
  }
}

function fatal(error: unknown): never {
  throw error;
}

function pathOf(config: Config): string {
  const url = config.databaseUrl?.reveal();
  return url?.slice("sqlite:".length) ?? join(config.dataDir, "certctl.db");
}

async function planOf(opened: Opened, config: Config, certificates: number): Promise<rows.Plan> {
  const { world } = opened;
  const { reader } = world.database;
  await issueOne(opened, config);
  const template = await reader
    .selectFrom("certificate_versions")
    .select(["issuer_pk", "authority_pk", "certificate", "chain_pk", "request", "key_algorithm"])
    .orderBy("pk")
    .limit(1)
    .executeTakeFirstOrThrow();
  const last = async (
    table: "teams" | "owners" | "agents" | "targets" | "certificates" | "certificate_versions",
  ) => {
    const { rows: found } = await sql<{ last: number | null }>`
      select max(pk) as last from ${sql.table(table)}`.execute(reader);
    return Number(found[0]?.last ?? 0);
  };
  const first = {
    teams: await last("teams"),
    owners: await last("owners"),
    agents: await last("agents"),
    targets: await last("targets"),
    certificates: await last("certificates"),
    certificate_versions: await last("certificate_versions"),
    certificate_targets: 0,
    deployments: 0,
    certificate_search: 0,
    jobs: 0,
    audit_events: 0,
    events: 0,
    agent_hours: 0,
  };
  return { certificates, now: world.clock.now(), template, first };
}

const seeder: Actor = { type: "system", id: "bench", name: "bench seed", pk: 0, grants: [] };

/** One certificate by the usual path, whose octets the others share. */
async function issueOne(opened: Opened, config: Config): Promise<void> {
  const auth = authenticator(opened.world);
  const product = productOf(config, opened, () => auth);
  const operation = product.operations.find((it) => it.contract.name === "certificates.create");
  if (!operation) throw new Error("the operation certificates.create is not there");
  const runner = {
    world: opened.world,
    subscriptions: product.subscriptions,
    defer: () => Promise.reject(new Error("seeding needs no approval")),
  };
  const signal = AbortSignal.timeout(seconds(60));
  const call = { actor: seeder, requestId: "bench-seed", address: null, signal };
  await run(runner, operation, call, { csr_pem: await requestFor("seed.example.com") });
}

async function load(bulk: Bulk, plan: rows.Plan): Promise<void> {
  const random = rows.repeatable(1);
  await bulk.insert("teams", rows.teamRows(plan));
  await bulk.insert("owners", rows.ownerRows(plan));
  await bulk.insert("agents", rows.agentRows(plan));
  await bulk.insert("targets", rows.targetRows(plan));
  await bulk.insert("certificates", rows.certificateRows(plan));
  await bulk.insert("certificate_versions", rows.versionRows(plan, random));
  await bulk.insert("certificate_targets", deployed.placementRows(plan));
  await bulk.insert("deployments", deployed.deploymentRows(plan, random));
  await bulk.insert("certificate_search", rows.searchRows(plan));
  await bulk.insert("jobs", work.jobRows(plan, random));
  await bulk.insert("audit_events", work.auditRows(plan, random));
  await bulk.insert("events", work.eventRows(plan));
  await bulk.insert("agent_hours", work.hourRows(plan));
  await bulk.finish();
}
