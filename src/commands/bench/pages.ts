/**
 * `certctl bench pages`: what a person waits for on a large installation, as pages (signed in, with a cookie) and as the
 * same reads through REST, against the budgets that this product has set itself.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newToken, systemRandom } from "#base/random.ts";
import { hours, later } from "#base/time.ts";
import { sessionCookie } from "#server/authenticate.ts";
import { openLog } from "#server/log.ts";
import { openWorld } from "../../compose.ts";
import type { Config } from "../../config.ts";
import { configure } from "../settings.ts";
import { numbersOf } from "./arguments.ts";
import { type Pair, readsOf } from "./pages-reads.ts";
import { percentile, print, round } from "./report.ts";
import { seed } from "./seed.ts";
import { type MeasuredServer, startMeasured } from "./server.ts";
import { openWire, type Wire } from "./wire.ts";

export async function benchPages(argv: readonly string[]): Promise<number> {
  const { config, rest } = configure(argv);
  const strict = rest.includes("--strict");
  const { numbers, json } = numbersOf(
    rest.filter((it) => it !== "--strict"),
    { certificates: 1_000_000, repeats: 30 },
  );
  const directory = mkdtempSync(join(tmpdir(), "certctl-bench-"));
  // A directory that is named is kept, and used again; so is a database.
  const isNamed = argv.some((it) => it === "--data-dir" || it.startsWith("--data-dir="));
  const isKept = isNamed || config.databaseUrl !== undefined;
  const own: Config = isKept ? config : { ...config, dataDir: join(directory, "data") };
  try {
    const { certificates } = await seed(own, numbers.certificates);
    await keepAlive(own);
    const databaseUrl = own.databaseUrl?.reveal();
    const server = await startMeasured({ dataDir: own.dataDir, databaseUrl });
    try {
      const rows = await measure(server, numbers.repeats);
      print({ title: titleOf(certificates), rows, notes: notesOf(server, numbers.repeats) }, json);
      return strict && rows.some((row) => row["over budget"] !== "") ? 1 : 0;
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const titleOf = (certificates: number) =>
  `Pages and reads with ${certificates} certificates, one person`;

function notesOf(server: MeasuredServer, repeats: number): readonly string[] {
  const { rssMegabytes, peakMegabytes } = server.usage();
  return [
    `Milliseconds until the whole answer was there; ${repeats} times each, after one that is not counted.`,
    "The dashboard's reads are made one after another here; the page makes them at once.",
    `Server memory: ${round(rssMegabytes)} MB, at most ${round(peakMegabytes)} MB.`,
  ];
}

/** Seeded agents speak to nobody: those that were in touch stay so for the time of the measurement. */
async function keepAlive(config: Config): Promise<void> {
  const opened = await openWorld(config, openLog("warn"), (error) => {
    throw error;
  });
  try {
    const { database, clock } = opened.world;
    await database.transaction((tx) =>
      tx
        .updateTable("agents")
        .set({ last_heartbeat_at: later(clock.now(), hours(1)) })
        .where("offline_since", "is", null)
        .execute(),
    );
  } finally {
    await opened.close();
  }
}

async function measure(server: MeasuredServer, repeats: number) {
  const api = await openWire(server.endpoint);
  await untilKept(api);
  const cookie = await signIn(api);
  const person = await openWire({ ...server.endpoint, cookie });
  const rows = [];
  for (const read of await readsOf(api)) rows.push(await measured(read, { api, person }, repeats));
  api.close();
  person.close();
  return rows;
}

/** The numbers of past days are kept by a recurring row, whose first run has a hundred days to do. */
async function untilKept(api: Wire): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const { data } = await jsonOf<{ data: { name: string; last_outcome: string | null }[] }>(
      api,
      "/api/v1/schedules",
    );
    const outcome = data.find((it) => it.name === "daily-counts")?.last_outcome;
    if (outcome === "success") return;
    if (outcome === "failure") throw new Error("the numbers of past days could not be kept");
    await Bun.sleep(200);
  }
  throw new Error("the numbers of past days were not kept within two minutes");
}

async function signIn(api: Wire): Promise<string> {
  const name = `bench-${Buffer.from(systemRandom.bytes(4)).toString("hex")}`;
  const password = newToken("bench", systemRandom);
  await jsonOf(api, "/api/v1/users", { name, password, grants: [{ role: "admin" }] });
  const { token } = await jsonOf<{ token: string }>(api, "/api/v1/sessions", { name, password });
  return `${sessionCookie}=${token}`;
}

async function jsonOf<T>(wire: Wire, path: string, body?: unknown): Promise<T> {
  const method = body === undefined ? "GET" : "POST";
  const text = body === undefined ? undefined : JSON.stringify(body);
  const { status, body: answer } = await wire.send(method, path, text);
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${answer}`);
  // What this executable's own server answers.
  return JSON.parse(String(answer)) as T;
}

async function measured(
  read: Pair,
  wires: { readonly api: Wire; readonly person: Wire },
  repeats: number,
): Promise<Readonly<Record<string, string | number>>> {
  const page = await timesOf(wires.person, [read.page], repeats);
  const api = await timesOf(wires.api, read.api, repeats);
  const over = [
    ...(percentile(page, 0.95) > read.budget ? ["page"] : []),
    ...(percentile(api, 0.95) > read.budget ? ["REST"] : []),
  ];
  return {
    read: read.name,
    "budget p95": read.budget,
    ...columns("page", page),
    ...columns("REST", api),
    "over budget": over.join(", "),
  };
}

const columns = (what: string, times: readonly number[]) => ({
  [`${what} p50`]: round(percentile(times, 0.5)),
  [`${what} p95`]: round(percentile(times, 0.95)),
  [`${what} p99`]: round(percentile(times, 0.99)),
});

/** How long all of `paths` take, one after another. */
async function timesOf(
  wire: Wire,
  paths: readonly string[],
  repeats: number,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i <= repeats; i++) {
    const began = performance.now();
    for (const path of paths) {
      const { status, body } = await wire.send("GET", path);
      if (status !== 200) throw new Error(`GET ${path}: ${status} ${body}`);
    }
    times.push(performance.now() - began);
  }
  return times.slice(1);
}
