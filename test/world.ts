/** The whole product in one process, without doors: a database of the test's own, a clock moved by hand, HTTP by `request`. */

import { silent } from "#base/log.ts";
import { systemRandom } from "#base/random.ts";
import { Secret } from "#base/secret.ts";
import type { Clock, Instant } from "#base/time.ts";
import { days, instant, minutes, systemClock } from "#base/time.ts";
import type { Database } from "#db/database.ts";
import { authenticator } from "#features/access/authenticate.ts";
import { newSetupCode } from "#features/access/setup.ts";
import { deferWith } from "#features/approvals/approval.ts";
import type { Feature } from "#features/handler.ts";
import { compose } from "#features/index.ts";
import type { CaFiles } from "#features/issuers/authority-create.ts";
import { ensureLocalIssuer } from "#features/issuers/first.ts";
import { openVault } from "#features/settings/data-key.ts";
import { engine } from "#jobs/engine.ts";
import { sequencer } from "#jobs/sequencer.ts";
import { timetable } from "#jobs/timetable.ts";
import type { World } from "#jobs/world.ts";
import { appOf } from "#server/app.ts";
import { identifier } from "#server/authenticate.ts";
import { serverMetrics } from "#server/metrics.ts";
import { openapi } from "#server/openapi.ts";
import type { Shell } from "#server/shell.ts";

/** A clock that stands still until it is moved; sleeping is real but short, so that loops turn. */
export interface TestClock extends Clock {
  move(by: number): void;
}

export function testClock(start: number = Date.UTC(2026, 10, 1)): TestClock {
  let now = instant(start);
  return {
    now: (): Instant => now,
    sleep: (duration, signal) => systemClock.sleep(Math.min(duration, 20), signal),
    move: (by) => {
      now = instant(now + by);
    },
  };
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read JSON of many shapes
  readonly body: any;
  readonly headers: Headers;
}

export interface TestProduct {
  readonly world: World;
  readonly clock: TestClock;
  readonly app: Shell;
  readonly product: ReturnType<typeof compose>;
  readonly adminKey: string;
  readonly engine: ReturnType<typeof engine>;
  readonly timetable: ReturnType<typeof timetable>;
  readonly sequencer: ReturnType<typeof sequencer>;
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** As administrator; throws unless the status is one of success. */
  ok(method: string, path: string, body?: unknown): Promise<Answer["body"]>;
  /** An API key with these roles. */
  key(...grants: readonly { role: string; team_id?: string }[]): Promise<string>;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly raw?: RequestInit["body"];
}

export interface ProductOptions {
  readonly more?: readonly Feature[];
  readonly clock?: TestClock;
  /** The operator's CA instead of one that is made. */
  readonly ca?: CaFiles;
  readonly maxBody?: number;
  readonly limits?: { readonly rate: number; readonly burst: number };
}

export const masterKey = "a master key for tests, 32 characters";

export async function openProduct(
  database: Database,
  options: ProductOptions = {},
): Promise<TestProduct> {
  const clock = options.clock ?? testClock();
  const metrics = serverMetrics();
  const vault = await openVault(database, new Secret(masterKey), systemRandom);
  const world: World = {
    database,
    clock,
    random: systemRandom,
    vault,
    fetch,
    // A defect behind a 500 should be seen in the test's output.
    log: { ...silent, error: (fields, message) => console.error(message, fields) },
    metrics,
    addresses: { https: "https://certctl.test:8443", http: "http://certctl.test:8080" },
  };
  await ensureLocalIssuer(world, options.ca);
  const auth = authenticator(world);
  const product = compose({
    authType: "api-key",
    authenticator: () => auth,
    timeouts: { csr: days(1), approval: days(7) },
    overview: {
      build: { version: "0", commit: "0", modified: false, buildTime: "0", runtime: "bun" },
      engine: database.engine,
      settings: [],
      doors: [],
      startedAt: clock.now(),
      counters: () => metrics.snapshot(),
      prometheus: (gauges) => metrics.render(gauges),
    },
    ...(options.more ? { more: options.more } : {}),
  });
  const runner = {
    world,
    subscriptions: product.subscriptions,
    defer: deferWith(world, product.approvedOperation),
  };
  const document = openapi(
    product.operations.map((it) => it.contract),
    { version: "0", url: "https://certctl.test" },
  );
  const app = appOf({
    runner,
    operations: product.operations,
    identify: identifier(world, auth, "api-key"),
    maxBody: options.maxBody ?? 1_048_576,
    site: { authType: "api-key", names: ["certctl.test"], corsOrigins: [] },
    trustedProxies: [],
    limits: options.limits && { address: options.limits, principal: options.limits },
    mounts: [(it) => it.get("/api/v1/openapi.json", () => Response.json(document))],
  });
  const request = requester(app);
  const code = await newSetupCode(world);
  const made = await request("POST", "/api/v1/setup", {
    body: { code, name: "root", password: "correct horse battery", api_key_name: "tests" },
  });
  const adminKey: string = made.body.api_key;
  const ok: TestProduct["ok"] = async (method, path, body) => {
    const answer = await request(method, path, { body, key: adminKey });
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  const table = timetable(world, product.recurring, product.subscriptions);
  await table.prepare();
  return {
    world,
    clock,
    app,
    product,
    adminKey,
    request,
    ok,
    engine: engine({
      world,
      kinds: [...product.kinds.values()],
      subscriptions: product.subscriptions,
      concurrency: 8,
      lease: minutes(1),
      poll: 50,
    }),
    timetable: table,
    sequencer: sequencer(world),
    key: async (...grants) => (await ok("POST", "/api/v1/api-keys", { name: "k", grants })).key,
  };
}

function requester(app: Shell): TestProduct["request"] {
  return async (method, path, options = {}) => {
    const headers = new Headers(options.headers);
    if (options.key !== undefined) headers.set("authorization", `Bearer ${options.key}`);
    if (options.body !== undefined) headers.set("content-type", "application/json");
    const body = options.raw ?? (options.body === undefined ? null : JSON.stringify(options.body));
    const request = new Request(`https://certctl.test${path}`, { method, headers, body });
    const response = await app.fetch(request, {
      door: { name: "https", peer: "192.0.2.7", extend() {} },
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") === true && text !== "";
    return {
      status: response.status,
      headers: response.headers,
      body: json ? JSON.parse(text) : text,
    };
  };
}

/** Joins an agent through the API and answers with its credential. */
export async function joinAgent(
  product: TestProduct,
  options: { readonly id?: string; readonly team_id?: string } = {},
): Promise<{ readonly id: string; readonly credential: string }> {
  const { id, ...rest } = options;
  const { token } = await product.ok("POST", "/api/v1/agents/join-tokens", rest);
  const joined = await product.request("POST", "/api/v1/agents/join", {
    body: { token, ...(id ? { id } : {}), ...agentFacts(id ?? "host") },
  });
  if (joined.status !== 201) throw new Error(JSON.stringify(joined.body));
  return joined.body;
}

export const agentFacts = (hostname: string) => ({
  hostname,
  os: "linux",
  architecture: "amd64",
  ip_address: "192.0.2.9",
  version: "1",
  capabilities: ["NGINX"],
  encryption_key_pem: encryptionKey,
});

/** An X25519 public key (RFC 8410 section 10.1 has one in a certificate; this one was made for the tests). */
const encryptionKey = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VuAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
`;
