import { expect, test } from "bun:test";
import { startNginx } from "#test/peers/nginx.ts";
import { look } from "./look.ts";
import { startAgent, startServer, until } from "./rig.ts";

test("a short-lived certificate renews by itself, once a cycle, and no request of the site fails meanwhile", async () => {
  const server = await startServer();
  const nginx = await startNginx({ names: ["short.example.test"] });
  const agent = await startAgent(server, "short");
  try {
    await server.call("POST", "/api/v1/profiles", {
      id: "minute",
      name: "One minute",
      allow_short_lived: true,
      max_ttl_seconds: 60,
    });
    const target = await server.call("POST", "/api/v1/targets", {
      name: "short",
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
      sans: ["short.example.test"],
      target_ids: [target.id],
      certificate_profile_id: "minute",
    });
    const path = `/api/v1/certificates/${made.id}`;
    const [first] = await until(
      "the first",
      async () => (await server.call("GET", `${path}/deployments`)).data,
      (it) => it[0]?.state === "Deployed",
    );
    const { renew_at, not_before, not_after } = await server.call("GET", path);
    const share =
      (Date.parse(renew_at) - Date.parse(not_before)) /
      (Date.parse(not_after) - Date.parse(not_before));
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(0.68);
    let failures = 0;
    let handshakes = 0;
    let served = first.seen_fingerprint;
    const end = performance.now() + 75_000;
    while (served === first.seen_fingerprint && performance.now() < end) {
      await look(nginx.port, "short.example.test", server.anchors).then(
        (leaf) => {
          handshakes++;
          if (!leaf.authorized) failures++;
          served = leaf.fingerprint;
        },
        () => failures++,
      );
      await Bun.sleep(20);
    }
    expect(served).not.toBe(first.seen_fingerprint);
    expect(failures).toBe(0);
    expect(handshakes).toBeGreaterThan(200);
    const { data } = await server.call("GET", `${path}/versions`);
    expect(data).toHaveLength(2);
    const after = await until(
      "the status",
      () => server.call("GET", path),
      (it) => it.status === "Active",
    );
    expect(after.last_renewal_at).toBeString();
  } finally {
    await agent.stop();
    await nginx.stop();
    await server.remove();
  }
}, 150_000);
