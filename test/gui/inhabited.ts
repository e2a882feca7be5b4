/** A real server on the data of a lived past, with agents that live on and one certificate that is served. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NginxRig, startNginx } from "#test/peers/nginx.ts";
import { type RefusingAcme, startRefusingAcme } from "#test/peers/refusing-acme.ts";
import { type Living, livePast, type Past, type Strange } from "./past.ts";
import { type FreshServer, startAgentWith, startFreshServer } from "./rig.ts";

export interface Inhabited {
  readonly url: string;
  readonly ids: Past["ids"];
  /** As administrator; throws unless it succeeds. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read JSON of many shapes
  call(method: string, path: string, body?: unknown): Promise<any>;
  stop(): Promise<void>;
}

interface Options extends Partial<Strange> {
  /** What the public CA answers to every order. */
  readonly refusal?: string;
}

const usualRefusal = "The CA does not certify names on its list of high-risk domains";

export async function startInhabited(options: Options = {}): Promise<Inhabited> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const it of stops.splice(0).reverse()) await it();
  };
  try {
    return { ...(await start(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  { refusal = usualRefusal, names = [] }: Options,
  stops: (() => Promise<void>)[],
): Promise<Omit<Inhabited, "stop">> {
  const directory = mkdtempSync(join(tmpdir(), "certctl-lived-"));
  stops.push(async () => rmSync(directory, { recursive: true, force: true }));
  const acme: RefusingAcme = await startRefusingAcme(refusal);
  stops.push(() => acme.stop());
  const dataDir = join(directory, "data");
  const past = await livePast(dataDir, acme.config, { names });
  const server = await startFreshServer({ CERTCTL_DATA_DIR: dataDir }, true);
  stops.push(() => server.stop());
  const call = caller(server, past.adminKey);
  const pulse = await keepAlive(past.agents, server);
  stops.push(async () => clearInterval(pulse));
  await serveOne(call, server, past, stops);
  return { url: server.url, ids: past.ids, call };
}

type Call = Inhabited["call"];

function caller(server: FreshServer, key: string): Call {
  return async (method, path, body) => {
    const answer = await send(server, key, method, path, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
}

const send = (server: FreshServer, key: string, method: string, path: string, body?: unknown) =>
  fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    tls: { rejectUnauthorized: false },
  });

async function keepAlive(agents: readonly Living[], server: FreshServer) {
  const beat = async () => {
    for (const { id, credential, facts } of agents) {
      await send(server, credential, "POST", `/agents/${id}/heartbeat`, facts);
    }
  };
  await beat();
  return setInterval(() => void beat().catch(() => undefined), 30_000);
}

/** A real agent and a real NGINX, so that one certificate is deployed and seen. */
async function serveOne(
  call: Call,
  server: FreshServer,
  past: Past,
  stops: (() => Promise<void>)[],
): Promise<void> {
  const name = "shop.example.org";
  const nginx: NginxRig = await startNginx({ names: [name] });
  stops.push(() => nginx.stop());
  const { command } = await call("POST", "/agents/join-tokens", { name: "web-1" });
  const agent = startAgentWith(command, server.directory);
  stops.push(() => agent.stop());
  const { data } = await call("GET", "/agents?q=web-1");
  const target = await call("POST", "/targets", {
    name: "NGINX on web-1",
    type: "NGINX",
    agent_id: data[0].id,
    config: {
      cert_path: nginx.certPath,
      key_path: nginx.keyPath,
      config_file: nginx.configFile,
      reload_command: nginx.reloadCommand,
      validate_command: nginx.validateCommand,
      post_deploy_verify: { endpoint: nginx.endpoint, timeout: "3s" },
    },
  });
  const made = await call("POST", "/certificates", {
    name,
    sans: [name],
    environment: "production",
    owner_id: past.ids.get("Payments on call"),
    target_ids: [target.id],
    tags: { service: "shop", tier: "1" },
  });
  for (let i = 0; i < 150; i++) {
    const { last_deployment_at: at } = await call("GET", `/certificates/${made.id}`);
    if (at !== null) return;
    await Bun.sleep(100);
  }
  throw new Error(`${name} was not deployed: ${server.output()}`);
}
