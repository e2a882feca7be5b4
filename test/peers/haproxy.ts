/** A real HAProxy (master and worker) on a free port in a directory of its own, with a runtime API socket. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Daemon, startDaemon } from "./daemon.ts";
import { freePort } from "./free-port.ts";
import { makePair, type Pair } from "./pair.ts";

export interface HaproxyRig {
  readonly directory: string;
  readonly port: number;
  /** `127.0.0.1:port`. */
  readonly endpoint: string;
  readonly configFile: string;
  readonly pemPath: string;
  readonly socket: string;
  /** What it serves at first. */
  readonly pair: Pair;
  readonly validateCommand: readonly string[];
  readonly reloadCommand: readonly string[];
  /** The process id of the master. */
  readonly pid: number;
  /** Ends it and removes the directory. */
  stop(): Promise<void>;
}

export const haproxyProgram = existsSync("/usr/sbin/haproxy") ? "/usr/sbin/haproxy" : "haproxy";

export async function startHaproxy(
  options: { readonly names?: readonly string[]; readonly pair?: Pair } = {},
): Promise<HaproxyRig> {
  const pair = options.pair ?? makePair(options.names ?? ["site.test"]);
  const directory = mkdtempSync(join(tmpdir(), "certctl-haproxy-"));
  const port = await freePort();
  const configFile = join(directory, "haproxy.cfg");
  const pemPath = join(directory, "certs", "site.pem");
  const socket = join(directory, "admin.sock");
  mkdirSync(join(directory, "certs"));
  const pem = pair.certificatePem + pair.chainPem + pair.privateKeyPem;
  writeFileSync(pemPath, pem, { mode: 0o600 });
  writeFileSync(configFile, configuration({ port, directory, socket }));
  let daemon: Daemon;
  try {
    daemon = await startDaemon([haproxyProgram, "-W", "-db", "-f", configFile], port, directory);
  } catch (cause) {
    rmSync(directory, { recursive: true, force: true });
    throw cause;
  }
  return {
    directory,
    port,
    endpoint: `127.0.0.1:${port}`,
    configFile,
    pemPath,
    socket,
    pair,
    validateCommand: [haproxyProgram, "-c", "-f", configFile],
    // The master starts a new worker on SIGUSR2 (HAProxy Management Guide, section 4).
    reloadCommand: ["kill", "-USR2", String(daemon.pid)],
    pid: daemon.pid,
    async stop() {
      await daemon.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function configuration(it: {
  readonly port: number;
  readonly directory: string;
  readonly socket: string;
}): string {
  return `global
  stats socket ${it.socket} mode 600 level admin
  ssl-default-bind-options ssl-min-ver TLSv1.2
  tune.ssl.default-dh-param 2048
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend site
  bind 127.0.0.1:${it.port} ssl crt ${it.directory}/certs/
  http-request return status 200 content-type text/plain string ok
`;
}
