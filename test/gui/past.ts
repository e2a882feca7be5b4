/**
 * A company's last three months, lived through by the real product on a clock moved by hand: orders, failures, agents
 * that come and go. What is left is a data directory that a server can be started on.
 */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { silent } from "#base/log.ts";
import { days, hours, minutes, seconds, systemClock } from "#base/time.ts";
import { migrate } from "#db/migrate.ts";
import { openDatabase } from "#db/open.ts";
import { flushHeartbeats } from "#features/agents/presence.ts";
import { csr } from "#test/csr.ts";
import { agentFacts, masterKey, openProduct, type TestProduct, testClock } from "#test/world.ts";

export interface Past {
  readonly adminKey: string;
  /** Ids by name. */
  readonly ids: ReadonlyMap<string, string>;
  /** What is alive at the end, to go on living. */
  readonly agents: readonly Living[];
}

export interface Living {
  readonly id: string;
  readonly credential: string;
  readonly facts: ReturnType<typeof agentFacts>;
}

/** Words that people put into fields, beside the usual ones. */
export interface Strange {
  /** Each becomes the name of a certificate, of an owner, and of a team. */
  readonly names: readonly string[];
}

/** Who owns, by team. */
const teams = [
  ["Payments", "Payments on call"],
  ["Web platform", "Web on call"],
  ["Infrastructure", "Infra on call"],
] as const;
const sites = ["www", "shop", "api", "pay", "mail", "vpn", "login", "docs", "status", "cdn"];

export async function livePast(
  dataDir: string,
  refusing: object,
  strange: Strange = { names: [] },
): Promise<Past> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const key = join(dataDir, "master.key");
  writeFileSync(key, masterKey);
  chmodSync(key, 0o600);
  const clock = testClock(Date.now() - days(85));
  const database = await openDatabase({
    url: undefined,
    dataDir,
    log: silent,
    clock: systemClock,
    onFatal: (error) => {
      throw error;
    },
  });
  try {
    await migrate(database, systemClock);
    return await live(await openProduct(database, { clock }), refusing, strange);
  } finally {
    await database.close();
  }
}

async function live(product: TestProduct, refusing: object, strange: Strange): Promise<Past> {
  const { clock, adminKey } = product;
  const ids = new Map<string, string>();
  const end = Date.now();
  const add = async (path: string, body: { readonly name: string }): Promise<string> => {
    const { id } = await product.ok("POST", `/api/v1/${path}`, body);
    ids.set(body.name, id);
    return id;
  };
  const until = (before: number) => clock.move(end - before - clock.now());
  await addPeople(add);
  await addRules(add, refusing);
  const agents: Living[] = [];
  for (const name of ["edge-1", "edge-2", "lb-berlin", "lb-dublin", "old-mail"]) {
    agents.push(await join_(product, name));
    ids.set(name, agents.at(-1)?.id ?? "");
  }
  await addTargets(add, ids);
  const order = (name: string, more: Readonly<Record<string, unknown>> = {}) =>
    orderOne(product, ids, name, more);

  // Nobody renews these by themselves: their end has come, or is near.
  await order("legacy.example.com", { validity_seconds: 40 * 86_400, renewal_policy_id: "manual" });
  await order("intranet.example.com", { renewal_policy_id: "manual" });
  await order("wiki.example.com", { renewal_policy_id: "manual" });
  await order("retired.example.com", { validity_seconds: 30 * 86_400 });
  await product.ok("DELETE", `/api/v1/certificates/${ids.get("retired.example.com")}`);
  for (const [i, site] of sites.entries()) {
    until(days(80 - 4 * i));
    const at = `${site}.example.com`;
    await order(at, {
      sans: [at, `${site}.example.net`],
      agent_id: agents[i % 4]?.id,
      owner_id: ids.get(teams[i % 3]?.[1] ?? ""),
      validity_seconds: (i % 2 === 0 ? 47 : 90) * 86_400,
    });
    await work(product, agents);
  }
  await renewUntil(product, agents, until);
  for (const name of strange.names) {
    await order(name, { tags: manyTags(name), environment: "staging" });
    await add("owners", { name, email: "somebody@example.com" } as { name: string });
    await add("teams", { name, description: name } as { name: string });
  }
  until(days(1));
  for (const name of ["partner.example.org", "forms.example.org"]) {
    await order(name, { issuer_id: ids.get("Public CA") });
  }
  await order("secure.example.com", { certificate_profile_id: ids.get("Payment pages") });
  await product.engine.drain();
  await beat(product, agents, until);
  await order("pending.example.com", { agent_id: ids.get("old-mail") });
  await product.engine.drain();
  return { adminKey, ids, agents: agents.slice(0, -1) };
}

type Add = (path: string, body: { readonly name: string }) => Promise<string>;

async function addPeople(add: Add): Promise<void> {
  const more = (body: Readonly<Record<string, unknown>> & { readonly name: string }) => body;
  for (const [name, owner] of teams) {
    const team_id = await add("teams", more({ name, description: `Team ${name}` }));
    const email = `${owner.toLowerCase().replaceAll(" ", "-")}@example.com`;
    await add("owners", more({ name: owner, email, team_id }));
  }
}

async function addRules(add: Add, refusing: object): Promise<void> {
  const more = (body: Readonly<Record<string, unknown>> & { readonly name: string }) => body;
  await add("issuers", more({ name: "Public CA", type: "ACME", config: refusing }));
  await add("profiles", more({ name: "Payment pages", requires_approval: true }));
  await add("profiles", more({ name: "Web servers", max_ttl_seconds: 90 * 86_400 }));
  await add("renewal-policies", more({ name: "By hand", auto_renew: false }));
  await add("renewal-policies", more({ name: "30 days before", renewal_window_days: 30 }));
}

async function addTargets(add: Add, ids: ReadonlyMap<string, string>): Promise<void> {
  const more = (body: Readonly<Record<string, unknown>> & { readonly name: string }) => body;
  for (const agent of ["edge-2", "lb-berlin", "lb-dublin"]) {
    const config = { cert_path: "/etc/tls/site.pem", key_path: "/etc/tls/site.key" };
    const name = `NGINX on ${agent}`;
    await add("targets", more({ name, type: "NGINX", agent_id: ids.get(agent), config }));
  }
}

async function join_(product: TestProduct, name: string): Promise<Living> {
  const { token } = await product.ok("POST", "/api/v1/agents/join-tokens", { name });
  const facts = { ...agentFacts(name), version: "0.1.0" };
  const { body } = await product.request("POST", "/api/v1/agents/join", {
    body: { token, ...facts },
  });
  const { encryption_key_pem: _, ...metadata } = facts;
  return { id: body.id, credential: body.credential, facts: metadata as typeof facts };
}

async function orderOne(
  product: TestProduct,
  ids: Map<string, string>,
  name: string,
  more: Readonly<Record<string, unknown>>,
): Promise<void> {
  const isName = /^[a-z0-9.-]+$/.test(name) && name.length < 64;
  const dns = isName ? name : `n${ids.size}.example.com`;
  const { renewal_policy_id: policy, ...rest } = more;
  const body = {
    name,
    environment: "production",
    owner_id: ids.get("Web on call"),
    ...("agent_id" in more ? { sans: [dns] } : { csr_pem: await csr([dns]) }),
    ...(policy === "manual" ? { renewal_policy_id: ids.get("By hand") } : {}),
    ...rest,
  };
  const made = await product.ok("POST", "/api/v1/certificates", body);
  ids.set(name, made.id ?? made.certificate_id ?? "");
  if (typeof made.job_id === "string") ids.set(`job of ${name}`, made.job_id);
}

const manyTags = (name: string): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`tag-${i}`, `value ${i}`])),
  [name.slice(0, 64)]: name.slice(0, 256),
});

/** The agents hand in the requests that they are asked for, and the CA answers. */
async function work(product: TestProduct, agents: readonly Living[]): Promise<void> {
  for (const { id, credential: key } of agents) {
    const { body } = await product.request("GET", `/api/v1/agents/${id}/work?wait=0`, { key });
    for (const job of body.jobs.filter((it: { action: string }) => it.action === "csr")) {
      const csr_pem = await csr(job.sans, { subject: `CN=${job.common_name}` });
      const handed = { job_id: job.id, csr_pem };
      await product.request("POST", `/api/v1/agents/${id}/csr`, { key, body: handed });
    }
  }
  await product.engine.drain();
}

/** The weeks up to the day before the end, half a day at a time: what is due is renewed. */
async function renewUntil(
  product: TestProduct,
  agents: readonly Living[],
  until: (before: number) => void,
): Promise<void> {
  for (let before = days(43.5); before > days(1); before -= days(0.5)) {
    until(before);
    await product.timetable.runDue();
    await work(product, agents);
  }
}

/** The heartbeats of a day, one in five minutes; the last agent falls silent three hours before the end. */
async function beat(
  product: TestProduct,
  agents: readonly Living[],
  until: (before: number) => void,
): Promise<void> {
  for (let before = hours(23); before >= minutes(1); before -= minutes(5)) {
    until(before);
    const alive = before < hours(3) ? agents.slice(0, -1) : agents;
    for (const { id, credential, facts } of alive) {
      await product.request("POST", `/api/v1/agents/${id}/heartbeat`, {
        key: credential,
        body: facts,
      });
    }
  }
  until(seconds(20));
  await flushHeartbeats(product.world);
}
