import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Server, startServer } from "#test/main-job/rig.ts";

/** A virtual environment of its own, kept between runs. */
const venv = join(homedir(), ".cache/certctl-tests/schemathesis");
const program = join(venv, "bin/schemathesis");

let server: Server;
beforeAll(async () => {
  if (!existsSync(program)) {
    for (const command of [
      ["python3", "-m", "venv", venv],
      [join(venv, "bin/pip"), "install", "--quiet", "schemathesis==4.*"],
    ]) {
      const done = Bun.spawnSync(command);
      if (done.exitCode !== 0) {
        throw new Error(`install it with: ${command.join(" ")}\n${done.stderr}`);
      }
    }
  }
  server = await startServer();
}, 300_000);
afterAll(() => server.remove(), 30_000);

test("input made from the API's own description never causes a 5xx", async () => {
  const document = join(server.directory, "openapi.json");
  writeFileSync(document, await (await server.raw("GET", "/api/v1/openapi.json")).text());
  const done = Bun.spawn(
    [
      program,
      "run",
      document,
      `--url=${server.url}`,
      "--tls-verify=false",
      `--header=Authorization: Bearer ${server.apiKey}`,
      "--checks=not_a_server_error",
      "--phases=fuzzing",
      "--max-examples=25",
      "--seed=1",
      // Long polls, streams, and what ends its own credential.
      "--exclude-operation-id=events.stream",
      "--exclude-operation-id=agents.work",
      "--exclude-operation-id=api_keys.revoke",
    ],
    { cwd: server.directory, stdout: "pipe", stderr: "pipe" },
  );
  const output = await new Response(done.stdout).text();
  await done.exited;
  expect(output).toContain("Test cases");
  expect(output).not.toContain("ST101");
  expect((await server.raw("GET", "/health")).status).toBe(200);
}, 400_000);
