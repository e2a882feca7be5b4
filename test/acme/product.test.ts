import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { csr } from "#test/csr.ts";
import { look } from "#test/main-job/look.ts";
import { type Agent, type Server, startAgent, startServer, until } from "#test/main-job/rig.ts";
import { type NginxRig, startNginx } from "#test/peers/nginx.ts";
import { openssl } from "#test/peers/pair.ts";
import { blockedName, type PebbleRig, startPebble } from "#test/peers/pebble.ts";

let server: Server;
let pebble: PebbleRig;
let issuerId: string;

beforeAll(async () => {
  server = await startServer({ CERTCTL_JOB_LEASE: "3s" });
  pebble = await startPebble({ httpPort: server.httpPort, eab: true, refusedNonces: 15 });
  const issuer = await server.call("POST", "/api/v1/issuers", {
    name: "Test CA",
    type: "ACME",
    config: {
      directory_url: pebble.directoryUrl,
      ca_bundle: pebble.caPem,
      email: "pki@example.com",
      eab_kid: pebble.eab.kid,
      eab_hmac: pebble.eab.hmac,
    },
  });
  issuerId = issuer.id;
}, 60_000);

afterAll(async () => {
  await pebble.stop();
  await server.remove();
}, 60_000);

const order = async (names: readonly string[]) =>
  await server.call("POST", "/api/v1/certificates", {
    csr_pem: await csr(names),
    issuer_id: issuerId,
  });

const ended = (jobId: string) =>
  until(
    `the end of ${jobId}`,
    () => server.call("GET", `/api/v1/jobs/${jobId}`),
    (job) => ["Completed", "Failed"].includes(job.status),
  );

/** Throws unless openssl finds a chain from the exported leaf to pebble's root. */
async function expectTrusted(certificateId: string): Promise<void> {
  const pem = await server.call("GET", `/api/v1/certificates/${certificateId}/export/pem`);
  const file = async (name: string, text: string) => {
    const path = join(server.directory, name);
    await Bun.write(path, text);
    return path;
  };
  const roots = ["-CAfile", await file("root.pem", await pebble.anchor())];
  const chain = ["-untrusted", await file("chain.pem", pem.chain_pem)];
  const leaf = await file("leaf.pem", pem.cert_pem);
  expect(openssl(["verify", ...roots, ...chain, leaf])).toContain("OK");
}

describe("an ACME issuer", () => {
  test("is tested: what was reached, and kept", async () => {
    const tested = await server.call("POST", `/api/v1/issuers/${issuerId}/test`);
    expect(tested).toMatchObject({ id: issuerId, status: "success" });
    expect(tested.message).toMatch(
      /^reached localhost:\d+; account https.+ is ready; terms of ser/,
    );
    expect(tested.message).toContain("external account: required");
    const issuer = await server.call("GET", `/api/v1/issuers/${issuerId}`);
    expect(issuer).toMatchObject({ test_status: "success", secrets_set: ["eab_hmac"] });
    expect(JSON.stringify(issuer)).not.toContain(pebble.eab.hmac);
  });

  test("that cannot be trusted says so within two seconds", async () => {
    const config = { directory_url: pebble.directoryUrl };
    const stranger = await server.call("POST", "/api/v1/issuers", {
      name: "Stranger",
      type: "ACME",
      config,
    });
    const began = performance.now();
    const tested = await server.call("POST", `/api/v1/issuers/${stranger.id}/test`);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(tested.status).toBe("failed");
    expect(tested.message).toMatch(/^directory: the certificate of localhost:\d+ is not trusted/);
  });

  test("refuses what it cannot do, naming the setting", async () => {
    const config = { directory_url: pebble.directoryUrl, challenge_type: "dns-01" };
    const body = JSON.stringify({ name: "DNS", type: "ACME", config });
    const headers = { "content-type": "application/json" };
    const answer = await server.raw("POST", "/api/v1/issuers", { body, headers });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      errors: [{ path: "config.challenge_type", message: expect.stringContaining("comes later") }],
    });
  });

  test("certifies a signing request: 202, a job, a version that openssl trusts", async () => {
    const made = await order(["api.example.test", "www.example.test"]);
    expect(made).toMatchObject({ status: "Pending", job_url: `/api/v1/jobs/${made.job_id}` });
    const job = await ended(made.job_id);
    expect(job).toMatchObject({ status: "Completed", type: "Issuance" });
    const { data } = await server.call("GET", `/api/v1/certificates/${made.id}/versions`);
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({ is_current: true });
    const certificate = await server.call("GET", `/api/v1/certificates/${made.id}`);
    expect(certificate).toMatchObject({ status: "Active", issuer_id: issuerId });
    await expectTrusted(made.id);
  });

  test("certifies twenty at once", async () => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) => order([`n${i}.test`])));
    const jobs = await Promise.all(all.map((it) => ended(it.job_id)));
    expect(new Set(jobs.map((it) => it.status))).toEqual(new Set(["Completed"]));
  }, 60_000);

  test("says in the CA's words why a name is refused", async () => {
    const made = await order([blockedName]);
    const job = await ended(made.job_id);
    expect(job).toMatchObject({ status: "Failed", attempts: 1 });
    expect(job.last_error).toContain("(rejectedIdentifier)");
    const certificate = await server.call("GET", `/api/v1/certificates/${made.id}`);
    expect(certificate.status).toBe("Failed");
  });

  test("that leaves out the must-staple of a profile has not certified what was ordered", async () => {
    const profile = await server.call("POST", "/api/v1/profiles", {
      name: "stapled",
      must_staple: true,
    });
    const body = { issuer_id: issuerId, certificate_profile_id: profile.id };
    const refused = await server.raw("POST", "/api/v1/certificates", {
      body: JSON.stringify({ ...body, csr_pem: await csr(["stapled.test"]) }),
      headers: { "content-type": "application/json" },
    });
    expect([refused.status, await refused.json()]).toMatchObject([
      422,
      { rules: ["must-staple-not-asked"] },
    ]);
    const asked = await csr(["stapled.test"], { mustStaple: true });
    const made = await server.call("POST", "/api/v1/certificates", { ...body, csr_pem: asked });
    const waiting = await until(
      "the first attempt",
      () => server.call("GET", `/api/v1/jobs/${made.job_id}`),
      (job) => job.last_error !== null,
    );
    // Pebble takes no extension but the names from a request.
    expect(waiting.last_error).toContain("lacks must-staple (RFC 7633), which the profile demands");
    const { data } = await server.call("GET", `/api/v1/certificates/${made.id}/versions`);
    expect(data).toEqual([]);
    await server.call("POST", `/api/v1/jobs/${made.job_id}/cancel`);
  });

  test("that is away for a while is asked again; one that lost its accounts gets ours again", async () => {
    await pebble.halt();
    const made = await order(["patient.test"]);
    const waiting = await until(
      "the first attempt",
      () => server.call("GET", `/api/v1/jobs/${made.job_id}`),
      (job) => job.last_error !== null,
    );
    expect(waiting).toMatchObject({ status: "Pending" });
    expect(waiting.last_error).toMatch(/^directory: localhost:\d+ refuses connections$/);
    await pebble.resume();
    expect(await ended(made.job_id)).toMatchObject({ status: "Completed", attempts: 2 });
    await expectTrusted(made.id);
  }, 60_000);

  test("goes on where a killed server left off, with one certificate for each order", async () => {
    const before = pebble.issued();
    const all = await Promise.all(Array.from({ length: 60 }, (_, i) => order([`k${i}.test`])));
    await until(
      "some to be issued",
      async () => pebble.issued() - before,
      (it) => it > 5,
    );
    await server.kill();
    await server.start();
    const jobs = await Promise.all(all.map((it) => ended(it.job_id)));
    expect(new Set(jobs.map((it) => it.status))).toEqual(new Set(["Completed"]));
    // Some were interrupted; none was certified twice.
    expect(jobs.some((it) => it.attempts > 1)).toBe(true);
    expect(pebble.issued() - before).toBe(60);
  }, 90_000);

  test("leaves none of its secrets in the data directory or the log", () => {
    const files = readdirSync(server.dataDir, { recursive: true, encoding: "utf8" });
    const contents = files.flatMap((name) => {
      try {
        return [readFileSync(join(server.dataDir, name))];
      } catch {
        // A directory, or a file of the database that went away meanwhile.
        return [];
      }
    });
    expect(contents.length).toBeGreaterThan(1);
    for (const secret of [pebble.eab.hmac, pebble.eab.hmac.slice(8)]) {
      expect(contents.some((it) => it.includes(secret))).toBe(false);
      expect(server.output()).not.toContain(secret);
    }
  });
});

describe("with an agent", () => {
  let agent: Agent;
  let nginx: NginxRig;
  beforeAll(async () => {
    agent = await startAgent(server, "edge");
    nginx = await startNginx({ names: ["edge.example.test"] });
  }, 60_000);
  afterAll(async () => {
    await agent.stop();
    await nginx.stop();
  }, 60_000);

  test("the key is made there, the CA sees a request, the site serves the leaf; renewed, the next one", async () => {
    const target = await server.call("POST", "/api/v1/targets", {
      name: "edge",
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
    const made = await server.call("POST", "/api/v1/certificates", {
      sans: ["edge.example.test"],
      issuer_id: issuerId,
      target_ids: [target.id],
    });
    expect(made.job_id).toStartWith("job-");
    expect(await ended(made.job_id)).toMatchObject({ status: "Completed" });
    const served = async () => await look(nginx.port, "edge.example.test", await pebble.anchor());
    const versions = async () =>
      (await server.call("GET", `/api/v1/certificates/${made.id}/versions`)).data;
    const [first] = await versions();
    const leaf = await until(
      "the first leaf",
      served,
      (it) => it.fingerprint === first.fingerprint,
    );
    expect(leaf.authorized).toBe(true);
    await expectTrusted(made.id);

    await server.call("POST", `/api/v1/certificates/${made.id}/renew`, {});
    const all = await until("the second version", versions, (it) => it.length === 2);
    const next = all.find((it: { is_current: boolean }) => it.is_current);
    expect(next.fingerprint).not.toBe(first.fingerprint);
    await until("the second leaf", served, (it) => it.fingerprint === next.fingerprint);
  }, 90_000);
});
