/** What the deployment tests share: a deployer in a directory of its own, orders for the rigs, and a look at the leftovers. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Order } from "#agent/begin.ts";
import { type Deployer, openDeployer } from "#agent/deploy.ts";
import type { DeployerOptions } from "#agent/workshop.ts";
import { silent } from "#base/log.ts";
import { systemRandom } from "#base/random.ts";
import { Secret } from "#base/secret.ts";
import { systemClock } from "#base/time.ts";
import type { Bundle } from "#connectors/targets/target.ts";
import type { HaproxyRig } from "#test/peers/haproxy.ts";
import type { NginxRig } from "#test/peers/nginx.ts";
import type { Pair } from "#test/peers/pair.ts";

export interface Bench {
  readonly deployer: Deployer;
  readonly stateDirectory: string;
  close(): void;
}

export function openBench(options: Partial<DeployerOptions> = {}): Bench {
  const stateDirectory = options.stateDirectory ?? mkdtempSync(join(tmpdir(), "certctl-agent-"));
  const deployer = openDeployer({
    stateDirectory,
    clock: systemClock,
    random: systemRandom,
    log: silent,
    commandTimeout: 10_000,
    ...options,
  });
  return {
    deployer,
    stateDirectory,
    close: () => rmSync(stateDirectory, { recursive: true, force: true }),
  };
}

export const noSignal = (): AbortSignal => new AbortController().signal;

export function bundleOf(pair: Pair): Bundle {
  return { ...pair, privateKeyPem: new Secret(pair.privateKeyPem) };
}

export function nginxOrder(rig: NginxRig, pair: Pair, config: Record<string, unknown> = {}): Order {
  return {
    target: {
      id: "tgt-nginx",
      kind: "nginx",
      config: {
        cert_path: rig.certPath,
        key_path: rig.keyPath,
        validate_command: rig.validateCommand,
        reload_command: rig.reloadCommand,
        post_deploy_verify: { endpoint: rig.endpoint, timeout: "2s" },
        post_deploy_verify_attempts: 2,
        post_deploy_verify_backoff: "500ms",
        ...config,
      },
    },
    bundle: bundleOf(pair),
  };
}

export function haproxyOrder(
  rig: HaproxyRig,
  pair: Pair,
  config: Record<string, unknown> = {},
): Order {
  return {
    target: {
      id: "tgt-haproxy",
      kind: "HAProxy",
      config: {
        pem_path: rig.pemPath,
        validate_command: rig.validateCommand,
        reload_command: rig.reloadCommand,
        post_deploy_verify: { endpoint: rig.endpoint, timeout: "2s" },
        post_deploy_verify_attempts: 2,
        post_deploy_verify_backoff: "500ms",
        ...config,
      },
    },
    bundle: bundleOf(pair),
  };
}

/** The names in a directory that a deployment made and should not have left. */
export function leftovers(directory: string): readonly string[] {
  return readdirSync(directory).filter((name) => /certctl-(?!bak)/.test(name));
}

export function backups(directory: string): readonly string[] {
  return readdirSync(directory).filter((name) => name.includes(".certctl-bak."));
}
