import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startHaproxy } from "#test/peers/haproxy.ts";
import { type NginxRig, startNginx } from "#test/peers/nginx.ts";
import { look } from "./look.ts";
import { type Agent, type Server, startAgent, startServer, until } from "./rig.ts";

describe("the main job", () => {
  let server: Server;
  let agent: Agent;
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    server = await startServer();
    agent = await startAgent(server, "web");
  }, 60_000);
  afterAll(async () => {
    await agent.stop();
    for (const stop of stops) await stop();
    await server.remove();
  }, 60_000);

  async function nginxTarget(
    names: readonly string[],
  ): Promise<{ nginx: NginxRig; targetId: string }> {
    const nginx = await startNginx({ names });
    stops.push(() => nginx.stop());
    const target = await server.call("POST", "/api/v1/targets", {
      name: `nginx ${names[0]}`,
      type: "NGINX",
      agent_id: agent.id,
      config: {
        cert_path: nginx.certPath,
        key_path: nginx.keyPath,
        config_file: nginx.configFile,
        validate_command: nginx.validateCommand,
        reload_command: nginx.reloadCommand,
        post_deploy_verify: { endpoint: nginx.endpoint, timeout: "3s" },
      },
    });
    return { nginx, targetId: target.id };
  }
  const deployments = async (id: string) =>
    (await server.call("GET", `/api/v1/certificates/${id}/deployments`)).data;
  const seen = (id: string, patience?: number) =>
    until(
      `certificate ${id} deployed`,
      () => deployments(id),
      (all) => all.some((it: { state: string }) => it.state !== "Pending"),
      patience,
    );

  test("NGINX serves the certificate whose key the agent made, and openssl trusts its chain", async () => {
    const { nginx, targetId } = await nginxTarget(["www.example.test"]);
    const made = await server.call("POST", "/api/v1/certificates", {
      sans: ["www.example.test"],
      target_ids: [targetId],
    });
    const [deployment] = await seen(made.id);
    expect(deployment).toMatchObject({
      state: "Deployed",
      tls_version: expect.stringMatching(/^TLS/),
    });
    const leaf = await look(nginx.port, "www.example.test", server.anchors);
    expect(leaf.authorized).toBe(true);
    expect(leaf.fingerprint).toBe(deployment.seen_fingerprint);
    const pem = await server.call("GET", `/api/v1/certificates/${made.id}/export/pem`);
    const file = (name: string, text: string) => {
      writeFileSync(join(server.directory, name), text);
      return join(server.directory, name);
    };
    const verify = Bun.spawnSync([
      "openssl",
      "verify",
      "-x509_strict",
      "-CAfile",
      file("root.pem", server.anchors),
      "-untrusted",
      file("chain.pem", pem.chain_pem),
      file("leaf.pem", pem.cert_pem),
    ]);
    expect(verify.stdout.toString()).toContain("OK");
  }, 60_000);

  test("HAProxy serves it too", async () => {
    const haproxy = await startHaproxy({ names: ["lb.example.test"] });
    stops.push(() => haproxy.stop());
    const target = await server.call("POST", "/api/v1/targets", {
      name: "lb",
      type: "HAProxy",
      agent_id: agent.id,
      config: {
        pem_path: haproxy.pemPath,
        config_file: haproxy.configFile,
        runtime_socket: haproxy.socket,
        validate_command: haproxy.validateCommand,
        reload_command: haproxy.reloadCommand,
        post_deploy_verify: { endpoint: haproxy.endpoint, timeout: "3s" },
      },
    });
    const made = await server.call("POST", "/api/v1/certificates", {
      sans: ["lb.example.test"],
      target_ids: [target.id],
    });
    const [deployment] = await seen(made.id);
    expect(deployment).toMatchObject({ state: "Deployed" });
    const leaf = await look(haproxy.port, "lb.example.test", server.anchors);
    expect(leaf).toMatchObject({ authorized: true, fingerprint: deployment.seen_fingerprint });
  }, 60_000);

  test("a broken NGINX configuration is noticed, nothing is changed, and the job says why", async () => {
    const { nginx, targetId } = await nginxTarget(["broken.example.test"]);
    const before = await look(nginx.port, "broken.example.test", server.anchors);
    writeFileSync(nginx.siteFile, "server { this is no configuration; }\n");
    const made = await server.call("POST", "/api/v1/certificates", {
      sans: ["broken.example.test"],
      target_ids: [targetId],
    });
    const failed = await until(
      "the failed attempt",
      async () =>
        (await server.call("GET", `/api/v1/jobs?certificate_id=${made.id}&type=Deployment`))
          .data[0],
      (job) => job?.last_error != null,
    );
    expect(failed.last_error).toMatch(/unknown directive|this/);
    const job = await server.call("GET", `/api/v1/jobs/${failed.id}`);
    expect(job.steps.some((it: { outcome: string }) => it.outcome === "failed")).toBe(true);
    expect((await look(nginx.port, "broken.example.test", server.anchors)).fingerprint).toBe(
      before.fingerprint,
    );
    await server.call("POST", `/api/v1/jobs/${failed.id}/cancel`);
  }, 60_000);

  test("two agents hold two keys for one certificate, renewed together and shown as one", async () => {
    const second = await startAgent(server, "web two");
    stops.push(() => second.stop());
    const made = await server.call("POST", "/api/v1/certificates", {
      sans: ["both.example.test"],
      agent_id: second.id,
    });
    const { nginx, targetId } = await nginxTarget(["both.example.test"]);
    await server
      .call("PATCH", `/api/v1/certificates/${made.id}`, { target_ids: [targetId] })
      .catch(() => undefined);
    await until(
      "the first version",
      () => server.call("GET", `/api/v1/certificates/${made.id}/versions`),
      (it) => it.total >= 1,
    );
    await server.call("PATCH", `/api/v1/certificates/${made.id}`, { target_ids: [targetId] });
    await server.call("POST", `/api/v1/certificates/${made.id}/renew`, {});
    const { data } = await until(
      "one current version for each holder",
      () => server.call("GET", `/api/v1/certificates/${made.id}/versions`),
      (it) => it.data.filter((each: { is_current: boolean }) => each.is_current).length === 2,
    );
    const current = data.filter((it: { is_current: boolean }) => it.is_current);
    expect(new Set(current.map((it: { holder: string }) => it.holder))).toEqual(
      new Set([agent.id, second.id]),
    );
    await seen(made.id);
    expect((await look(nginx.port, "both.example.test", server.anchors)).authorized).toBe(true);
  }, 60_000);

  test("a certificate is renewed while the server comes and goes, and the agent catches up", async () => {
    const { nginx, targetId } = await nginxTarget(["away.example.test"]);
    const made = await server.call("POST", "/api/v1/certificates", {
      sans: ["away.example.test"],
      target_ids: [targetId],
    });
    const [first] = await seen(made.id);
    await server.call("POST", `/api/v1/certificates/${made.id}/renew`, {});
    await server.kill();
    await Bun.sleep(3_000);
    expect((await look(nginx.port, "away.example.test", server.anchors)).authorized).toBe(true);
    await server.start();
    const all = await until(
      "both deployments seen",
      () => deployments(made.id),
      (it) =>
        it.map((each: { state: string }) => each.state).join() ===
        ["Deployed", "Superseded"].join(),
      60_000,
    );
    const leaf = await look(nginx.port, "away.example.test", server.anchors);
    expect(leaf.fingerprint).toBe(all[0].seen_fingerprint);
    expect(leaf.fingerprint).not.toBe(first.seen_fingerprint);
  }, 120_000);

  test("an earlier version can be deployed again while its key is kept", async () => {
    const { nginx, targetId } = await nginxTarget(["back.example.test"]);
    const made = await server.call("POST", "/api/v1/certificates", {
      sans: ["back.example.test"],
      target_ids: [targetId],
    });
    const [first] = await seen(made.id);
    await server.call("POST", `/api/v1/certificates/${made.id}/renew`, {});
    await until(
      "renewed",
      () => deployments(made.id),
      (it) => it.length === 2 && it[0].state === "Deployed",
    );
    const redeployed = await server.call(
      "POST",
      `/api/v1/certificates/${made.id}/versions/${first.version_id}/redeploy`,
      {},
    );
    // Until the reload is over, a worker of before it may still take a connection.
    await until(
      "the end of the deployment",
      () => server.call("GET", `/api/v1/jobs/${redeployed.job_id}`),
      (it) => it.status === "Completed",
    );
    await until(
      "the old leaf served",
      () => look(nginx.port, "back.example.test", server.anchors),
      (leaf) => leaf.fingerprint === first.seen_fingerprint,
    );
    const looked = await server.call("POST", `/api/v1/certificates/${made.id}/validate`, {});
    const job = await until(
      "the look",
      () => server.call("GET", `/api/v1/jobs/${looked.job_id}`),
      (it) => it.status === "Failed" || it.status === "Completed",
    );
    expect(job.last_error).toContain("serves another certificate");
    const path = `/api/v1/certificates/${made.id}/deployments?in_place=true`;
    const { data } = await server.call("GET", path);
    expect(data).toMatchObject([
      { version_id: first.version_id, state: "Deployed", is_current: false },
    ]);
  }, 60_000);

  test("the raw private key of no CA is in the data directory or in the logs", async () => {
    const { Database } = await import("bun:sqlite");
    const database = new Database(join(server.dataDir, "certctl.db"), { readonly: true });
    const keys = database.query("select sealed_key from authorities").all() as {
      sealed_key: Uint8Array;
    }[];
    expect(keys.length).toBeGreaterThanOrEqual(2);
    for (const { sealed_key } of keys) {
      // A PKCS#8 P-256 key names its curve; a sealed one looks like chance.
      expect(Buffer.from(sealed_key).includes(Buffer.from("2a8648ce3d030107", "hex"))).toBe(false);
    }
    database.close();
    const scalars = await rawScalars(server);
    const grep = (needle: Buffer) =>
      Bun.spawnSync(["grep", "-rlaP", bytesPattern(needle), server.dataDir]).stdout.toString();
    for (const scalar of scalars) {
      expect(grep(scalar)).toBe("");
      expect(server.output()).not.toContain(scalar.toString("hex"));
      expect(server.output()).not.toContain(scalar.toString("base64"));
    }
  });

  test("without its master key the server does not start, and says so", async () => {
    const { renameSync } = await import("node:fs");
    await server.stop();
    const path = join(server.dataDir, "master.key");
    renameSync(path, `${path}.away`);
    await expect(server.start()).rejects.toThrow(/master key/);
    renameSync(`${path}.away`, path);
    await server.start();
  }, 60_000);
});

/** Opens the sealed keys as the server does, to know what must not be found. */
async function rawScalars(server: Server): Promise<readonly Buffer[]> {
  const { readFileSync } = await import("node:fs");
  const { Database } = await import("bun:sqlite");
  const { Secret } = await import("#base/secret.ts");
  const { masterKeyOf, vaultOf } = await import("#base/vault.ts");
  const { systemRandom } = await import("#base/random.ts");
  const { createPrivateKey } = await import("node:crypto");
  const database = new Database(join(server.dataDir, "certctl.db"), { readonly: true });
  const text = readFileSync(join(server.dataDir, "master.key"), "utf8").trim();
  const outer = vaultOf(masterKeyOf(new Secret(text)), systemRandom);
  const wrapped = database
    .query("select sealed from settings where name = 'settings/data-key'")
    .get() as { sealed: Uint8Array };
  const vault = vaultOf(
    new Secret(outer.unseal("settings/data-key", wrapped.sealed)),
    systemRandom,
  );
  const rows = database.query("select id, sealed_key from authorities").all() as {
    id: string;
    sealed_key: Uint8Array;
  }[];
  database.close();
  return rows.map((row) => {
    const der = Buffer.from(vault.unseal(`authorities.sealed_key/${row.id}`, row.sealed_key));
    const { d } = createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({
      format: "jwk",
    });
    return Buffer.from(d ?? "", "base64url");
  });
}

const bytesPattern = (bytes: Buffer): string =>
  [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
