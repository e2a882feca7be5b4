import { afterAll, beforeAll, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { look } from "#test/main-job/look.ts";
import { type Server, startAgent, startServer, until } from "#test/main-job/rig.ts";
import { makePair } from "#test/peers/pair.ts";

let server: Server;
beforeAll(async () => {
  server = await startServer();
}, 60_000);
afterAll(() => server.remove(), 30_000);

test("the door for client certificates answers with one, with none, and after many requests on one connection", async () => {
  const url = `https://127.0.0.1:${server.mtlsPort}`;
  const pair = makePair(["client.test"]);
  const call = (tls: object) =>
    fetch(`${url}/api/v1/auth/info`, { tls: { ca: server.anchors, ...tls } } as RequestInit);
  for (let i = 0; i < 20; i++) expect((await call({})).status).toBe(200);
  const withOne = await call({ cert: pair.certificatePem, key: pair.privateKeyPem });
  expect(await withOne.json()).toEqual({ auth_type: "api-key", required: true });
  const posted = await fetch(`${url}/api/v1/teams`, {
    method: "POST",
    body: JSON.stringify({ name: "through the third door" }),
    headers: { authorization: `Bearer ${server.apiKey}`, "content-type": "application/json" },
    tls: { ca: server.anchors },
  } as RequestInit);
  expect(posted.status).toBe(201);
});

test("a new certificate is served on both TLS doors after SIGHUP, without a restart and without a failed request", async () => {
  const own = await startServer();
  try {
    const ports = [Number(new URL(own.url).port), own.mtlsPort];
    const before = await Promise.all(ports.map((port) => look(port, "localhost", own.anchors)));
    expect(before.every((it) => it.authorized)).toBe(true);
    const { Database } = await import("bun:sqlite");
    const database = new Database(join(own.dataDir, "certctl.db"));
    // As if it had been renewed by another replica: without one in store the next look makes a new one.
    database.run("delete from settings where name = 'settings/server-tls'");
    database.close();
    let failures = 0;
    let asked = 0;
    let asking = true;
    const asker = (async () => {
      while (asking || asked < 30) {
        asked++;
        await own.raw("GET", "/health").then(
          (it) => (it.ok ? undefined : failures++),
          () => failures++,
        );
      }
    })();
    process.kill(own.pid, "SIGHUP");
    await until(
      "the new certificate on both doors",
      () => Promise.all(ports.map((port) => look(port, "localhost", own.anchors))),
      (it) =>
        it.every(
          (leaf, index) => leaf.authorized && leaf.fingerprint !== before[index]?.fingerprint,
        ),
    );
    asking = false;
    await asker;
    expect(asked).toBeGreaterThan(5);
    expect(failures).toBe(0);
  } finally {
    await own.remove();
  }
}, 60_000);

test("a second server on the same port refuses to start and says so", async () => {
  await expect(startServer({ CERTCTL_SERVER_PORT: new URL(server.url).port })).rejects.toThrow(
    /EADDRINUSE|in use/,
  );
}, 30_000);

test("a CA of the operator's is loaded from files, an ACME issuer is made of settings, and a CA that may not sign certificates is refused", async () => {
  const directory = server.directory;
  const file = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => {
    const done = Bun.spawnSync(["openssl", ...args], { cwd: directory });
    if (done.exitCode !== 0) throw new Error(done.stderr.toString());
  };
  openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ca.key");
  const made = (name: string, ...ext: string[]) =>
    openssl(
      "req",
      "-x509",
      "-new",
      "-key",
      "ca.key",
      "-subj",
      "/CN=Operator CA",
      "-days",
      "30",
      "-out",
      name,
      ...ext.flatMap((it) => ["-addext", it]),
    );
  made("ca.pem", "keyUsage=critical,keyCertSign,cRLSign");
  const env = (name: string) => ({
    CERTCTL_CA_CERT_PATH: file(name),
    CERTCTL_CA_KEY_PATH: file("ca.key"),
  });
  const directory_url = "https://ca.example/directory";
  const own = await startServer({ ...env("ca.pem"), CERTCTL_ACME_DIRECTORY_URL: directory_url });
  try {
    const acme = await own.call("GET", "/api/v1/issuers/iss-acme-prod");
    expect(acme).toMatchObject({ type: "ACME", config: { directory_url } });
    const { csr } = await import("#test/csr.ts");
    const issued = await own.call("POST", "/api/v1/certificates", {
      csr_pem: await csr(["operator.example.test"]),
    });
    expect(
      new X509Certificate(issued.certificate_pem).checkIssued(
        new X509Certificate(readFileSync(file("ca.pem"))),
      ),
    ).toBe(true);
  } finally {
    await own.remove();
  }
  writeFileSync(
    file("no-sign.cnf"),
    "[req]\ndistinguished_name=dn\nx509_extensions=v3\n[dn]\n[v3]\nbasicConstraints=critical,CA:FALSE\n",
  );
  openssl(
    "req",
    "-x509",
    "-new",
    "-key",
    "ca.key",
    "-subj",
    "/CN=No CA",
    "-days",
    "30",
    "-out",
    "leaf.pem",
    "-config",
    "no-sign.cnf",
  );
  await expect(startServer(env("leaf.pem"))).rejects.toThrow(/CA:TRUE|basicConstraints/);
}, 90_000);

/** How long the server takes to end after SIGTERM. */
async function secondsToStop(own: Server): Promise<number> {
  const began = performance.now();
  process.kill(own.pid, "SIGTERM");
  const isGone = async () => {
    try {
      return !process.kill(own.pid, 0);
    } catch {
      return true;
    }
  };
  await until("the server's end", isGone, (it) => it, 40_000);
  return (performance.now() - began) / 1_000;
}

test("an open event stream and an agent that waits for work do not keep a server from stopping", async () => {
  const own = await startServer();
  const agent = await startAgent(own, "waiting");
  try {
    for (const url of [own.url, `https://127.0.0.1:${own.mtlsPort}`]) {
      const stream = await fetch(`${url}/api/v1/events`, {
        headers: { authorization: `Bearer ${own.apiKey}` },
        tls: { ca: own.anchors },
      } as RequestInit);
      const first = await stream.body?.getReader().read();
      expect(Buffer.from(first?.value ?? []).toString()).toContain("retry:");
    }
    await until(
      "the agent's heartbeat",
      () => own.call("GET", `/api/v1/agents/${agent.id}`),
      (it) => it.last_heartbeat_at !== null,
    );
    expect(await secondsToStop(own)).toBeLessThan(15);
  } finally {
    await agent.stop();
    await own.remove();
  }
}, 90_000);

test.each([
  { name: "3 MB with their size declared", size: 3_000_000, stream: false },
  { name: "3 MB in chunks", size: 3_000_000, stream: true },
  { name: "40 MB with their size declared", size: 40_000_000, stream: false },
  { name: "40 MB in chunks", size: 40_000_000, stream: true },
])("a body that is too large is refused with a problem: $name", async ({ size, stream }) => {
  const text = JSON.stringify({ name: "x".repeat(size) });
  const answer = await server.raw("POST", "/api/v1/teams", {
    body: stream ? new Blob([text]).stream() : text,
    headers: { "content-type": "application/json" },
  });
  expect(answer.status).toBe(413);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(answer.headers.get("x-request-id")).toBeString();
  expect(((await answer.json()) as { status: number }).status).toBe(413);
});

test("without authentication, no page of another site acts here, and no other name leads here", async () => {
  const own = await startServer({
    CERTCTL_AUTH_TYPE: "none",
    CERTCTL_SERVER_HOST: "127.0.0.1",
    CERTCTL_SERVER_NAMES: "certctl.example",
    CERTCTL_CORS_ORIGINS: "https://friend.example",
  });
  const asked = async (method: string, path: string, headers: Record<string, string>) => {
    const options = { method, headers, tls: { rejectUnauthorized: false } } as RequestInit;
    return (await fetch(`${own.url}${path}`, options)).status;
  };
  const invite = (headers: Record<string, string>) =>
    asked("POST", "/api/v1/agents/join-tokens", headers);
  const evil = "https://evil.example";
  try {
    expect(await invite({})).toBe(201);
    expect(await invite({ origin: own.url, "sec-fetch-site": "same-origin" })).toBe(201);
    expect(await invite({ origin: "https://friend.example", "sec-fetch-site": "cross-site" })).toBe(
      201,
    );
    expect(await invite({ origin: evil, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await invite({ "sec-fetch-site": "same-site" })).toBe(403);
    expect(await invite({ origin: evil })).toBe(403);
    expect(await invite({ origin: "null" })).toBe(403);
    expect(await invite({ origin: evil, authorization: `Bearer ${own.apiKey}` })).toBe(201);
    const port = new URL(own.url).port;
    for (const host of ["localhost", `[::1]:${port}`, "127.0.0.1:1", "certctl.example"]) {
      expect(await asked("GET", "/api/v1/teams", { host })).toBe(200);
    }
    expect(await asked("GET", "/api/v1/teams", { host: `evil.example:${port}` })).toBe(403);
    expect(await asked("GET", "/", { host: "evil.example" })).toBe(403);
  } finally {
    await own.remove();
  }
}, 60_000);
