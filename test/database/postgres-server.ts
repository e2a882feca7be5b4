/** A real PostgreSQL for this test process: on a free port, in a directory of its own, gone when the process is. */
import { spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";

export interface PostgresServer {
  readonly port: number;
  /** Makes an empty database and returns its URL. */
  createDatabase(): Promise<string>;
  /** Stops at once and starts again with what is on disk, like a crash. */
  restart(): Promise<void>;
}

let running: Promise<PostgresServer> | undefined;

/** One server, shared by all tests of the process. */
export function postgresServer(): Promise<PostgresServer> {
  running ??= start();
  return running;
}

function binaries(): string {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).map(Number) : [];
  const newest = versions.filter((it) => it >= 15).sort((a, b) => b - a)[0];
  const dir = `${root}/${newest}/bin`;
  if (newest === undefined || !existsSync(`${dir}/initdb`)) {
    throw new Error("these tests need PostgreSQL 15 or later: apt-get install postgresql");
  }
  return dir;
}

/** PostgreSQL refuses to run as root; `nobody` exists everywhere. */
const nobody = { uid: 65534, gid: 65534 };
const isRoot = process.getuid?.() === 0;

const unprivileged = isRoot
  ? [`--reuid=${nobody.uid}`, `--regid=${nobody.gid}`, "--clear-groups"]
  : [];
/** `bun test` kills the keeper below when a test meets its time limit: the server must not outlive that either. */
const asNobody = ["setpriv", ...unprivileged, "--pdeathsig=QUIT"];

const environment = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C.UTF-8" };

/**
 * Its standard input ends when this process does, however it does: then the server goes (SIGQUIT: at once, like a
 * crash), and the directory with it. A line on standard input means the same without the end: go and come back.
 */
const keeper = `
dir=$1; shift
start() { "$@" & pid=$!; }
start "$@"
while read -r _; do kill -QUIT $pid; wait $pid; start "$@"; done
kill -QUIT $pid; wait $pid; rm -rf "$dir"
`;

async function finish(child: ReturnType<typeof spawn>, what: string): Promise<void> {
  let output = "";
  child.stdout?.on("data", (it: Buffer) => (output += it.toString()));
  child.stderr?.on("data", (it: Buffer) => (output += it.toString()));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`${what} ended with ${code}: ${output}`);
}

async function start(): Promise<PostgresServer> {
  const bin = binaries();
  const dir = mkdtempSync(join(tmpdir(), "certctl-postgres-"));
  if (isRoot) chownSync(dir, nobody.uid, nobody.gid);
  const data = join(dir, "data");
  const initdb = ["initdb", "-D", data, "-U", "certctl", "-A", "trust", "-E", "UTF8", "--no-sync"];
  await finish(run([...asNobody, ...initdb.with(0, `${bin}/initdb`)]), "initdb");
  const port = await freePort();
  const postgresql = [`${bin}/postgres`, "-D", data, "-p", `${port}`, "-k", dir, ...settings];
  const child = run(["sh", "-c", keeper, "sh", dir, ...asNobody, ...postgresql]);
  const url = (database: string) => `postgres://certctl@127.0.0.1:${port}/${database}`;
  await answers(url("postgres"), child);
  let databases = 0;
  return {
    port,
    async createDatabase() {
      const name = `test_${++databases}`;
      await ask(url("postgres"), `create database ${name}`);
      return url(name);
    },
    async restart() {
      const before = await startedAt(url("postgres"));
      child.stdin?.write("\n");
      while ((await startedAt(url("postgres"))) === before) await Bun.sleep(20);
    },
  };
}

function run([program = "", ...parameters]: readonly string[]): ReturnType<typeof spawn> {
  return spawn(program, parameters, { cwd: "/", env: environment, stdio: "pipe" });
}

/** Without fsync only a crash of the machine loses anything, not one of the server. */
const settings = [
  ["fsync", "off"],
  ["full_page_writes", "off"],
  ["listen_addresses", "127.0.0.1"],
  ["max_connections", "200"],
  ["deadlock_timeout", "50ms"],
].flatMap(([name, value]) => ["-c", `${name}=${value}`]);

async function answers(url: string, child: ReturnType<typeof spawn>): Promise<void> {
  let output = "";
  child.stderr?.on("data", (it: Buffer) => (output = (output + it.toString()).slice(-4_000)));
  child.stdout?.resume();
  try {
    await startedAt(url);
  } catch (error) {
    throw new Error(`postgres does not answer: ${output}`, { cause: error });
  }
}

/** Asks until there is an answer: the server may be starting or stopping. */
async function startedAt(url: string, attempts = 200): Promise<unknown> {
  try {
    return await ask(url, "select pg_postmaster_start_time()::text as answer");
  } catch (error) {
    if (attempts === 0) throw error;
    await Bun.sleep(50);
    return await startedAt(url, attempts - 1);
  }
}

/** On a connection of its own: the package does not always survive the loss of one. */
async function ask(url: string, statement: string): Promise<unknown> {
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    const [row] = await client.unsafe(statement);
    return row?.["answer"];
  } finally {
    await client.end({ timeout: 0.1 });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
