import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { probe } from "#agent/probe.ts";
import { systemClock } from "#base/time.ts";
import { type NginxRig, startNginx } from "#test/peers/nginx.ts";
import { makePair, type Pair } from "#test/peers/pair.ts";
import { type Bench, backups, leftovers, nginxOrder, noSignal, openBench } from "./bench.ts";

// Real programs on a busy machine.
setDefaultTimeout(30_000);

let rig: NginxRig;
let bench: Bench;
let next: Pair;

beforeEach(async () => {
  next = makePair(["site.test"]);
  rig = await startNginx();
  bench = openBench();
});

afterEach(async () => {
  await rig.stop();
  bench.close();
});

const deploy = (pair: Pair, config?: Record<string, unknown>) =>
  bench.deployer.deploy(nginxOrder(rig, pair, config), noSignal());

async function served(name = "site.test"): Promise<string> {
  const endpoint = { host: "127.0.0.1", port: rig.port, timeout: 2_000 };
  return (await probe(endpoint, name, { clock: systemClock, signal: noSignal() })).fingerprint;
}

const onDisk = () => readFileSync(rig.certPath, "utf8") + readFileSync(rig.keyPath, "utf8");
const contentOf = (pair: Pair) => pair.certificatePem + pair.chainPem + pair.privateKeyPem;
const directory = () => dirname(rig.certPath);

/** Nothing of the deployment may lie about, in the directories of the service or in the agent's. */
function expectTidy(): void {
  expect(leftovers(directory())).toEqual([]);
  expect(leftovers(rig.directory)).toEqual([]);
  for (const name of ["journal", "layouts"]) {
    const left = join(bench.stateDirectory, name);
    expect(readdirSync(left)).toEqual([]);
  }
}

describe("deploying to NGINX", () => {
  test("ends with the new leaf and its chain served, seen, and nothing left behind", async () => {
    const result = await deploy(next);
    expect(result.outcome).toBe("deployed");
    expect(result.steps.map((it) => `${it.name} ${it.outcome}`)).toEqual([
      "stage done",
      "validate done",
      "exchange done",
      "reload done",
      "verify done",
    ]);
    const chain = [next.certificatePem, next.chainPem].map((pem) =>
      new X509Certificate(pem).fingerprint256.replaceAll(":", "").toLowerCase(),
    );
    expect(result.seen).toMatchObject({
      endpoint: rig.endpoint,
      fingerprint: next.fingerprint,
      chain,
      tlsVersion: "TLSv1.3",
    });
    expect(await served()).toBe(next.fingerprint);
    expect(onDisk()).toBe(contentOf(next));
    expect(backups(directory())).toHaveLength(2);
    expectTidy();
  });

  test("does nothing when files and served leaf are right already", async () => {
    await deploy(next);
    const before = statSync(rig.certPath);
    const result = await deploy(next, { reload_command: ["/bin/false"] });
    expect(result.outcome).toBe("unchanged");
    expect(result.steps.map((it) => it.name)).toEqual(["stage", "unchanged"]);
    expect(result.seen?.fingerprint).toBe(next.fingerprint);
    expect(statSync(rig.certPath).ino).toBe(before.ino);
    expectTidy();
  });

  test("reloads when the files are right but the old leaf is served", async () => {
    writeFileSync(rig.certPath, next.certificatePem + next.chainPem);
    writeFileSync(rig.keyPath, next.privateKeyPem);
    const result = await deploy(next);
    expect(result.outcome).toBe("deployed");
    expect(result.steps.map((it) => it.name)).toEqual(["stage", "validate", "reload", "verify"]);
    expect(await served()).toBe(next.fingerprint);
  });

  test("writes the chain to a file of its own beside the full certificate file", async () => {
    const chainPath = join(directory(), "chain.pem");
    expect((await deploy(next, { chain_path: chainPath })).outcome).toBe("deployed");
    expect(readFileSync(chainPath, "utf8")).toBe(next.chainPem);
    expect(onDisk()).toBe(contentOf(next));
  });

  test("keeps mode and owner of the files, and sets those that are configured", async () => {
    chmodSync(rig.certPath, 0o640);
    chmodSync(rig.keyPath, 0o440);
    await deploy(next);
    expect(statSync(rig.certPath).mode & 0o777).toBe(0o640);
    expect(statSync(rig.keyPath).mode & 0o777).toBe(0o440);
    await deploy(next, { cert_file_mode: "0604", key_file_mode: "0400" });
    expect(statSync(rig.certPath).mode & 0o777).toBe(0o604);
    expect(statSync(rig.keyPath).mode & 0o777).toBe(0o400);
    expect(onDisk()).toBe(contentOf(next));
  });

  test("gives new files the modes of the connector", async () => {
    const certPath = join(rig.directory, "tls", "new.pem");
    const keyPath = join(rig.directory, "tls", "new.key");
    const paths = { cert_path: certPath, key_path: keyPath, post_deploy_verify: undefined };
    const result = await deploy(next, paths);
    expect(result.outcome).toBe("installed-not-seen");
    expect(statSync(certPath).mode & 0o777).toBe(0o644);
    expect(statSync(keyPath).mode & 0o777).toBe(0o600);
  });

  test("keeps as many backups as configured", async () => {
    const pairs = [next, makePair(["site.test"]), makePair(["site.test"])];
    for (const pair of pairs) await deploy(pair, { backup_retention: 2 });
    expect(backups(directory())).toHaveLength(4);
    await deploy(next, { backup_retention: -1 });
    expect(backups(directory())).toHaveLength(0);
  });
});

describe("what goes wrong before the exchange changes nothing", () => {
  const untouched = async () => {
    expect(onDisk()).toBe(contentOf(rig.pair));
    expect(await served()).toBe(rig.pair.fingerprint);
    expect(backups(directory())).toEqual([]);
    expectTidy();
  };

  test("a configuration that is broken elsewhere fails at the staged test, named by its own file and line", async () => {
    appendFileSync(rig.siteFile, "bogus_directive on;\n");
    const result = await deploy(next);
    expect(result.outcome).toBe("failed");
    expect(result.error?.stage).toBe("validate");
    expect(result.error?.detail).toContain('unknown directive "bogus_directive"');
    expect(result.error?.detail).toContain(`${rig.siteFile}:8`);
    expect(result.steps.map((it) => `${it.name} ${it.outcome}`)).toEqual([
      "stage done",
      "validate failed",
    ]);
    await untouched();
  });

  test("a certificate that NGINX refuses fails at the staged test, before NGINX could read it", async () => {
    // An RSA key of 512 bits is below OpenSSL's security level.
    const weak = makePair(["site.test"], { weak: true });
    const result = await deploy(weak);
    expect(result.error?.stage).toBe("validate");
    expect(result.error?.detail).toContain(rig.certPath);
    await untouched();
  });

  test("a key that belongs to another certificate", async () => {
    const result = await deploy({ ...next, privateKeyPem: rig.pair.privateKeyPem });
    expect(result.error?.detail).toContain("does not belong to the certificate");
    await untouched();
  });

  test("a test program that does not exist", async () => {
    const result = await deploy(next, { validate_command: "/nowhere/nginx -t" });
    expect(result.error?.detail).toContain("there is no program /nowhere/nginx");
    await untouched();
  });

  test("a missing directory, a relative path, a directory, a link that leads out", async () => {
    mkdirSync(join(directory(), "dir"));
    symlinkSync("/etc/hostname", join(directory(), "out.pem"));
    const reasons = [];
    for (const name of ["no/such/site.pem", "dir", "out.pem"]) {
      const result = await deploy(next, { cert_path: join(directory(), name) });
      expect(result.outcome).toBe("failed");
      reasons.push(result.error?.detail);
    }
    expect(reasons[0]).toContain("there is no directory");
    expect(reasons[1]).toContain("is a directory");
    expect(reasons[2]).toContain("is a link out of its directory");
    await expect(deploy(next, { cert_path: "tls/site.pem" })).rejects.toThrow("absolute path");
    await untouched();
  });

  test("a cancelled deployment", async () => {
    const cancelled = AbortSignal.abort();
    const result = await bench.deployer.deploy(nginxOrder(rig, next), cancelled);
    expect(result.outcome).toBe("failed");
    await untouched();
  });
});

describe("what goes wrong after the exchange is undone", () => {
  const restored = async () => {
    expect(onDisk()).toBe(contentOf(rig.pair));
    expect(await served()).toBe(rig.pair.fingerprint);
    expect(backups(directory())).toEqual([]);
    expectTidy();
  };

  test("a reload command that fails: its message is reported, the reload is repeated for the old files", async () => {
    const script = join(rig.directory, "reload.sh");
    const count = join(rig.directory, "count");
    writeFileSync(script, `#!/bin/sh\necho x >> ${count}\necho no reload today >&2\nexit 3\n`);
    chmodSync(script, 0o755);
    const result = await deploy(next, { reload_command: [script] });
    expect(result.outcome).toBe("rolled-back");
    expect(result.error).toMatchObject({ stage: "reload", retryable: true });
    expect(result.error?.detail).toContain("status 3: no reload today");
    expect(result.steps.at(-1)).toMatchObject({ name: "rollback", outcome: "warning" });
    expect(readFileSync(count, "utf8")).toBe("x\nx\n");
    await restored();
  });

  test("a reload that does not take: the old leaf is still served, and that is what is said", async () => {
    const result = await deploy(next, { reload_command: "true" });
    expect(result.outcome).toBe("rolled-back");
    expect(result.error?.stage).toBe("verify");
    expect(result.error?.detail).toContain("still serves the old certificate");
    expect(result.steps.at(-1)).toMatchObject({ name: "rollback", outcome: "done" });
    await restored();
  });

  test("another leaf where the old one was: undone and explained", async () => {
    // The reload also points NGINX at another certificate.
    const other = makePair(["site.test"]);
    writeFileSync(join(directory(), "other.pem"), contentOf(other));
    const switched = readFileSync(rig.siteFile, "utf8")
      .replace(rig.certPath, join(directory(), "other.pem"))
      .replace(rig.keyPath, join(directory(), "other.pem"));
    const script = join(rig.directory, "reload.sh");
    const again = readFileSync(rig.siteFile, "utf8");
    writeFileSync(join(rig.directory, "switched"), switched);
    writeFileSync(join(rig.directory, "again"), again);
    writeFileSync(
      script,
      `#!/bin/sh
if [ -e ${rig.directory}/done ]; then cp ${rig.directory}/again ${rig.siteFile}; else cp ${rig.directory}/switched ${rig.siteFile}; fi
touch ${rig.directory}/done
exec ${rig.reloadCommand.join(" ")}\n`,
    );
    chmodSync(script, 0o755);
    const result = await deploy(next, { reload_command: [script] });
    expect(result.outcome).toBe("rolled-back");
    expect(result.error?.detail).toContain("serves another certificate");
    await restored();
  });

  test("a test command that cannot see a copy runs after the exchange", async () => {
    const script = join(rig.directory, "test.sh");
    writeFileSync(script, "#!/bin/sh\necho wrong weather\nexit 1\n");
    chmodSync(script, 0o755);
    const result = await deploy(next, { validate_command: [script] });
    expect(result.outcome).toBe("rolled-back");
    expect(result.error).toMatchObject({ stage: "validate" });
    expect(result.error?.detail).toContain("wrong weather");
    await restored();
  });

  test("files that did not exist are gone again", async () => {
    const paths = {
      cert_path: join(directory(), "a.pem"),
      key_path: join(directory(), "a.key"),
      reload_command: "false",
    };
    const result = await deploy(next, paths);
    expect(result.outcome).toBe("rolled-back");
    expect(existsSync(paths.cert_path)).toBe(false);
    expect(existsSync(paths.key_path)).toBe(false);
    await restored();
  });
});

describe("when the new leaf cannot be seen", () => {
  test("and the old one could not either, it is installed, not seen", async () => {
    const closed = { endpoint: "127.0.0.1:1", timeout: "1s" };
    const result = await deploy(next, { post_deploy_verify: closed });
    expect(result.outcome).toBe("installed-not-seen");
    expect(result.warning).toContain("cannot be seen");
    expect(result.steps.at(-1)).toMatchObject({ name: "verify", outcome: "warning" });
    expect(onDisk()).toBe(contentOf(next));
  });

  test("on_unseen: rollback undoes it", async () => {
    const closed = { endpoint: "127.0.0.1:1", timeout: "1s" };
    const config = { post_deploy_verify: closed, on_unseen: "rollback" };
    const result = await deploy(next, config);
    expect(result.outcome).toBe("rolled-back");
    expect(onDisk()).toBe(contentOf(rig.pair));
  });

  test("without an endpoint that is said too", async () => {
    const result = await deploy(next, { post_deploy_verify: undefined });
    expect(result).toMatchObject({
      outcome: "installed-not-seen",
      warning: "no endpoint is configured to look at",
    });
  });
});

describe("without changing anything", () => {
  test("a dry run stages and tests", async () => {
    const result = await bench.deployer.dryRun(nginxOrder(rig, next), noSignal());
    expect(result).toMatchObject({
      ok: true,
      files: [{ change: "replace" }, { change: "replace" }],
    });
    expect(result.steps.map((it) => it.name)).toEqual(["stage", "validate"]);
    expect(onDisk()).toBe(contentOf(rig.pair));
    expectTidy();
    appendFileSync(rig.siteFile, "bogus on;\n");
    const broken = await bench.deployer.dryRun(nginxOrder(rig, next), noSignal());
    expect(broken).toMatchObject({ ok: false, error: { stage: "validate" } });
    expectTidy();
  });

  test("a connection test says what is there and what is served", async () => {
    const { target } = nginxOrder(rig, next);
    const checks = await bench.deployer.testConnection(target, noSignal());
    expect(checks.map((it) => [it.name, it.ok])).toEqual([
      ["site.pem", true],
      ["site.key", true],
      ["configuration", true],
      ["test command", true],
      [rig.endpoint, true],
    ]);
    expect(checks.at(-1)?.detail).toContain(rig.pair.fingerprint);
    unlinkSync(rig.configFile);
    const broken = await bench.deployer.testConnection(target, noSignal());
    expect(broken.filter((it) => !it.ok).map((it) => it.name)).toEqual([
      "configuration",
      "test command",
    ]);
  });
});

test("looking for a certificate says what is served in its place", async () => {
  const { target } = nginxOrder(rig, next);
  const look = (pair: Pair) => bench.deployer.look(target, pair.certificatePem, noSignal());
  expect(await look(rig.pair)).toMatchObject([
    { endpoint: rig.endpoint, serverName: "site.test", expected: true },
  ]);
  expect(await look(next)).toMatchObject([
    { expected: false, seen: { fingerprint: rig.pair.fingerprint } },
  ]);
});

test("a second deployment that names the same file is told to come again", async () => {
  const order = nginxOrder(rig, next);
  const other = { ...order, target: { ...order.target, id: "tgt-other" } };
  const results = await Promise.all([
    bench.deployer.deploy(order, noSignal()),
    bench.deployer.deploy(other, noSignal()),
  ]);
  const details = results.flatMap((it) => it.error?.detail ?? []);
  expect(results.filter((it) => it.outcome === "deployed")).toHaveLength(1);
  expect(details.join()).toContain("another deployment is writing");
});
