import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Server, startServer } from "#test/main-job/rig.ts";

/** Set by `.ci/run`; `npm test` reports the group as not run without it. */
const shared = process.env["CERTCTL_CONFORMANCE"] ?? "";

describe("hostile input", () => {
  let server: Server;
  let corpus: string;
  beforeAll(async () => {
    server = await startServer();
    corpus = join(server.directory, "corpus");
    mkdirSync(corpus);
    const made = Bun.spawnSync([
      "/usr/bin/python3",
      join(shared, "conformance/hostile/gen.py"),
      corpus,
      "20261123",
    ]);
    if (made.exitCode !== 0) throw new Error(made.stderr.toString());
  }, 120_000);
  afterAll(() => server.remove(), 30_000);

  test("to REST and to the raw socket is answered below 500, in time, and leaks nothing", async () => {
    const ca = join(server.directory, "ca.pem");
    writeFileSync(ca, server.anchors);
    const host = server.url.replace("https://", "");
    const done = Bun.spawn(["/usr/bin/python3", join(shared, "conformance/hostile/run.py")], {
      env: {
        PATH: "/usr/bin:/bin",
        CORPUS: corpus,
        API_URL: `${server.url}/api/v1`,
        HTTP_ADDR: `${host},tls`,
        TOKEN: `Bearer ${server.apiKey}`,
        CA_FILE: ca,
        HEALTH_URL: `${server.url}/health`,
        SERVER_PID: String(server.pid),
      },
      stdout: "pipe",
      stderr: "pipe",
    });
    const output = await new Response(done.stdout).text();
    const failed = output.split("\n").filter((line) => line.startsWith("FAIL"));
    expect(failed).toEqual([]);
    expect(output).toMatch(/\d+ passed, 0 failed/);
  }, 300_000);

  test("as signing requests is refused with a reason, or issued without its hostile part", async () => {
    const rows = readFileSync(join(corpus, "manifest.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((it) => JSON.parse(it));
    const requests = rows.filter((it: { kind: string }) => it.kind === "csr");
    expect(requests.length).toBeGreaterThan(100);
    const wrong: unknown[] = [];
    for (const { file, id, expect: wanted } of requests) {
      const bytes = readFileSync(join(corpus, file));
      const text = bytes.includes("-----BEGIN")
        ? bytes.toString("latin1")
        : `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE REQUEST-----\n`;
      const answer = await server.raw("POST", "/api/v1/certificates", {
        body: JSON.stringify({ csr_pem: text }),
        headers: { "content-type": "application/json" },
      });
      const body = await answer.text();
      if (answer.status >= 500) wrong.push([id, answer.status, body]);
      if (wanted === "reject" && answer.status < 400) wrong.push([id, "accepted"]);
      if (answer.status === 201 && wanted !== "reject" && isCa(JSON.parse(body).certificate_pem))
        wrong.push([id, "a CA"]);
    }
    expect(wrong).toEqual([]);
  }, 300_000);
});

function isCa(pem: string): boolean {
  const { X509Certificate } = require("node:crypto") as typeof import("node:crypto");
  return new X509Certificate(pem).ca;
}
