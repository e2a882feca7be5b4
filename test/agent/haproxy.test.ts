import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { probe } from "#agent/probe.ts";
import { systemClock } from "#base/time.ts";
import { type HaproxyRig, startHaproxy } from "#test/peers/haproxy.ts";
import { makePair, type Pair } from "#test/peers/pair.ts";
import { type Bench, haproxyOrder, leftovers, noSignal, openBench } from "./bench.ts";

// Real programs on a busy machine.
setDefaultTimeout(30_000);

let rig: HaproxyRig;
let bench: Bench;
let next: Pair;

beforeEach(async () => {
  next = makePair(["site.test"]);
  rig = await startHaproxy();
  bench = openBench();
});

afterEach(async () => {
  await rig.stop();
  bench.close();
});

const deploy = (pair: Pair, config?: Record<string, unknown>) =>
  bench.deployer.deploy(haproxyOrder(rig, pair, config), noSignal());

async function served(): Promise<string> {
  const endpoint = { host: "127.0.0.1", port: rig.port, timeout: 2_000 };
  return (await probe(endpoint, "site.test", { clock: systemClock, signal: noSignal() }))
    .fingerprint;
}

const onDisk = () => readFileSync(rig.pemPath, "utf8");
const contentOf = (pair: Pair) => pair.certificatePem + pair.chainPem + pair.privateKeyPem;

async function expectOld(): Promise<void> {
  expect(onDisk()).toBe(contentOf(rig.pair));
  expect(await served()).toBe(rig.pair.fingerprint);
  expect(leftovers(dirname(rig.pemPath))).toEqual([]);
  expect(readdirSync(join(bench.stateDirectory, "journal"))).toEqual([]);
  expect(readdirSync(join(bench.stateDirectory, "layouts"))).toEqual([]);
}

describe("deploying to HAProxy", () => {
  test("by a reload ends with the new leaf served and seen, in a combined file only its owner reads", async () => {
    const result = await deploy(next);
    expect(result.outcome).toBe("deployed");
    expect(result.steps.map((it) => `${it.name} ${it.outcome}`)).toEqual([
      "stage done",
      "validate done",
      "exchange done",
      "reload done",
      "verify done",
    ]);
    expect(result.steps[1]?.detail).toContain("staged files");
    expect(await served()).toBe(next.fingerprint);
    expect(onDisk()).toBe(contentOf(next));
    expect(statSync(rig.pemPath).mode & 0o777).toBe(0o600);
    expect((await deploy(next)).outcome).toBe("unchanged");
  });

  test("through the runtime API needs no reload", async () => {
    const config = { runtime_socket: rig.socket, reload_command: "false" };
    const result = await deploy(next, config);
    expect(result.outcome).toBe("deployed");
    expect(result.steps[3]?.detail).toBe(`replaced through ${rig.socket}, without a reload`);
    expect(await served()).toBe(next.fingerprint);
    const third = makePair(["site.test"]);
    expect((await deploy(third, config)).outcome).toBe("deployed");
    expect(await served()).toBe(third.fingerprint);
  });

  test("falls back to a reload for a file that the running HAProxy does not know, and for a dead socket", async () => {
    const pemPath = join(dirname(rig.pemPath), "another.pem");
    const other = makePair(["other.test"]);
    const config = {
      pem_path: pemPath,
      runtime_socket: rig.socket,
      post_deploy_verify: { endpoint: rig.endpoint, timeout: "2s" },
    };
    const result = await deploy(other, config);
    expect(result.outcome).toBe("deployed");
    expect(result.steps[3]?.detail).toContain("the running HAProxy does not use");
    const dead = await deploy(next, { runtime_socket: join(rig.directory, "none.sock") });
    expect(dead.outcome).toBe("deployed");
    expect(dead.steps[3]?.detail).toContain("not through the runtime API: cannot talk to");
    expect(await served()).toBe(next.fingerprint);
  });

  test("keeps backups out of sight of HAProxy, which reads every visible file of the directory", async () => {
    await deploy(next);
    await deploy(makePair(["site.test"]));
    const visible = readdirSync(dirname(rig.pemPath)).filter((name) => !name.startsWith("."));
    expect(visible).toEqual(["site.pem"]);
    expect(readdirSync(dirname(rig.pemPath))).toHaveLength(3);
  });

  test("tests the new certificate when the configuration names the file, or a list that names it", async () => {
    const lists = join(rig.directory, "lists");
    mkdirSync(lists);
    writeFileSync(join(lists, "site.list"), `# certificates\n${rig.pemPath} [alpn h2] site.test\n`);
    const original = readFileSync(rig.configFile, "utf8");
    const crt = `crt ${rig.directory}/certs/`;
    for (const way of [
      `crt ${rig.pemPath}`,
      `crt-list ${lists}/site.list`,
      `crt "${rig.pemPath}"`,
    ]) {
      writeFileSync(rig.configFile, original.replace(crt, way));
      const dry = await bench.deployer.dryRun(haproxyOrder(rig, next), noSignal());
      expect(dry).toMatchObject({ ok: true, steps: [{ name: "stage" }, { outcome: "done" }] });
    }
    writeFileSync(rig.configFile, original.replace(crt, `crt ${rig.directory}/haproxy.pem`));
    writeFileSync(join(rig.directory, "haproxy.pem"), contentOf(next));
    const elsewhere = await bench.deployer.dryRun(haproxyOrder(rig, next), noSignal());
    expect(elsewhere.steps[1]).toMatchObject({ name: "validate", outcome: "warning" });
    expect(elsewhere.steps[1]?.detail).toContain("does not mention");
  });
});

describe("what goes wrong", () => {
  test("a broken configuration fails at the staged test, named by its own file", async () => {
    appendFileSync(rig.configFile, "  bogus keyword\n");
    const result = await deploy(next);
    expect(result).toMatchObject({ outcome: "failed", error: { stage: "validate" } });
    expect(result.error?.detail).toContain(`${rig.configFile}:13`);
    expect(result.error?.detail).toContain("bogus");
    expect(result.error?.detail).not.toContain("layouts");
    await expectOld();
  });

  test("a certificate that HAProxy refuses fails at the staged test", async () => {
    const result = await deploy(makePair(["site.test"], { weak: true }));
    expect(result).toMatchObject({ outcome: "failed", error: { stage: "validate" } });
    expect(result.error?.detail).toContain(rig.pemPath);
    await expectOld();
  });

  test("a reload that fails is undone", async () => {
    const result = await deploy(next, { reload_command: "false" });
    expect(result).toMatchObject({ outcome: "rolled-back", error: { stage: "reload" } });
    await expectOld();
  });

  test("a reload that does not take is undone", async () => {
    const result = await deploy(next, { reload_command: "true" });
    expect(result).toMatchObject({ outcome: "rolled-back", error: { stage: "verify" } });
    await expectOld();
  });

  test("what the runtime API took over is taken back through it", async () => {
    // The endpoint that is looked at is another HAProxy, which nobody tells of the new certificate.
    const other = await startHaproxy({ pair: rig.pair });
    const result = await deploy(next, {
      runtime_socket: rig.socket,
      reload_command: "false",
      post_deploy_verify: { endpoint: other.endpoint, timeout: "2s" },
    });
    await other.stop();
    expect(result).toMatchObject({ outcome: "rolled-back", error: { stage: "verify" } });
    await expectOld();
  });

  test("a mode that lets others read the key is refused by the schema", async () => {
    await expect(deploy(next, { pem_file_mode: "0644" })).rejects.toThrow(
      "must not let others read",
    );
    await expect(deploy(next, { pem_pth: "/x" })).rejects.toThrow("pem_pth");
  });
});

test("a connection test reaches the runtime API", async () => {
  const { target } = haproxyOrder(rig, next, { runtime_socket: rig.socket });
  const checks = await bench.deployer.testConnection(target, noSignal());
  expect(checks.every((it) => it.ok)).toBe(true);
  expect(checks.find((it) => it.name === "runtime API")?.detail).toMatch(/^\d+\.\d+/);
});
