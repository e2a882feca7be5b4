import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Server, startServer } from "#test/main-job/rig.ts";

let server: Server;
beforeAll(async () => {
  server = await startServer();
}, 60_000);
afterAll(() => server.remove(), 30_000);

test("an independent linter finds the OpenAPI document valid", async () => {
  const path = join(server.directory, "openapi.json");
  writeFileSync(path, JSON.stringify(await server.call("GET", "/api/v1/openapi.json"), null, 2));
  const config = join(server.directory, "redocly.yaml");
  // The recommended rules, less those of taste.
  writeFileSync(
    config,
    "extends: [recommended]\nrules:\n  info-license-strict: off\n  operation-4xx-response: error\n  no-server-example.com: off\n",
  );
  const bin = join(import.meta.dir, "../../node_modules/.bin/redocly");
  const done = Bun.spawnSync(["node", bin, "lint", "--config", config, "--format=stylish", path], {
    env: { ...process.env, REDOCLY_TELEMETRY: "off", CI: "true" },
    cwd: server.directory,
  });
  const output = `${done.stdout}${done.stderr}`;
  expect([done.exitCode, done.exitCode === 0 ? "" : output]).toEqual([0, ""]);
}, 60_000);

test("promtool accepts the metrics", async () => {
  const text = await (await server.raw("GET", "/api/v1/metrics/prometheus")).text();
  const done = Bun.spawnSync(["promtool", "check", "metrics"], { stdin: Buffer.from(text) });
  expect([done.exitCode, done.stderr.toString()]).toEqual([0, ""]);
});

test("health and readiness answer on both doors, everything else of the plain door leads to HTTPS", async () => {
  const plain = `http://127.0.0.1:${server.httpPort}`;
  expect(await (await fetch(`${plain}/health`)).json()).toEqual({ status: "healthy" });
  expect(await (await server.raw("GET", "/ready")).json()).toEqual({
    status: "ready",
    db: "reachable",
  });
  const moved = await fetch(`${plain}/certificates?x=1`, { redirect: "manual" });
  expect([moved.status, moved.headers.get("location")]).toEqual([
    308,
    `${server.url}/certificates?x=1`,
  ]);
});

test("CA certificates are fetched without TLS where the leaf's AIA says", async () => {
  const { data } = await server.call("GET", "/api/v1/issuers/iss-local/intermediates");
  const issuing = data.find((it: { issuing: boolean }) => it.issuing);
  const answer = await fetch(
    `http://127.0.0.1:${server.httpPort}/.well-known/pki/ca/${issuing.id}`,
  );
  expect(answer.headers.get("content-type")).toBe("application/pkix-cert");
  const parsed = Bun.spawnSync(["openssl", "x509", "-inform", "der", "-noout", "-subject"], {
    stdin: Buffer.from(await answer.arrayBuffer()),
  });
  expect(parsed.stdout.toString()).toContain("Issuing CA 1");
});

test("events stream as they happen and resume after the last one seen", async () => {
  const abort = new AbortController();
  const read = async (headers: Record<string, string>, until: string) => {
    const response = await server.raw("GET", "/api/v1/events", { headers, signal: abort.signal });
    let text = "";
    const decoder = new TextDecoder();
    if (!response.body) throw new Error("no body");
    for await (const chunk of response.body) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes(until)) break;
    }
    return text;
  };
  const live = read({}, "certificate.issued");
  await Bun.sleep(500);
  const { csr } = await import("#test/csr.ts");
  await server.call("POST", "/api/v1/certificates", {
    csr_pem: await csr(["events.example.test"]),
  });
  const text = await live;
  const first = /id: (\d+)/.exec(text)?.[1];
  expect(text).toContain("event: certificate.created");
  const resumed = await read({ "last-event-id": String(Number(first)) }, "certificate.issued");
  expect(resumed).not.toContain(`id: ${first}\n`);
  abort.abort();
}, 30_000);
