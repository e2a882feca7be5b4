/** The executables as a user runs them: server and agents as processes of their own, in an empty directory. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Daemon, startDaemon } from "#test/peers/daemon.ts";
import { freePort } from "#test/peers/free-port.ts";

const root = join(import.meta.dir, "../..");

/** `npm test` builds the executables and names them; alone, a test runs the sources. */
function commandOf(name: "certctl" | "certctl-agent"): readonly string[] {
  const built = process.env["CERTCTL_TEST_BINARY"];
  if (built !== undefined && existsSync(built)) return [join(dirname(built), name)];
  return [process.execPath, join(root, name === "certctl" ? "src/main.ts" : "agent/main.ts")];
}

export interface Server {
  readonly directory: string;
  readonly dataDir: string;
  readonly url: string;
  readonly httpPort: number;
  readonly mtlsPort: number;
  readonly apiKey: string;
  readonly anchors: string;
  readonly fingerprint: string;
  readonly pid: number;
  output(): string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read JSON of many shapes
  call(method: string, path: string, body?: unknown): Promise<any>;
  raw(method: string, path: string, options?: RequestInit): Promise<Response>;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  remove(): Promise<void>;
}

export async function startServer(env: Readonly<Record<string, string>> = {}): Promise<Server> {
  const directory = mkdtempSync(join(tmpdir(), "certctl-main-"));
  const dataDir = join(directory, "data");
  const [port, httpPort, mtlsPort] = [await freePort(), await freePort(), await freePort()];
  const url = `https://127.0.0.1:${port}`;
  const settings = {
    CERTCTL_DATA_DIR: dataDir,
    CERTCTL_SERVER_PORT: String(port),
    CERTCTL_HTTP_PORT: String(httpPort),
    CERTCTL_MTLS_PORT: String(mtlsPort),
    CERTCTL_RATE_LIMIT_ENABLED: "false",
    ...env,
  };
  const variables = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  const command = ["/usr/bin/env", ...variables, ...commandOf("certctl")];
  let daemon: Daemon = await startDaemon([...command, "serve"], port, directory);
  const made = Bun.spawnSync(
    [...command, "setup", "--admin", "root", "--password-stdin", "--api-key", "tests"],
    {
      stdin: Buffer.from("correct horse battery\n"),
      cwd: directory,
    },
  );
  const apiKey = /API key: (\S+)/.exec(made.stdout.toString())?.[1];
  if (apiKey === undefined)
    throw new Error(`setup: ${made.stdout}${made.stderr}\n${daemon.output()}`);
  const blind = { tls: { rejectUnauthorized: false } } as RequestInit;
  const trust = (await (await fetch(`${url}/api/v1/trust-anchors`, blind)).json()) as {
    anchors_pem: string[];
    fingerprints: string[];
  };
  const anchors = trust.anchors_pem.join("");
  const raw = (method: string, path: string, options: RequestInit = {}) =>
    fetch(`${url}${path}`, {
      method,
      ...options,
      headers: { authorization: `Bearer ${apiKey}`, ...options.headers },
      tls: { ca: anchors },
    } as RequestInit);
  return {
    directory,
    dataDir,
    url,
    httpPort,
    mtlsPort,
    apiKey,
    anchors,
    fingerprint: trust.fingerprints[0] ?? "",
    get pid() {
      return daemon.pid;
    },
    output: () => daemon.output(),
    raw,
    async call(method, path, body) {
      const response = await raw(method, path, {
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text === "" ? undefined : JSON.parse(text);
    },
    async kill() {
      process.kill(daemon.pid, "SIGKILL");
      await daemon.stop();
    },
    async start() {
      daemon = await startDaemon([...command, "serve"], port, directory);
    },
    stop: () => daemon.stop(),
    async remove() {
      await daemon.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export interface Agent {
  readonly id: string;
  readonly stateDir: string;
  readonly pid: number;
  output(): string;
  kill(): void;
  start(): void;
  stop(): Promise<void>;
}

/** Joins and runs an agent below the server's directory. */
export async function startAgent(server: Server, name: string): Promise<Agent> {
  const stateDir = join(server.directory, `agent-${name}`);
  const invitation = await server.call("POST", "/api/v1/agents/join-tokens", { name });
  const command = commandOf("certctl-agent");
  const flags = ["--state-dir", stateDir];
  const join_ = [
    ...command,
    "join",
    ...flags,
    "--server",
    server.url,
    "--ca-fingerprint",
    invitation.ca_fingerprint,
    "--token",
    invitation.token,
  ];
  const joined = Bun.spawnSync(join_, { cwd: server.directory });
  const id = /as agent (\S+)/.exec(joined.stdout.toString())?.[1];
  if (id === undefined) throw new Error(`join: ${joined.stdout}${joined.stderr}`);
  let output = "";
  const spawn = () => {
    const child = Bun.spawn([...command, "run", ...flags], {
      cwd: server.directory,
      stdout: "ignore",
      stderr: "pipe",
    });
    void (async () => {
      for await (const chunk of child.stderr)
        output = (output + Buffer.from(chunk).toString()).slice(-50_000);
    })();
    return child;
  };
  let child = spawn();
  return {
    id,
    stateDir,
    get pid() {
      return child.pid;
    },
    output: () => output,
    kill: () => child.kill("SIGKILL"),
    start() {
      child = spawn();
    },
    async stop() {
      child.kill("SIGTERM");
      await Promise.race([child.exited, Bun.sleep(15_000)]);
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** Asks until `done` says yes; fails with what was last seen. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  done: (it: T) => boolean,
  patience = 30_000,
): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    const it = await ask();
    if (done(it)) return it;
    if (performance.now() > end)
      throw new Error(`${what}: not within ${patience} ms: ${JSON.stringify(it)}`);
    await Bun.sleep(100);
  }
}
