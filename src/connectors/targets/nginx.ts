/**
 * Deploys to NGINX: certificate with chain, key and optionally the chain alone, tested as a copy of the configuration
 * before anything changes. NGINX reads certificate and key as two files, so both change at one moment (the host's part).
 */
import { posix } from "node:path";
import { formatCommand } from "../command.ts";
import { ConnectorFailure } from "../failure.ts";
import type { FileToInstall, Host, Staged } from "../host.ts";
import { existsAsText, liveChecks } from "./live-checks.ts";
import { type NginxConfig, nginxKind, nginxPrograms } from "./nginx.config.ts";
import { copyNginxConfiguration } from "./nginx-configuration.ts";
import { joinPem } from "./pem-text.ts";
import { findInvocation, type Invocation, takeOption } from "./program.ts";
import { judgementOf, modeOf } from "./settings.ts";
import { runLiveTest, runStagedTest } from "./staged-test.ts";
import { type Bundle, target } from "./target.ts";

export const nginx = target({
  ...nginxKind,
  judgement: judgementOf,
  async deploy(host, config, bundle, signal) {
    const staged = await host.stage(filesOf(config, bundle));
    if (staged.upToDate) return;
    const invocation = findInvocation(config.validate_command, nginxPrograms);
    if (invocation !== undefined) {
      await host.step("validate", () => testCopy(host, { config, staged, invocation }, signal));
    }
    await staged.exchange();
    if (invocation === undefined) {
      await host.step("validate", () => runLiveTest(host, config.validate_command, signal));
    }
    await host.step("reload", () => activate(host, config, signal));
  },
  activate,
  testConnection: (host, config, signal) =>
    liveChecks(host, {
      paths: filePaths(config),
      command: config.validate_command,
      configuration: async () => {
        const invocation = findInvocation(config.validate_command, nginxPrograms);
        if (invocation === undefined) return undefined;
        return existsAsText(host, await mainFile(host, config, invocation, signal));
      },
      signal,
    }),
});

async function activate(host: Host, config: NginxConfig, signal: AbortSignal): Promise<string> {
  await host.run(config.reload_command, signal);
  return formatCommand(config.reload_command);
}

function filePaths(config: NginxConfig): readonly string[] {
  const paths = [config.cert_path, config.key_path];
  return config.chain_path === undefined ? paths : [...paths, config.chain_path];
}

function filesOf(config: NginxConfig, bundle: Bundle): readonly FileToInstall[] {
  const files: FileToInstall[] = [
    {
      path: config.cert_path,
      role: "certificate",
      content: joinPem(bundle.certificatePem, bundle.chainPem),
      ...attributes(config.cert_file_mode, config.cert_file_owner, config.cert_file_group),
      defaultMode: 0o644,
    },
    {
      path: config.key_path,
      role: "key",
      content: bundle.privateKeyPem,
      ...attributes(config.key_file_mode, config.key_file_owner, config.key_file_group),
      // The master process reads keys before it drops its rights.
      defaultMode: 0o600,
    },
  ];
  if (config.chain_path === undefined) return files;
  const chain: FileToInstall = {
    path: config.chain_path,
    role: "chain",
    content: joinPem(bundle.chainPem),
    ...attributes(config.chain_file_mode, config.chain_file_owner, config.chain_file_group),
    defaultMode: 0o644,
  };
  return [...files, chain];
}

function attributes(mode?: string, owner?: string, group?: string) {
  return { mode: mode === undefined ? undefined : modeOf(mode), owner, group };
}

async function testCopy(
  host: Host,
  test: { readonly config: NginxConfig; readonly staged: Staged; readonly invocation: Invocation },
  signal: AbortSignal,
) {
  const { config, staged, invocation } = test;
  const main = await mainFile(host, config, invocation, signal);
  const copy = await copyNginxConfiguration(host, main, staged.paths);
  const args = takeOption(invocation.args, "-c").rest;
  return runStagedTest(
    host,
    {
      staged,
      copy,
      destination: config.cert_path,
      command: [
        ...invocation.program,
        ...args,
        ...(args.includes("-t") ? [] : ["-t"]),
        "-c",
        posix.join(host.layoutDirectory, posix.basename(main)),
      ],
    },
    signal,
  );
}

/** The main configuration file: configured, named by the test command, or built into the program. */
async function mainFile(
  host: Host,
  config: NginxConfig,
  invocation: Invocation,
  signal: AbortSignal,
): Promise<string> {
  if (config.config_file !== undefined) return config.config_file;
  const [named] = takeOption(invocation.args, "-c").values;
  const [prefix] = takeOption(invocation.args, "-p").values;
  if (named?.startsWith("/")) return named;
  if (named !== undefined && prefix !== undefined) return posix.resolve(prefix, named);
  const built = await builtIn(host, invocation, signal);
  return posix.resolve(prefix ?? built.prefix, named ?? built.file);
}

/** What `nginx -V` says; without an answer, the defaults of its build (http://nginx.org/en/docs/configure.html). */
async function builtIn(host: Host, invocation: Invocation, signal: AbortSignal) {
  const { stderr, stdout } = await host.run([...invocation.program, "-V"], signal);
  const said = stderr + stdout;
  const prefix = /--prefix=(\S+)/.exec(said)?.[1] ?? "/usr/local/nginx";
  const file = /--conf-path=(\S+)/.exec(said)?.[1] ?? "conf/nginx.conf";
  if (!said.includes("configure arguments")) {
    throw new ConnectorFailure("cannot tell where the main configuration is: set config_file", {
      stage: "validate",
      retryable: false,
    });
  }
  return { prefix, file };
}
