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

const asNobody = isRoot
  ? ["setpriv", `--reuid=${nobody.uid}`, `--regid=${nobody.gid}`, "--clear-groups"]
  : [];

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
  const admin = postgres(url("postgres"), { max: 1, onnotice: () => undefined });
  await answers(admin, child);
  let databases = 0;
  return {
    port,
    async createDatabase() {
      const name = `test_${++databases}`;
      await admin.unsafe(`create database ${name}`);
      return url(name);
    },
    async restart() {
      const [before] = await admin.unsafe("select pg_postmaster_start_time()::text as at");
      child.stdin?.write("\n");
      for (;;) {
        await answers(admin, child);
        const [now] = await admin.unsafe("select pg_postmaster_start_time()::text as at");
        if (now?.["at"] !== before?.["at"]) return;
      }
    },
  };
}

function run([program = "", ...parameters]: readonly string[]): ReturnType<typeof spawn> {
  return spawn(program, parameters, { cwd: "/", env: environment, stdio: "pipe" });
}

/** Fast rather than safe, except where a test means to see otherwise: only the machine's power could lose anything. */
const settings = [
  ["fsync", "off"],
  ["synchronous_commit", "off"],
  ["full_page_writes", "off"],
  ["listen_addresses", "127.0.0.1"],
  ["max_connections", "200"],
  ["deadlock_timeout", "50ms"],
].flatMap(([name, value]) => ["-c", `${name}=${value}`]);

async function answers(admin: postgres.Sql, child: ReturnType<typeof spawn>): Promise<void> {
  let output = "";
  child.stderr?.on("data", (it: Buffer) => (output = (output + it.toString()).slice(-4_000)));
  child.stdout?.resume();
  for (let i = 0; i < 200; i++) {
    try {
      await admin.unsafe("select 1");
      return;
    } catch (error) {
      if (child.exitCode !== null) throw new Error(`postgres ended: ${output}`, { cause: error });
      await Bun.sleep(50);
    }
  }
  throw new Error(`postgres does not answer: ${output}`);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
