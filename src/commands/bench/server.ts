/** The server that is measured: `serve` of this executable as a process of its own, on free ports, without rate limits. */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { newToken, systemRandom } from "#base/random.ts";
import { searchPath } from "../demo/child.ts";
import type { Endpoint } from "./wire.ts";

export interface MeasuredServer {
  readonly endpoint: Endpoint;
  readonly pid: number;
  /** From the start of the process until it answered. */
  readonly startMilliseconds: number;
  usage(): Usage;
  stop(): Promise<void>;
}

export interface Usage {
  readonly rssMegabytes: number;
  readonly peakMegabytes: number;
  /** Processor time since the start. */
  readonly cpuSeconds: number;
}

export interface ServerOptions {
  readonly dataDir: string;
  readonly databaseUrl?: string | undefined;
  /** An administrator's key that this installation knows already; else one is made at the start. */
  readonly apiKey?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** This executable, whether compiled or run from its sources. */
export function ownCommand(): readonly string[] {
  if (import.meta.path.startsWith("/$bunfs/")) return [process.execPath];
  return [process.execPath, join(import.meta.dir, "../../main.ts")];
}

export async function startMeasured(options: ServerOptions): Promise<MeasuredServer> {
  const [port, httpPort] = [await freePort(), await freePort()];
  const token = options.apiKey ?? newToken("cck", systemRandom);
  // Tokens are their own names' only secret: a name of chance, so that a second run on the same database has a key too.
  const name = `bench-${Buffer.from(systemRandom.bytes(4)).toString("hex")}`;
  const began = performance.now();
  const child = Bun.spawn([...ownCommand(), "serve"], {
    env: {
      PATH: searchPath,
      HOME: "/tmp",
      CERTCTL_DATA_DIR: options.dataDir,
      CERTCTL_SERVER_PORT: String(port),
      CERTCTL_HTTP_PORT: String(httpPort),
      CERTCTL_MTLS_PORT: "0",
      CERTCTL_RATE_LIMIT_ENABLED: "false",
      CERTCTL_LOG_LEVEL: "warn",
      CERTCTL_API_KEYS_NAMED: `${name}:${token}:admin`,
      ...(options.databaseUrl === undefined ? {} : { CERTCTL_DATABASE_URL: options.databaseUrl }),
      ...options.env,
    },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
  const stop = async () => {
    child.kill("SIGTERM");
    await Promise.race([child.exited, Bun.sleep(20_000)]);
    child.kill("SIGKILL");
    await child.exited;
  };
  try {
    const ca = await anchorsOf(port, child.exited);
    return {
      endpoint: { host: "127.0.0.1", port, ca, token },
      pid: child.pid,
      startMilliseconds: performance.now() - began,
      usage: () => usageOf(child.pid),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The anchors, as soon as the server answers. What is measured here is our own child on loopback: nobody to distrust. */
async function anchorsOf(port: number, exited: Promise<number>): Promise<string> {
  let ended: number | undefined;
  void exited.then((status) => {
    ended = status;
  });
  const url = `https://127.0.0.1:${port}/api/v1/trust-anchors`;
  const blind = { tls: { rejectUnauthorized: false } } as RequestInit;
  for (let i = 0; i < 6_000; i++) {
    if (ended !== undefined) throw new Error(`the server ended with status ${ended}`);
    const response = await fetch(url, blind).catch(() => undefined);
    if (response?.ok) {
      const body = (await response.json()) as { anchors_pem: readonly string[] };
      return body.anchors_pem.join("");
    }
    await Bun.sleep(10);
  }
  throw new Error("the server did not answer within a minute");
}

/** Clock ticks a second of /proc, which the kernel's interface fixes at 100. */
const ticks = 100;

function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = (key: string) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // After the name, which is in brackets and may hold spaces: utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    rssMegabytes: kilobytes("VmRSS") / 1_024,
    peakMegabytes: kilobytes("VmHWM") / 1_024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticks,
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
