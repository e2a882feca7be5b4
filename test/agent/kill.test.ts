/** SIGKILL at a hundred random moments of real deployments to a real NGINX, under a client that never stops connecting. */
import { expect, test } from "bun:test";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { probe } from "#agent/probe.ts";
import { systemClock } from "#base/time.ts";
import { type NginxRig, startNginx } from "#test/peers/nginx.ts";
import { makePair, type Pair } from "#test/peers/pair.ts";
import { backups, leftovers, noSignal } from "./bench.ts";

const kills = 100;

/** Connects without a pause; what it gets is the leaf of a completed handshake, so the server held its key. */
function connectForever(rig: NginxRig) {
  const leaves = new Map<string, number>();
  const failures: string[] = [];
  let stopped = false;
  const endpoint = { host: "127.0.0.1", port: rig.port, timeout: 5_000 };
  const loop = (async () => {
    while (!stopped) {
      try {
        const seen = await probe(endpoint, "site.test", { clock: systemClock, signal: noSignal() });
        leaves.set(seen.fingerprint, (leaves.get(seen.fingerprint) ?? 0) + 1);
      } catch (cause) {
        failures.push(String(cause));
      }
      await Bun.sleep(2);
    }
  })();
  return {
    leaves,
    failures,
    stop: () => {
      stopped = true;
      return loop;
    },
  };
}

function startAgent(directory: string) {
  const child = spawn(process.execPath, [join(import.meta.dir, "kill-child.ts"), directory], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    next: async () => JSON.parse((await lines.next()).value ?? "{}"),
    go: () => child.stdin.write("go\n"),
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function pairOnDisk(rig: NginxRig, pairs: readonly Pair[]): number {
  const certificate = readFileSync(rig.certPath, "utf8");
  const key = readFileSync(rig.keyPath, "utf8");
  return pairs.findIndex(
    (it) => certificate === it.certificatePem + it.chainPem && key === it.privateKeyPem,
  );
}

test(`${kills} kills: every handshake succeeds, the disk always holds one pair, and NGINX could restart`, async () => {
  const pairs = [makePair(["site.test"]), makePair(["site.test"])];
  const rig = await startNginx({ pair: pairs[1] as Pair });
  const directory = mkdtempSync(join(tmpdir(), "certctl-kill-"));
  const scene = { rig, pairs, stateDirectory: join(directory, "agent") };
  writeFileSync(join(directory, "scene.json"), JSON.stringify(scene));
  const client = connectForever(rig);
  const testConfiguration = () =>
    execFileSync(rig.validateCommand[0] ?? "", rig.validateCommand.slice(1), { stdio: "pipe" });
  const outcomes = new Map<string, number>();
  const started = performance.now();
  try {
    let agent = startAgent(directory);
    await agent.next();
    for (let kill = 0; kill < kills; kill++) {
      agent.go();
      await Bun.sleep(Math.random() * 250);
      await agent.kill();
      // Before anybody recovers anything: a restarted NGINX would find a pair.
      expect(pairOnDisk(rig, pairs)).not.toBe(-1);
      testConfiguration();
      agent = startAgent(directory);
      const { recovered } = await agent.next();
      for (const [outcome] of recovered) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      expect(pairOnDisk(rig, pairs)).not.toBe(-1);
      expect(leftovers(dirname(rig.certPath))).toEqual([]);
      testConfiguration();
    }
    await agent.kill();
    expect(backups(dirname(rig.certPath)).length).toBeLessThanOrEqual(4);
  } finally {
    await client.stop();
    await rig.stop();
    rmSync(directory, { recursive: true, force: true });
  }
  const handshakes = [...client.leaves.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `${kills} kills in ${Math.round(performance.now() - started)} ms, ${handshakes} handshakes, recovered:`,
    Object.fromEntries(outcomes),
  );
  expect(client.failures).toEqual([]);
  expect(new Set(client.leaves.keys())).toEqual(new Set(pairs.map((it) => it.fingerprint)));
  expect(handshakes).toBeGreaterThan(kills);
}, 120_000);
