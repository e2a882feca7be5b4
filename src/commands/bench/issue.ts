/** `certctl bench issue`: issuances a second through REST, each acknowledged after its durable commit. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seconds } from "#base/time.ts";
import { configure } from "../settings.ts";
import { numbersOf } from "./arguments.ts";
import { percentile, print, round } from "./report.ts";
import { requestFor } from "./requests.ts";
import { type MeasuredServer, startMeasured } from "./server.ts";
import { openWire, type Wire } from "./wire.ts";

/** More than any server here can use up; a run that does ends early. */
const requestsPerSecond = 4_000;

export async function benchIssue(argv: readonly string[]): Promise<number> {
  const { config, rest } = configure(argv);
  const { numbers, json } = numbersOf(rest, { clients: 64, seconds: 20 });
  const bodies = await makeBodies(numbers.seconds * requestsPerSecond);
  const directory = mkdtempSync(join(tmpdir(), "certctl-bench-"));
  try {
    const databaseUrl = config.databaseUrl?.reveal();
    // A PostgreSQL that is used again goes with the master key of its data directory.
    const dataDir = databaseUrl === undefined ? join(directory, "data") : config.dataDir;
    const server = await startMeasured({ dataDir, databaseUrl });
    try {
      const run = await measure(server, bodies, numbers);
      print(reportOf(run, numbers.clients, databaseUrl === undefined), json);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return 0;
}

/** Distinct names, each with a P-256 key of its own, made before the clock runs. */
async function makeBodies(count: number): Promise<readonly string[]> {
  const bodies: string[] = [];
  for (let i = 0; i < count; i++) {
    bodies.push(JSON.stringify({ csr_pem: await requestFor(`host-${i}.bench.example.com`) }));
  }
  return bodies;
}

interface Run {
  readonly issued: number;
  readonly refused: number;
  readonly elapsed: number;
  readonly latencies: readonly number[];
  readonly rss: number;
  readonly peak: number;
  readonly cpu: number;
}

async function measure(
  server: MeasuredServer,
  bodies: readonly string[],
  options: { readonly clients: number; readonly seconds: number },
): Promise<Run> {
  const wires = await Promise.all(
    Array.from({ length: options.clients }, () => openWire(server.endpoint)),
  );
  const queue = bodies[Symbol.iterator]();
  // The first tenth warms the server and is not counted.
  const warmUp = seconds(options.seconds) / 10;
  await drive(wires, queue, warmUp);
  const before = server.usage();
  const began = performance.now();
  const { latencies, refused } = await drive(wires, queue, seconds(options.seconds) - warmUp);
  const elapsed = (performance.now() - began) / seconds(1);
  const after = server.usage();
  for (const wire of wires) wire.close();
  return {
    issued: latencies.length,
    refused,
    elapsed,
    latencies,
    rss: after.rssMegabytes,
    peak: after.peakMegabytes,
    cpu: (after.cpuSeconds - before.cpuSeconds) / elapsed,
  };
}

async function drive(wires: readonly Wire[], queue: Iterator<string>, duration: number) {
  const latencies: number[] = [];
  let refused = 0;
  const until = performance.now() + duration;
  const work = async (wire: Wire) => {
    while (performance.now() < until) {
      const next = queue.next();
      if (next.done) return;
      const began = performance.now();
      const { status } = await wire.send("POST", "/api/v1/certificates", next.value);
      if (status === 201) latencies.push(performance.now() - began);
      else refused++;
    }
  };
  await Promise.all(wires.map(work));
  return { latencies, refused };
}

function reportOf(run: Run, clients: number, embedded: boolean) {
  return {
    title: `Issuing through REST: ${clients} clients, ${embedded ? "embedded SQLite" : "PostgreSQL"}`,
    rows: [
      {
        "issued/s": round(run.issued / run.elapsed),
        issued: run.issued,
        "other answers": run.refused,
        "p50 ms": round(percentile(run.latencies, 0.5)),
        "p95 ms": round(percentile(run.latencies, 0.95)),
        "p99 ms": round(percentile(run.latencies, 0.99)),
        "server cores": round(run.cpu),
        "RSS MB": round(run.rss),
        "peak MB": round(run.peak),
      },
    ],
    notes: [
      "Each request has a P-256 key and a name of its own, made beforehand; each answer came after its durable commit.",
      "Clients are one process on the same machine and take their share of it.",
    ],
  };
}
