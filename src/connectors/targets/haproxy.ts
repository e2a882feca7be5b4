/**
 * Deploys to HAProxy: one file with certificate, chain and key, tested as a copy of the configuration, then taken over
 * through the runtime API or by a reload.
 */
import { posix } from "node:path";
import { Secret } from "#base/secret.ts";
import { type Command, formatCommand } from "../command.ts";
import type { FileToInstall, Host, Staged, StepResult } from "../host.ts";
import { type HaproxyConfig, haproxyFile, haproxyKind, haproxyPrograms } from "./haproxy.config.ts";
import { copyHaproxyConfiguration, listConfigurationFiles } from "./haproxy-configuration.ts";
import { replaceAtRuntime } from "./haproxy-runtime.ts";
import { existsAsText, liveChecks } from "./live-checks.ts";
import { joinPem } from "./pem-text.ts";
import { findInvocation, type Invocation, takeOption } from "./program.ts";
import { judgementOf, modeOf } from "./settings.ts";
import { runLiveTest, runStagedTest } from "./staged-test.ts";
import { type Bundle, target } from "./target.ts";

export const haproxy = target({
  ...haproxyKind,
  judgement: judgementOf,
  async deploy(host, config, bundle, signal) {
    const staged = await host.stage([fileOf(config, bundle)]);
    if (staged.upToDate) return;
    const test = await testOf(host, config);
    if (test.when !== "after") {
      await host.step("validate", () => testBefore(host, { config, staged, test }, signal));
    }
    await staged.exchange();
    if (test.when === "after") {
      await host.step("validate", () => runLiveTest(host, test.command, signal));
    }
    await host.step("reload", () => activate(host, config, signal));
  },
  activate,
  async testConnection(host, config, signal) {
    const test = await testOf(host, config);
    return liveChecks(host, {
      paths: [config.pem_path],
      command: test.when === "never" ? undefined : test.command,
      configuration: async () => {
        if (config.runtime_socket === undefined) {
          return test.when === "before"
            ? existsAsText(host, test.files[0] ?? haproxyFile)
            : undefined;
        }
        const version = await host.converse(config.runtime_socket, "show version\n", signal);
        return { name: "runtime API", ok: true, detail: version.trim() };
      },
      signal,
    });
  },
});

async function activate(host: Host, config: HaproxyConfig, signal: AbortSignal): Promise<string> {
  const pem = await host.read(config.pem_path);
  let reason = "";
  if (config.runtime_socket !== undefined && pem !== undefined) {
    const subject = { socket: config.runtime_socket, path: config.pem_path, pem };
    const result = await replaceAtRuntime(host, subject, signal);
    if (result.replaced) return `replaced through ${config.runtime_socket}, without a reload`;
    reason = ` (not through the runtime API: ${result.reason})`;
  }
  await host.run(config.reload_command, signal);
  return formatCommand(config.reload_command) + reason;
}

function fileOf(config: HaproxyConfig, bundle: Bundle): FileToInstall {
  return {
    path: config.pem_path,
    role: "bundle",
    content: new Secret(
      joinPem(bundle.certificatePem, bundle.chainPem, bundle.privateKeyPem.reveal()),
    ),
    mode: config.pem_file_mode === undefined ? undefined : modeOf(config.pem_file_mode),
    owner: config.pem_file_owner,
    group: config.pem_file_group,
    defaultMode: 0o600,
  };
}

/** When the configuration is tested, and with what. */
type Test =
  | { readonly when: "never" }
  | { readonly when: "after"; readonly command: Command }
  | {
      readonly when: "before";
      readonly command: Command;
      readonly invocation: Invocation;
      readonly files: readonly string[];
    };

async function testOf(host: Host, config: HaproxyConfig): Promise<Test> {
  const file = config.config_file ?? haproxyFile;
  let command = config.validate_command;
  if (command === undefined) {
    // Nobody said how to test: it is done where HAProxy keeps its configuration by default.
    const exists = config.config_file !== undefined || (await host.read(file)) !== undefined;
    if (!exists) return { when: "never" };
    command = ["haproxy", "-c", "-f", file];
  }
  const invocation = findInvocation(command, haproxyPrograms);
  if (invocation === undefined) return { when: "after", command };
  const named = takeOption(invocation.args, "-f").values;
  const files = await listConfigurationFiles(host, named.length > 0 ? named : [file]);
  return { when: "before", command, invocation, files };
}

async function testBefore(
  host: Host,
  subject: {
    readonly config: HaproxyConfig;
    readonly staged: Staged;
    readonly test: Exclude<Test, { when: "after" }>;
  },
  signal: AbortSignal,
): Promise<StepResult> {
  const { config, staged, test } = subject;
  if (test.when === "never") {
    return { warning: `not tested: there is no validate_command and no ${haproxyFile}` };
  }
  const directory = host.layoutDirectory;
  const copy = await copyHaproxyConfiguration(host, test.files, staged.paths, directory);
  const args = takeOption(test.invocation.args, "-f").rest;
  const files = copy.main.flatMap((name) => ["-f", posix.join(directory, name)]);
  const check = args.includes("-c") ? [] : ["-c"];
  return runStagedTest(
    host,
    {
      staged,
      copy,
      destination: config.pem_path,
      command: [...test.invocation.program, ...args, ...check, ...files],
    },
    signal,
  );
}
