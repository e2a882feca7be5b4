import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { Problem } from "#base/problem.ts";
import { Secret } from "#base/secret.ts";
import { instant } from "#base/time.ts";
import { ConnectorFailure } from "../failure.ts";
import type { Output } from "../host.ts";
import { describeEffects, type RecordingOptions, recordingHost } from "../recording-host.ts";
import { findTarget, targets } from "./index.ts";
import type { Bundle } from "./target.ts";

const bundle: Bundle = {
  certificatePem: "LEAF\n",
  chainPem: "\nCHAIN\r\n",
  privateKeyPem: new Secret("KEY\n"),
};
const signal = new AbortController().signal;
const quiet: Output = { stdout: "", stderr: "" };

async function bind(kind: string, config: unknown) {
  const target = await findTarget(kind)?.load();
  if (target === undefined) throw new Error(`no ${kind}`);
  return target.bind(config);
}

async function deploy(kind: string, config: unknown, options: Partial<RecordingOptions> = {}) {
  const host = recordingHost({ now: instant(0), ...options });
  await (await bind(kind, config)).deploy(host, bundle, signal);
  return host;
}

describe("the registry", () => {
  test("finds a kind without regard to case, and nothing else", () => {
    expect(findTarget("nginx")?.kind).toBe("NGINX");
    expect(findTarget("HAPROXY")?.kind).toBe("HAProxy");
    expect(findTarget("apache")).toBeUndefined();
  });

  test.each(targets)("$kind can be loaded and described to a form", async (entry) => {
    expect((await entry.load()).kind).toBe(entry.kind);
    const schema = z.toJSONSchema(entry.config, { io: "input" });
    expect(schema.additionalProperties).toBe(false);
    for (const property of Object.values(schema.properties ?? {})) {
      expect(property).toHaveProperty("title");
    }
  });
});

const nginx = { cert_path: "/t/site.pem", key_path: "/t/site.key" };
const version = {
  stdout: "",
  stderr: "configure arguments: --prefix=/p --conf-path=/c/nginx.conf",
};
const nginxHost: Partial<RecordingOptions> = {
  files: new Map([["/c/nginx.conf", "ssl_certificate /t/site.pem;"]]),
  onRun: (command) => (command.includes("-V") ? version : quiet),
};

describe("the NGINX connector", () => {
  test("stages, tests a copy, exchanges, reloads, and records no key", async () => {
    const host = await deploy("NGINX", nginx, nginxHost);
    expect(describeEffects(host.effects)).toEqual([
      "stage /t/site.pem, /t/site.key",
      "run nginx -V",
      "run nginx -t -c /layout/nginx.conf",
      "exchange /t/site.pem, /t/site.key",
      "run nginx -s reload",
    ]);
    expect(host.installed).toMatchObject([
      { role: "certificate", content: "LEAF\nCHAIN\n", defaultMode: 0o644 },
      { role: "key", content: "[secret]", defaultMode: 0o600 },
    ]);
    expect(host.layouts[0]?.files.get("nginx.conf")).toBe("ssl_certificate /t/site.pem.staged;");
  });

  test("puts the chain in a file of its own beside the full file", async () => {
    const config = { ...nginx, chain_path: "/t/chain.pem", chain_file_mode: "0640" };
    const host = await deploy("NGINX", config, nginxHost);
    expect(host.installed.map((it) => [it.role, it.content, it.mode])).toEqual([
      ["certificate", "LEAF\nCHAIN\n", undefined],
      ["key", "[secret]", undefined],
      ["chain", "CHAIN\n", 0o640],
    ]);
  });

  test.each([
    { command: "nginx -t -c /etc/x.conf", tested: "nginx -t -c /layout/x.conf" },
    { command: "nginx -p /p/ -c conf/x.conf -t", tested: "nginx -p /p/ -t -c /layout/x.conf" },
    {
      command: "sudo -n /usr/sbin/nginx -t -c /etc/x.conf",
      tested: "sudo -n /usr/sbin/nginx -t -c /layout/x.conf",
    },
    { command: "openresty -t -c/etc/x.conf", tested: "openresty -t -c /layout/x.conf" },
  ])("points $command at the copy", async ({ command, tested }) => {
    const files = new Map([
      ["/etc/x.conf", ""],
      ["/p/conf/x.conf", ""],
    ]);
    const host = await deploy("NGINX", { ...nginx, validate_command: command }, { files });
    expect(describeEffects(host.effects)[1]).toBe(`run ${tested}`);
  });

  test("runs a test command it cannot point at a copy after the exchange", async () => {
    const config = { ...nginx, validate_command: "docker exec web nginx -t" };
    const host = await deploy("NGINX", config);
    expect(describeEffects(host.effects).slice(1)).toEqual([
      "exchange /t/site.pem, /t/site.key",
      "run docker exec web nginx -t",
      "run nginx -s reload",
    ]);
  });

  test("does not exchange when the test fails, and names the original file", async () => {
    const host = recordingHost({
      ...nginxHost,
      now: instant(0),
      onRun: (command) => {
        if (command.includes("-V")) return version;
        const detail = "emerg in /layout/nginx.conf:1, /t/site.pem.staged";
        throw new ConnectorFailure(detail, { stage: "run", retryable: true });
      },
    });
    const bound = await bind("NGINX", nginx);
    await expect(bound.deploy(host, bundle, signal)).rejects.toMatchObject({
      stage: "validate",
      detail: "emerg in /c/nginx.conf:1, /t/site.pem",
    });
    expect(host.effects.some((it) => it.effect === "exchange")).toBe(false);
  });

  test("does nothing more when everything is as it shall be", async () => {
    const host = await deploy("NGINX", nginx, { upToDate: true });
    expect(host.effects).toHaveLength(1);
  });
});

describe("the HAProxy connector", () => {
  const config = { pem_path: "/h/site.pem", runtime_socket: "/run/h.sock" };
  const answers =
    (known: string, set = "Transaction created for certificate /h/site.pem!\n") =>
    (_: string, request: string) => {
      if (request.startsWith("show ssl cert")) return known;
      if (request.startsWith("set ssl cert")) return set;
      return request.startsWith("commit") ? "Committing /h/site.pem.\nSuccess!\n" : "";
    };

  test("builds one file in the order certificate, chain, key", async () => {
    const host = recordingHost({ now: instant(0) });
    let content = "";
    const stage: typeof host.stage = async (files) => {
      const [file] = files;
      if (file?.content instanceof Secret) content = file.content.reveal();
      return host.stage(files);
    };
    await (await bind("HAProxy", { pem_path: "/h/site.pem" })).deploy(
      { ...host, stage },
      bundle,
      signal,
    );
    expect(content).toBe("LEAF\nCHAIN\nKEY\n");
    expect(host.steps.find((it) => it.name === "validate")).toMatchObject({ outcome: "warning" });
  });

  test("replaces a certificate that is known to the runtime API without a reload", async () => {
    const host = await deploy("haproxy", config, {
      onConverse: answers("# filename\n/h/site.pem\n"),
    });
    expect(describeEffects(host.effects).slice(2)).toEqual([
      'send "show ssl cert" to /run/h.sock',
      'send "set ssl cert /h/site.pem <<" to /run/h.sock',
      'send "commit ssl cert /h/site.pem" to /run/h.sock',
    ]);
  });

  test.each([
    { name: "unknown", onConverse: answers("# filename\n/other.pem\n"), why: "does not use" },
    {
      name: "refused",
      onConverse: answers("/h/site.pem\n", "Permission denied\n"),
      why: "Permission denied",
    },
    { name: "unreachable", onConverse: undefined, why: "there is no socket" },
  ])("reloads when the certificate is $name", async ({ onConverse, why }) => {
    const options = onConverse === undefined ? {} : { onConverse };
    const host = await deploy("haproxy", config, options);
    expect(describeEffects(host.effects).at(-1)).toBe("run systemctl reload haproxy");
    expect(host.steps.at(-1)?.detail).toContain(why);
  });
});

describe("a configuration is refused", () => {
  test.each([
    { config: { ...nginx, certpath: "/x" }, reason: "has the unknown key certpath" },
    {
      config: { ...nginx, cert_path: "t/site.pem" },
      reason: "cert_path: must be an absolute path",
    },
    { config: { ...nginx, cert_path: "/t/../site.pem" }, reason: "must not contain . or .." },
    { config: { ...nginx, cert_path: "/t/" }, reason: "without a trailing /" },
    { config: { ...nginx, cert_path: "/t/a\nb" }, reason: "must not contain control characters" },
    { config: { ...nginx, key_path: "/t/site.pem" }, reason: "must be different files" },
    {
      config: { ...nginx, key_file_mode: "0644" },
      reason: "must not let others read a private key",
    },
    { config: { ...nginx, cert_file_mode: "0666" }, reason: "must not let group or others write" },
    { config: { ...nginx, cert_file_mode: "rw" }, reason: "must be an octal mode" },
    {
      config: { ...nginx, reload_command: "nginx; rm -rf /" },
      reason: 'reload_command: ";" is a command separator',
    },
    {
      config: { ...nginx, on_unseen: "rollback" },
      reason: "on_unseen: rollback needs post_deploy_verify",
    },
    ...["bad", "a:b", "a:0", "a:65536", "::1:443", "[::1]", ":443"].map((endpoint) => ({
      config: { ...nginx, post_deploy_verify: { endpoint } },
      reason: "post_deploy_verify.endpoint: must be host:port",
    })),
    { config: { ...nginx, cert_file_owner: "a b" }, reason: "must be a user or group" },
    { config: { key_path: "/t/site.key" }, reason: "cert_path" },
  ])("$reason", async ({ config, reason }) => {
    const bound = bind("nginx", config);
    await expect(bound).rejects.toBeInstanceOf(Problem);
    await expect(bound).rejects.toThrow(reason);
  });
});

describe("how a deployment is judged", () => {
  const judgement = async (config: Record<string, unknown>) =>
    (await bind("nginx", { ...nginx, ...config })).judgement;

  test("looks where it is told to, with the waits of the attempts", async () => {
    const verify = { endpoint: "[::1]:8443", server_name: "a.test", timeout: 3 };
    expect(await judgement({ post_deploy_verify: verify, backup_retention: 0 })).toEqual({
      endpoints: [{ host: "::1", port: 8443, serverName: "a.test", timeout: 3_000 }],
      patience: 14_000,
      onUnseen: "keep",
      backups: 3,
    });
  });

  test("looks nowhere when that is off, and never waits for hours", async () => {
    const verify = { endpoint: "site.test:443", enabled: false };
    const waits = { post_deploy_verify_attempts: 100, post_deploy_verify_max_backoff: "1h" };
    const result = await judgement({ post_deploy_verify: verify, backup_retention: -1, ...waits });
    expect(result).toMatchObject({ endpoints: [], patience: 600_000, backups: 0 });
  });
});
