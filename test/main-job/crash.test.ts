import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { csr } from "#test/csr.ts";
import { startNginx } from "#test/peers/nginx.ts";
import { look } from "./look.ts";
import { type Agent, type Server, startAgent, startServer, until } from "./rig.ts";

describe("when things die", () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer();
  }, 60_000);
  afterAll(() => server.remove(), 60_000);

  test("a server killed in the middle of 500 issuances keeps every certificate that a client received, and no job is stuck", async () => {
    const requests = await Promise.all(
      Array.from({ length: 500 }, (_, i) => csr([`n${i}.crash.example.test`])),
    );
    const received: string[] = [];
    let answered = 0;
    const all = requests.map(async (csr_pem) => {
      try {
        const made = await server.call("POST", "/api/v1/certificates", { csr_pem });
        received.push(made.certificate_pem);
      } catch {
        // The connection broke with the server: this client received nothing.
      }
      if (++answered === 150) await server.kill();
    });
    await Promise.all(all);
    expect(received.length).toBeGreaterThan(50);
    expect(received.length).toBeLessThan(500);
    await server.start();
    for (const pem of received) {
      const fingerprint = new X509Certificate(pem).fingerprint256.replaceAll(":", "").toLowerCase();
      const found = await server.call("GET", `/api/v1/certificates?q=${fingerprint}`);
      expect([fingerprint, found.total]).toEqual([fingerprint, 1]);
    }
    for (const status of ["Running", "Pending", "AwaitingCSR"]) {
      expect((await server.call("GET", `/api/v1/jobs?status=${status}`)).total).toBe(0);
    }
    // Whoever received nothing sends the same request again and gets one certificate, not two.
    const again = await Promise.all(
      requests.map((csr_pem) => server.call("POST", "/api/v1/certificates", { csr_pem })),
    );
    expect(new Set(again.map((it) => it.id)).size).toBe(500);
    expect((await server.call("GET", "/api/v1/certificates?q=crash.example.test")).total).toBe(500);
  }, 120_000);

  test("an agent killed again and again during deployments ends with what the server wants, and the site never fails", async () => {
    const nginx = await startNginx({ names: ["kill.example.test"] });
    const agent: Agent = await startAgent(server, "killed");
    try {
      const target = await server.call("POST", "/api/v1/targets", {
        name: "killed",
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
        sans: ["kill.example.test"],
        target_ids: [target.id],
      });
      const deployments = async () =>
        (await server.call("GET", `/api/v1/certificates/${made.id}/deployments`)).data;
      await until("the first", deployments, (it) => it[0]?.state === "Deployed");
      let handshakes = 0;
      let failures = 0;
      let watching = true;
      const watcher = (async () => {
        while (watching) {
          await look(nginx.port, "kill.example.test", server.anchors).then(
            () => handshakes++,
            () => failures++,
          );
        }
      })();
      for (let round = 0; round < 6; round++) {
        await server.call("POST", `/api/v1/certificates/${made.id}/renew?force=true`, {});
        await Bun.sleep(30 + round * 60);
        agent.kill();
        await Bun.sleep(50);
        agent.start();
        await Bun.sleep(300);
      }
      // What the killed agent had taken is offered again when its lease is over; the rows are made due to not wait for it.
      const { data: versions } = await server.call(
        "GET",
        `/api/v1/certificates/${made.id}/versions`,
      );
      expect(versions[0].is_current).toBe(true);
      await server.call("POST", `/api/v1/certificates/${made.id}/deploy`, {});
      const current = await until(
        "the newest version served",
        async () => {
          const { data } = await server.call("GET", `/api/v1/certificates/${made.id}/versions`);
          const leaf = await look(nginx.port, "kill.example.test", server.anchors);
          return { newest: data[0].fingerprint, served: leaf.fingerprint };
        },
        (it) => it.newest === it.served,
        60_000,
      );
      watching = false;
      await watcher;
      expect(current.served).toBe(current.newest);
      expect(failures).toBe(0);
      expect(handshakes).toBeGreaterThan(50);
    } finally {
      await agent.stop();
      await nginx.stop();
    }
  }, 180_000);

  test("a stopping server finishes what it was asked, and a second signal stops it at once", async () => {
    const half = await sendHalf(server);
    // What the server has not read yet when it is told to stop was not asked of it.
    await Bun.sleep(500);
    process.kill(server.pid, "SIGTERM");
    await Bun.sleep(200);
    expect(await half.finish()).toStartWith("HTTP/1.1 201");
    await ended(server.pid);
    await server.start();
    const never = await sendHalf(server);
    await Bun.sleep(500);
    process.kill(server.pid, "SIGTERM");
    await Bun.sleep(200);
    process.kill(server.pid, "SIGTERM");
    await ended(server.pid);
    never.give();
    await server.start();
  }, 60_000);

  test("two servers on one data directory are refused, and the second is told who holds it", async () => {
    const { dirname, join } = await import("node:path");
    const built = process.env["CERTCTL_TEST_BINARY"];
    const root = join(import.meta.dir, "../..");
    const command = built
      ? [join(dirname(built), "certctl")]
      : [process.execPath, join(root, "src/main.ts")];
    const second = Bun.spawnSync([...command, "serve", "--data-dir", server.dataDir], {
      timeout: 20_000,
    });
    expect(second.exitCode).not.toBe(0);
    expect(second.stderr.toString()).toContain(String(server.pid));
  }, 30_000);
});

const ended = (pid: number) =>
  until(
    "the end of the process",
    async () => Bun.spawnSync(["kill", "-0", String(pid)]).exitCode,
    (code) => code !== 0,
  );

/** A request whose body has come in half: the server was asked, and cannot have answered. */
async function sendHalf(server: Server) {
  const { port } = new URL(server.url);
  const socket = connect({ host: "127.0.0.1", port: Number(port), ca: server.anchors });
  const answer = new Promise<string>((resolve, reject) => {
    socket.once("data", (bytes) => resolve(bytes.toString("latin1")));
    socket.once("error", reject);
  });
  // A server that is stopped at once resets it, which is what is wanted then.
  answer.catch(() => undefined);
  await new Promise<void>((resolve) => socket.once("secureConnect", () => resolve()));
  const body = JSON.stringify({ name: `half ${Date.now()}` });
  const head = [
    "POST /api/v1/teams HTTP/1.1",
    "host: 127.0.0.1",
    `authorization: Bearer ${server.apiKey}`,
    "content-type: application/json",
    `content-length: ${body.length}`,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body.slice(0, 5)}`);
  await Bun.sleep(100);
  return {
    async finish() {
      socket.write(body.slice(5));
      return await answer.finally(() => socket.destroy());
    },
    give: () => void socket.destroy(),
  };
}

describe("an agent that was retired", () => {
  test("hears of it, and ends cleanly", async () => {
    const server = await startServer();
    try {
      const agent = await startAgent(server, "old");
      await until(
        "its work",
        () => server.call("GET", `/api/v1/agents/${agent.id}`),
        (it) => it.status === "Online",
      );
      await server.call("DELETE", `/api/v1/agents/${agent.id}`);
      await until(
        "its end",
        async () => Bun.spawnSync(["kill", "-0", String(agent.pid)]).exitCode,
        (code) => code !== 0,
        40_000,
      );
      expect(agent.output()).toContain("retired");
    } finally {
      await server.remove();
    }
  }, 90_000);
});
