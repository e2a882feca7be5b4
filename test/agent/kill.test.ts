/** SIGKILL at a hundred random moments of real deployments to a real NGINX, under a client that never stops connecting. */
import { expect, test } from "bun:test";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { probe } from "#agent/probe.ts";
import { systemClock } from "#base/time.ts";
import { type HaproxyRig, startHaproxy } from "#test/peers/haproxy.ts";
import { type NginxRig, startNginx } from "#test/peers/nginx.ts";
import { makePair, type Pair } from "#test/peers/pair.ts";
import { backups, leftovers, noSignal } from "./bench.ts";

/** Connects without a pause; what it gets is the leaf of a completed handshake, so the server held its key. */
function connectForever(rig: { readonly port: number }) {
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

interface Service {
  readonly kind: "NGINX" | "HAProxy";
  readonly kills: number;
  start(pair: Pair): Promise<NginxRig | HaproxyRig>;
  /** The files as they shall be with a pair. */
  files(rig: NginxRig | HaproxyRig, pair: Pair): ReadonlyMap<string, string>;
}

const services: readonly Service[] = [
  {
    kind: "NGINX",
    kills: 100,
    start: (pair) => startNginx({ pair }),
    files(rig, { certificatePem, chainPem, privateKeyPem }) {
      if (!("certPath" in rig)) throw new Error("not an NGINX");
      return new Map([
        [rig.certPath, certificatePem + chainPem],
        [rig.keyPath, privateKeyPem],
      ]);
    },
  },
  {
    kind: "HAProxy",
    kills: 25,
    start: (pair) => startHaproxy({ pair }),
    files(rig, { certificatePem, chainPem, privateKeyPem }) {
      if (!("pemPath" in rig)) throw new Error("not an HAProxy");
      return new Map([[rig.pemPath, certificatePem + chainPem + privateKeyPem]]);
    },
  },
];

test.each(services)(
  "$kind, $kills kills: every handshake succeeds, the disk always holds one pair, and a restart would too",
  async (service) => {
    const { kills } = service;
    const pairs = [makePair(["site.test"]), makePair(["site.test"])];
    const rig = await service.start(pairs[1] as Pair);
    const expected = pairs.map((pair) => service.files(rig, pair));
    const pairOnDisk = () =>
      expected.findIndex((files) =>
        [...files].every(([path, text]) => readFileSync(path, "utf8") === text),
      );
    const tls = dirname([...(expected[0]?.keys() ?? [])][0] ?? "");
    const directory = mkdtempSync(join(tmpdir(), "certctl-kill-"));
    const { kind } = service;
    const scene = { kind, rig, pairs, stateDirectory: join(directory, "agent") };
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
        expect(pairOnDisk()).not.toBe(-1);
        testConfiguration();
        agent = startAgent(directory);
        const { recovered } = await agent.next();
        for (const [outcome] of recovered) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        expect(pairOnDisk()).not.toBe(-1);
        expect(leftovers(tls)).toEqual([]);
        testConfiguration();
      }
      await agent.kill();
      expect(backups(tls).length).toBeLessThanOrEqual(4);
    } finally {
      await client.stop();
      await rig.stop();
      rmSync(directory, { recursive: true, force: true });
    }
    const handshakes = [...client.leaves.values()].reduce((sum, count) => sum + count, 0);
    console.log(
      `${kind}: ${kills} kills in ${Math.round(performance.now() - started)} ms, ${handshakes} handshakes, recovered:`,
      Object.fromEntries(outcomes),
    );
    expect(client.failures).toEqual([]);
    expect(new Set(client.leaves.keys())).toEqual(new Set(pairs.map((it) => it.fingerprint)));
    expect(handshakes).toBeGreaterThan(kills);
  },
  120_000,
);
