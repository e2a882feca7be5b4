import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { opener } from "#test/database/engines.ts";
import { startDaemon } from "#test/peers/daemon.ts";
import { freePort } from "#test/peers/free-port.ts";

const open = opener("postgres");
const main = join(import.meta.dir, "../../src/main.ts");

/** One more replica on the database at `url`; it makes its own data directory. */
async function startReplica(url: string, directory: string, name: string) {
  const [https, http, mtls] = [await freePort(), await freePort(), await freePort()];
  const env = [
    `CERTCTL_DATABASE_URL=${url}`,
    `CERTCTL_CONFIG_ENCRYPTION_KEY=${"k3".repeat(16)}`,
    `CERTCTL_DATA_DIR=${join(directory, name)}`,
    `CERTCTL_SERVER_PORT=${https}`,
    `CERTCTL_HTTP_PORT=${http}`,
    `CERTCTL_MTLS_PORT=${mtls}`,
  ];
  const command = ["/usr/bin/env", ...env, process.execPath, main, "serve"];
  return { https, daemon: await startDaemon(command, https, directory) };
}

/** A replica that found the CA of another one takes its server certificate: that begins its listener anew. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 50) throw error;
      await Bun.sleep(100);
    }
  }
}

test("two replicas that start for the first time together have one CA, and both serve its certificates", async () => {
  const url = await open.url();
  const directory = mkdtempSync(join(tmpdir(), "certctl-replicas-"));
  const replicas = await Promise.all(
    ["one", "two", "three"].map((it) => startReplica(url, directory, it)),
  );
  try {
    const seen = await Promise.all(
      replicas.map(async ({ https }) => {
        const options = { tls: { rejectUnauthorized: false } } as RequestInit;
        const answer = await patiently(() =>
          fetch(`https://127.0.0.1:${https}/api/v1/trust-anchors`, options),
        );
        return (await answer.json()) as { fingerprints: string[]; anchors_pem: string[] };
      }),
    );
    expect(new Set(seen.map((it) => it.fingerprints.join())).size).toBe(1);
    for (const { https } of replicas) {
      const options = { tls: { ca: seen[0]?.anchors_pem.join("") } } as RequestInit;
      expect((await fetch(`https://localhost:${https}/ready`, options)).status).toBe(200);
    }
    const database = await open.raw(url);
    const authorities = await database.reader.selectFrom("authorities").select("issuing").execute();
    expect(authorities.map((it) => Number(it.issuing)).sort()).toEqual([0, 1]);
  } finally {
    await Promise.all(replicas.map(({ daemon }) => daemon.stop()));
    rmSync(directory, { recursive: true, force: true });
  }
}, 90_000);
