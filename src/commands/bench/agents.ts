/**
 * `certctl bench agents`: many agents in long poll on kept TLS connections, with their heartbeats; what they cost the
 * server, and how long work takes to reach one of them.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newToken, systemRandom } from "#base/random.ts";
import { type Instant, seconds } from "#base/time.ts";
import type { Database } from "#db/database.ts";
import { json as jsonColumn } from "#db/portable.ts";
import { hashToken } from "#features/access/principal.ts";
import { openLog } from "#server/log.ts";
import { openWorld } from "../../compose.ts";
import type { Config } from "../../config.ts";
import { configure } from "../settings.ts";
import { UsageError } from "../usage.ts";
import { type Crowd, startCrowd } from "./agents-crowd.ts";
import type { SimulatedAgent } from "./agents-helper.ts";
import { numbersOf } from "./arguments.ts";
import { percentile, print, round } from "./report.ts";
import { type MeasuredServer, startMeasured } from "./server.ts";
import { openWire } from "./wire.ts";

interface Numbers {
  readonly agents: number;
  readonly seconds: number;
  readonly helpers: number;
  readonly probes: number;
}

export async function benchAgents(argv: readonly string[]): Promise<number> {
  const { config, rest } = configure(argv);
  const { numbers, json } = numbersOf(rest, {
    agents: 10_000,
    seconds: 70,
    helpers: 2,
    probes: 20,
  });
  const directory = mkdtempSync(join(tmpdir(), "certctl-bench-"));
  // A PostgreSQL that is used again goes with the master key of its data directory.
  const isEmbedded = config.databaseUrl === undefined;
  const own: Config = isEmbedded ? { ...config, dataDir: join(directory, "data") } : config;
  try {
    const agents = await register(own, numbers.agents);
    const databaseUrl = config.databaseUrl?.reveal();
    const server = await startMeasured({ dataDir: own.dataDir, databaseUrl });
    try {
      checkFiles(server.pid, numbers.agents);
      print(await measure(server, agents, numbers), json);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return 0;
}

async function register(config: Config, count: number): Promise<readonly SimulatedAgent[]> {
  const opened = await openWorld(config, openLog("warn"), (error) => {
    throw error;
  });
  try {
    const mark = Buffer.from(systemRandom.bytes(4)).toString("hex");
    const agents = Array.from({ length: count }, (_, i) => ({
      id: `bench-${mark}-${i}`,
      credential: newToken("cca", systemRandom),
    }));
    const now = opened.world.clock.now();
    for (let at = 0; at < count; at += 500) {
      await insertAgents(opened.world.database, agents.slice(at, at + 500), now);
    }
    return agents;
  } finally {
    await opened.close();
  }
}

/** As the join makes them, without the key exchange: the credential is real, and stored as its hash. */
async function insertAgents(
  database: Database,
  agents: readonly SimulatedAgent[],
  now: Instant,
): Promise<void> {
  const rows = agents.map(({ id, credential }) => ({
    id,
    name: id,
    team_pk: null,
    hostname: id,
    os: "linux",
    architecture: "x64",
    ip_address: "127.0.0.1",
    version: "0.1.0",
    capabilities: jsonColumn([]),
    credential_hash: hashToken(credential),
    encryption_key: null,
    last_heartbeat_at: now,
    offline_since: null,
    retired_at: null,
    retired_reason: null,
    revision: 1,
    created_at: now,
    updated_at: now,
  }));
  await database.transaction((tx) => tx.insertInto("agents").values(rows).execute());
}

/** Each agent is an open socket of the server, which needs some files of its own. */
function checkFiles(pid: number, agents: number): void {
  const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
  const most = Number(/Max open files\s+(\d+)/.exec(limits)?.[1] ?? 0);
  if (most >= agents + 200) return;
  throw new UsageError(`bench: ${agents} agents need ulimit -n ${agents + 200}; it is ${most}`);
}

async function measure(server: MeasuredServer, agents: readonly SimulatedAgent[], wanted: Numbers) {
  const idle = server.usage();
  const began = performance.now();
  const crowd = await startCrowd(server.endpoint, agents, wanted.helpers);
  try {
    const connected = (performance.now() - began) / seconds(1);
    const before = server.usage();
    const from = performance.now();
    const latencies = await probeWork(server, crowd, agents, wanted);
    const left = seconds(wanted.seconds) - (performance.now() - from);
    if (left > 0) await Bun.sleep(left);
    const after = server.usage();
    const spent = (performance.now() - from) / seconds(1);
    return {
      title: `${agents.length} agents in long poll`,
      rows: [
        {
          agents: agents.length,
          "RSS MB": round(after.rssMegabytes),
          "peak MB": round(after.peakMegabytes),
          "before MB": round(idle.rssMegabytes),
          "server cores": round((after.cpuSeconds - before.cpuSeconds) / spent),
          "work p50 ms": round(percentile(latencies, 0.5)),
          "work p95 ms": round(percentile(latencies, 0.95)),
          "work max ms": round(Math.max(...latencies)),
          "connected in s": round(connected),
          "failed connections": crowd.failures(),
        },
      ],
      notes: [
        `Over ${round(spent)} s: one kept connection each, a poll every 30 s, a heartbeat every 60 s, spread.`,
        "Work: from sending the order of a certificate until the agent's poll had its request job.",
        `Agents are ${wanted.helpers} processes on the same machine and take their share of it.`,
      ],
    };
  } finally {
    await crowd.stop();
  }
}

/** Orders a certificate from agents spread over all, one after another. */
async function probeWork(
  server: MeasuredServer,
  crowd: Crowd,
  agents: readonly SimulatedAgent[],
  wanted: Numbers,
): Promise<readonly number[]> {
  const wire = await openWire(server.endpoint);
  const latencies: number[] = [];
  const pause = seconds(wanted.seconds) / wanted.probes;
  for (let i = 0; i < wanted.probes; i++) {
    const agent = agents[Math.floor((i * agents.length) / wanted.probes)];
    if (!agent) break;
    const arrived = crowd.nextWork(agent.id);
    const began = performance.now();
    const body = JSON.stringify({ sans: [`probe-${i}.example.com`], agent_id: agent.id });
    const { status, body: answer } = await wire.send("POST", "/api/v1/certificates", body);
    if (status !== 202)
      throw new Error(`the order of a certificate was answered ${status} ${answer}`);
    await arrived;
    latencies.push(performance.now() - began);
    await Bun.sleep(pause);
  }
  wire.close();
  return latencies;
}
