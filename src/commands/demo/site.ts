/** The TLS site of the demo: NGINX, fetched when root; otherwise a small TLS server that rereads its files. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemRandom } from "#base/random.ts";
import { systemClock } from "#base/time.ts";
import { signCertificate } from "#pki/certificate.ts";
import { generateKey, privateKeyToPem } from "#pki/key.ts";
import { rootTemplate } from "#pki/local-ca.ts";
import { nameFromText } from "#pki/name-text.ts";
import { encodePem } from "#pki/pem.ts";
import { newSerialNumber } from "#pki/serial-number.ts";
import { softwareSigner } from "#pki/signer.ts";
import { validityFrom } from "#pki/validity.ts";
import { type Child, searchPath, startChild } from "./child.ts";

export interface Site {
  readonly kind: string;
  readonly port: number;
  /** The target's configuration, in the seeds' keys. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly child: Child;
}

/** Where nginx is, after installing it when this user may. */
function findNginx(say: (line: string) => void): string | undefined {
  const which = () => Bun.which("nginx", { PATH: searchPath }) ?? undefined;
  const there = which();
  if (there !== undefined) return there;
  if (process.getuid?.() !== 0 || Bun.which("apt-get", { PATH: searchPath }) === null)
    return undefined;
  say("fetching NGINX from Debian …");
  const env = { PATH: searchPath, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args: string[]) => spawnSync("apt-get", args, { env, timeout: 300_000 });
  if (apt("install", "-y", "-q", "--no-install-recommends", "nginx-light").status !== 0) {
    apt("update", "-q");
    apt("install", "-y", "-q", "--no-install-recommends", "nginx-light");
  }
  return which();
}

export async function startSite(
  directory: string,
  port: number,
  say: (line: string) => void,
): Promise<Site> {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const cert = join(directory, "site.pem");
  const key = join(directory, "site.key");
  if (!existsSync(cert)) await writePlaceholder(cert, key);
  const log = join(directory, "site.log");
  const verify = { endpoint: `127.0.0.1:${port}`, timeout: "5s" };
  const nginx = findNginx(say);
  if (nginx === undefined) {
    say("NGINX is not here and cannot be fetched: a small TLS server stands in for it");
    const command = [...ownCommand(), "demo-site", String(port), cert, key];
    const config = {
      cert_path: cert,
      key_path: key,
      reload_command: ["true"],
      validate_command: ["true"],
      post_deploy_verify: verify,
    };
    return { kind: "NGINX", port, config, child: startChild(command, log) };
  }
  const conf = join(directory, "nginx.conf");
  writeFileSync(conf, nginxConf({ directory, port, cert, key }));
  const config = {
    cert_path: cert,
    key_path: key,
    config_file: conf,
    reload_command: [nginx, "-c", conf, "-s", "reload"],
    validate_command: [nginx, "-t", "-c", conf],
    post_deploy_verify: verify,
  };
  return {
    kind: "NGINX",
    port,
    config,
    child: startChild([nginx, "-c", conf, "-g", "daemon off;"], log),
  };
}

/** This program again: the compiled executable, or Bun with the source. */
export function ownCommand(): readonly string[] {
  const compiled = import.meta.path.startsWith("/$bunfs/");
  return compiled ? [process.execPath] : [process.execPath, join(import.meta.dir, "../../main.ts")];
}

function nginxConf(it: { directory: string; port: number; cert: string; key: string }): string {
  return `# Written by certctl demo.
pid ${it.directory}/nginx.pid;
error_log ${it.directory}/error.log;
worker_processes 1;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${it.directory}/tmp;
  proxy_temp_path ${it.directory}/tmp;
  fastcgi_temp_path ${it.directory}/tmp;
  uwsgi_temp_path ${it.directory}/tmp;
  scgi_temp_path ${it.directory}/tmp;
  server {
    listen 127.0.0.1:${it.port} ssl;
    server_name site.example.test;
    ssl_certificate ${it.cert};
    ssl_certificate_key ${it.key};
    location / { return 200 "deployed by certctl\\n"; }
  }
}
`;
}

/** NGINX does not start without a certificate: a self-signed one of a day, which the first deployment replaces. */
async function writePlaceholder(cert: string, key: string): Promise<void> {
  const privateKey = await generateKey("ECDSA-P256");
  const signer = softwareSigner(privateKey);
  const der = await signCertificate(
    rootTemplate({
      name: nameFromText("CN=not deployed yet"),
      publicKey: signer.publicKey,
      serialNumber: newSerialNumber(systemRandom),
      validity: validityFrom(systemClock.now(), 86_400_000),
      pathLen: undefined,
    }),
    signer,
  );
  writeFileSync(key, privateKeyToPem(privateKey), { mode: 0o600 });
  writeFileSync(cert, encodePem("CERTIFICATE", der), { mode: 0o644 });
}

/** `certctl demo-site PORT CERT KEY`: serves TLS with what its files hold at each handshake. */
export async function demoSite(argv: readonly string[]): Promise<number> {
  const [port = "0", cert = "", key = ""] = argv;
  const { createServer } = await import("node:tls");
  const read = () => ({ cert: readFileSync(cert), key: readFileSync(key) });
  const { createSecureContext } = await import("node:tls");
  const server = createServer({
    ...read(),
    SNICallback: (_, done) => done(null, createSecureContext(read())),
  });
  server.on("secureConnection", (socket) => {
    socket.on("error", () => socket.destroy());
    socket.end(
      "HTTP/1.1 200 OK\r\ncontent-length: 20\r\nconnection: close\r\n\r\ndeployed by certctl\n",
    );
  });
  server.on("tlsClientError", () => undefined);
  server.listen(Number(port), "127.0.0.1");
  return await new Promise((resolve) => process.on("SIGTERM", () => resolve(0)));
}
