/** A real NGINX on a free port in a directory of its own, as whatever user runs the test. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Daemon, startDaemon } from "./daemon.ts";
import { freePort } from "./free-port.ts";
import { makePair, type Pair } from "./pair.ts";

export interface NginxRig {
  readonly directory: string;
  readonly port: number;
  /** `127.0.0.1:port`. */
  readonly endpoint: string;
  readonly configFile: string;
  /** The site's server block; included by the main file. */
  readonly siteFile: string;
  readonly certPath: string;
  readonly keyPath: string;
  /** What it serves at first. */
  readonly pair: Pair;
  readonly validateCommand: readonly string[];
  readonly reloadCommand: readonly string[];
  /** The process id of the master. */
  readonly pid: number;
  /** Ends it and removes the directory. */
  stop(): Promise<void>;
}

export const nginxProgram = existsSync("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx";

export async function startNginx(
  options: { readonly names?: readonly string[]; readonly pair?: Pair } = {},
): Promise<NginxRig> {
  const names = options.names ?? ["site.test"];
  const pair = options.pair ?? makePair(names);
  const directory = mkdtempSync(join(tmpdir(), "certctl-nginx-"));
  const port = await freePort();
  const at = (...parts: string[]) => join(directory, ...parts);
  for (const name of ["logs", "tmp", "sites", "tls"]) mkdirSync(at(name));
  const configFile = at("nginx.conf");
  const certPath = at("tls", "site.pem");
  const keyPath = at("tls", "site.key");
  writeFileSync(certPath, pair.certificatePem + pair.chainPem);
  writeFileSync(keyPath, pair.privateKeyPem, { mode: 0o600 });
  writeFileSync(configFile, mainFile(directory));
  writeFileSync(at("sites", "site.conf"), site({ port, names, certPath, keyPath }));
  const arguments_ = ["-p", directory, "-c", configFile];
  let daemon: Daemon;
  try {
    daemon = await startDaemon([nginxProgram, ...arguments_, "-g", "daemon off;"], port, directory);
  } catch (cause) {
    rmSync(directory, { recursive: true, force: true });
    throw cause;
  }
  return {
    directory,
    port,
    endpoint: `127.0.0.1:${port}`,
    configFile,
    siteFile: at("sites", "site.conf"),
    certPath,
    keyPath,
    pair,
    validateCommand: [nginxProgram, ...arguments_, "-t"],
    reloadCommand: [nginxProgram, ...arguments_, "-s", "reload"],
    pid: daemon.pid,
    async stop() {
      await daemon.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function mainFile(directory: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `  ${name}_temp_path ${directory}/tmp/${name};`)
    .join("\n");
  // Workers of a root-owned master would otherwise be somebody who may not enter the directory.
  const user = process.getuid?.() === 0 ? "user root;\n" : "";
  return `${user}worker_processes 1;
pid ${directory}/nginx.pid;
error_log ${directory}/logs/error.log;
events { worker_connections 256; }
http {
  access_log off;
  ssl_protocols TLSv1.2 TLSv1.3;
${temporary}
  include sites/*.conf;
}
`;
}

function site(it: {
  readonly port: number;
  readonly names: readonly string[];
  readonly certPath: string;
  readonly keyPath: string;
}): string {
  return `server {
  listen 127.0.0.1:${it.port} ssl;
  server_name ${it.names.join(" ")};
  ssl_certificate ${it.certPath};
  ssl_certificate_key ${it.keyPath};
  location / { return 200 "ok"; }
}
`;
}
