/** `certctl demo`: the whole thing on this machine, in less than a minute: server, agent, a TLS site, one certificate. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { client } from "#base/client.ts";
import type { Connection } from "#base/exchange.ts";
import { newToken, systemRandom } from "#base/random.ts";
import { accessApi } from "#features/access/api.ts";
import { agentsApi } from "#features/agents/api.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import { deploymentsApi } from "#features/deployments/api.ts";
import { ownAnchors } from "#features/issuers/first.ts";
import { targetsApi } from "#features/targets/api.ts";
import { openLog } from "#server/log.ts";
import { type RunningServer, startServer } from "../serve.ts";
import { type Child, searchPath, startChild } from "./demo/child.ts";
import { type Site, startSite } from "./demo/site.ts";
import { type DemoState, loadState, saveState } from "./demo/state.ts";
import { configure } from "./settings.ts";
import { UsageError } from "./usage.ts";

export const serverName = "site.example.test";

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

export async function demo(argv: readonly string[]): Promise<number> {
  const { config: given, rest } = configure(argv);
  // Targets name files by absolute paths only.
  const config = { ...given, dataDir: resolve(given.dataDir) };
  const [unknown] = rest;
  if (unknown !== undefined) throw new UsageError(`demo knows no ${unknown}`);
  const wanted = { https: config.serverPort, http: config.httpPort };
  const state = await loadState(config.dataDir, wanted);
  const { serverPort, httpPort } = state;
  const stopped = Promise.withResolvers<number>();
  const server = await startServer(
    { ...config, serverPort, httpPort, mtlsPort: 0 },
    openLog("warn"),
    () => stopped.resolve(70),
  );
  say(`server: ${server.addresses.https} on ${config.dataDir}`);
  const children: Child[] = [];
  try {
    process.on("SIGTERM", () => stopped.resolve(0));
    process.on("SIGINT", () => stopped.resolve(0));
    const ready = await show(server, state, config.dataDir, children);
    say(ready);
    return await stopped.promise;
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await server.stop(config.shutdownTimeout);
  }
}

/** Does what a person would do, through the same API, and says so. Answers with the line that machines read. */
async function show(
  server: RunningServer,
  start: DemoState,
  dataDir: string,
  children: Child[],
): Promise<string> {
  const anchors = (await ownAnchors(server.world.database.reader)).pem;
  const state = await administrator(server, start, anchors, dataDir);
  const connection = connect(server, anchors, state.apiKey);
  const home = join(dataDir, "demo");
  mkdirSync(home, { recursive: true, mode: 0o755 });
  const site = await startSite(join(home, "site"), state.sitePort, say);
  children.push(site.child);
  const agentId = await joinAgent(server, connection, home);
  children.push(
    startChild(
      [...agentCommand(), "run", "--state-dir", join(home, "agent")],
      join(home, "agent.log"),
    ),
  );
  say(`agent: ${agentId} makes the keys; they never leave ${join(home, "agent/keys")}`);
  const certificateId = state.certificateId ?? (await orderCertificate(connection, site, agentId));
  saveState(dataDir, { ...state, certificateId });
  const seen = await waitUntilSeen(connection, certificateId);
  say(
    `certificate: ${certificateId} for ${serverName}, signed by the built-in CA, installed in ${site.kind}`,
  );
  say(`seen: https://127.0.0.1:${site.port} serves ${seen}`);
  say(
    `look: curl --cacert ${join(home, "ca.pem")} --resolve ${serverName}:${site.port}:127.0.0.1 https://${serverName}:${site.port}/`,
  );
  await Bun.write(join(home, "ca.pem"), anchors.join(""));
  say(
    `sign in: ${server.addresses.https} as ${state.admin} with the password ${state.password ?? "that you gave"}`,
  );
  return `certctl demo ready: URL=${server.addresses.https} SITE=127.0.0.1:${site.port} SERVER_NAME=${serverName} CERTIFICATE=${certificateId}`;
}

function connect(server: RunningServer, anchors: readonly string[], token?: string): Connection {
  return {
    base: new URL(server.addresses.https),
    // Bun's fetch takes TLS settings; the type of `RequestInit` is the browser's.
    fetch: (url, init) => fetch(url, { ...init, tls: { ca: anchors.join("") } } as RequestInit),
    ...(token === undefined ? {} : { token }),
  };
}

/** The first start makes an administrator with a password of chance; later starts find it again. */
async function administrator(
  server: RunningServer,
  state: DemoState,
  anchors: readonly string[],
  dataDir: string,
): Promise<DemoState> {
  if (server.setupCode === undefined) return state;
  const password = newToken("demo", systemRandom, 9);
  const api = client({ setup: accessApi.setup }, connect(server, anchors));
  const made = await api.setup({
    code: server.setupCode,
    name: state.admin,
    password,
    apiKeyName: "demo",
  });
  const next = { ...state, password, ...(made.apiKey === null ? {} : { apiKey: made.apiKey }) };
  saveState(dataDir, next);
  return next;
}

function agentCommand(): readonly string[] {
  const beside = join(dirname(process.execPath), "certctl-agent");
  if (import.meta.path.startsWith("/$bunfs/")) {
    if (existsSync(beside)) return [beside];
    throw new UsageError(`the demo needs certctl-agent beside certctl, at ${beside}`);
  }
  return [process.execPath, join(import.meta.dir, "../../agent/main.ts")];
}

async function joinAgent(
  server: RunningServer,
  connection: Connection,
  home: string,
): Promise<string> {
  const api = client(agentsApi, connection);
  const state = join(home, "agent");
  if (existsSync(join(state, "identity.json"))) {
    const { id } = (await Bun.file(join(state, "identity.json")).json()) as { id: string };
    return id;
  }
  const invitation = await api.createJoinToken({ name: "demo agent" });
  const [file = "", ...args] = [
    ...agentCommand(),
    "join",
    "--state-dir",
    state,
    "--server",
    server.addresses.https,
    "--ca-fingerprint",
    invitation.caFingerprint,
    "--token",
    invitation.token,
  ];
  const joined = Bun.spawn([file, ...args], {
    env: { PATH: searchPath, HOME: "/tmp" },
    stdout: "pipe",
    stderr: "pipe",
    timeout: 30_000,
  });
  if ((await joined.exited) !== 0) {
    throw new Error(`the agent could not join: ${await new Response(joined.stderr).text()}`);
  }
  const list = await api.list({});
  const agent = list.data.find((it) => it.name === "demo agent");
  if (!agent) throw new Error("the agent joined and is not listed");
  return agent.id;
}

async function orderCertificate(
  connection: Connection,
  site: Site,
  agentId: string,
): Promise<string> {
  const target = await client(targetsApi, connection).create({
    name: "demo site",
    type: site.kind,
    agentId,
    config: { ...site.config },
  });
  const made = await client({ create: certificatesApi.create }, connection).create({
    name: "demo site",
    sans: [serverName],
    targetIds: [target.id],
  });
  return made.id;
}

/** "Deployed" is said when the served leaf was seen, so this waits for the same evidence as every page shows. */
async function waitUntilSeen(connection: Connection, id: string): Promise<string> {
  const api = client({ list: deploymentsApi.list, get: certificatesApi.get }, connection);
  for (let i = 0; i < 600; i++) {
    const { data } = await api.list({ id });
    const seen = data.find((it) => it.state === "Deployed");
    if (seen?.seenFingerprint) return `the certificate with SHA-256 ${seen.seenFingerprint}`;
    const failed = data.find((it) => it.state === "Failed" || it.state === "RolledBack");
    if (failed) throw new Error(`the deployment failed: ${failed.message}`);
    await Bun.sleep(100);
  }
  const { failure, status } = await api.get({ id });
  throw new Error(
    `nothing was deployed within a minute: the certificate is ${status} ${failure ?? ""}`,
  );
}
