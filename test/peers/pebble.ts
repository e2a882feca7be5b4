/**
 * A real ACME server (pebble) with its DNS (pebble-challtestsrv): every name is this machine, http-01 is asked for at
 * `httpPort`. Its TLS certificate comes from a CA of its own. Everything on free ports, in a directory of its own.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Daemon, startDaemon } from "./daemon.ts";
import { freePort } from "./free-port.ts";
import { makePair } from "./pair.ts";

export interface PebbleOptions {
  /** Where it asks for http-01 answers, on 127.0.0.1. */
  readonly httpPort: number;
  /** Accounts need an external account; `eab` of the rig is one. */
  readonly eab?: boolean;
  /** Percent of good nonces that are refused; 5 unless told. */
  readonly refusedNonces?: number;
  /** Percent of valid authorizations that a new order reuses; 0 unless told. */
  readonly reusedAuthorizations?: number;
}

export interface PebbleRig {
  /** `https://localhost:PORT/dir`. */
  readonly directoryUrl: string;
  /** The CA of its own TLS certificate, PEM. */
  readonly caPem: string;
  readonly eab: { readonly kid: string; readonly hmac: string };
  /** The trust anchor of the certificates it issues, PEM; another one after each start. */
  anchor(): Promise<string>;
  /** How many certificates it issued, over all its starts. */
  issued(): number;
  /** Ends the ACME server; nobody listens there any more. */
  halt(): Promise<void>;
  /** Starts it again on the same ports: it has forgotten accounts, orders and its CA. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** A name that this CA never certifies. */
export const blockedName = "blocked.test";

const eab = {
  kid: "kid-1",
  hmac: "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W",
};

export async function startPebble(options: PebbleOptions): Promise<PebbleRig> {
  const directory = mkdtempSync(join(tmpdir(), "certctl-pebble-"));
  const port = await freePort();
  const managementPort = await freePort();
  const dnsPort = await freePort();
  const pair = makePair(["localhost", "127.0.0.1"]);
  const at = (name: string) => join(directory, name);
  mkdirSync(at("tls"));
  writeFileSync(at("tls/cert.pem"), pair.certificatePem + pair.chainPem);
  writeFileSync(at("tls/key.pem"), pair.privateKeyPem, { mode: 0o600 });
  const config = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: at("tls/cert.pem"),
    privateKey: at("tls/key.pem"),
    httpPort: options.httpPort,
    tlsPort: await freePort(),
    externalAccountBindingRequired: options.eab === true,
    externalAccountMACKeys: options.eab === true ? { [eab.kid]: eab.hmac } : {},
    domainBlocklist: [blockedName],
  };
  writeFileSync(at("config.json"), JSON.stringify({ pebble: config }));
  const environment = [
    "PEBBLE_VA_NOSLEEP=1",
    `PEBBLE_WFE_NONCEREJECT=${options.refusedNonces ?? 5}`,
    `PEBBLE_AUTHZREUSE=${options.reusedAuthorizations ?? 0}`,
  ];
  const program = ["pebble", "-config", at("config.json"), "-dnsserver", `127.0.0.1:${dnsPort}`];
  // To a file: what a daemon remembers is only the end.
  const logged = ["sh", "-c", 'exec "$@" >>"$0" 2>&1', at("log"), ...program];
  const start = () => startDaemon(["env", ...environment, ...logged], port, directory);
  const output = () => (existsSync(at("log")) ? readFileSync(at("log"), "utf8") : "");
  let dns: Daemon | undefined;
  let acme: Daemon;
  try {
    dns = await startNames(dnsPort, directory);
    acme = await start();
  } catch (cause) {
    await dns?.stop();
    const said = output();
    rmSync(directory, { recursive: true, force: true });
    throw new Error(`pebble did not start: ${said}`, { cause });
  }
  return {
    directoryUrl: `https://localhost:${port}/dir`,
    caPem: pair.chainPem,
    eab,
    async anchor() {
      const url = `https://localhost:${managementPort}/roots/0`;
      return await (await fetch(url, { tls: { ca: pair.chainPem } })).text();
    },
    issued: () => output().split("Issued certificate serial").length - 1,
    halt: () => acme.stop(),
    async resume() {
      acme = await start();
    },
    async stop() {
      await acme.stop();
      await dns?.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A DNS server that says 127.0.0.1 to every question. */
async function startNames(port: number, directory: string): Promise<Daemon> {
  const management = await freePort();
  const none = ["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""];
  const dns = ["-dns01", `127.0.0.1:${port}`, "-defaultIPv4", "127.0.0.1"];
  const command = ["pebble-challtestsrv", ...dns, "-management", `127.0.0.1:${management}`];
  return await startDaemon([...command, ...none], port, directory);
}
