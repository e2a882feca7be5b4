/** The configuration of an NGINX target, in the seeds' keys. Light: forms and contracts read it without the connector. */
import { z } from "zod";
import { Command, formatCommand } from "../command.ts";
import { planOf } from "./plan.ts";
import {
  afterwards,
  checkAfterwards,
  FileMode,
  FilePath,
  judgementOf,
  KeyFileMode,
  Principal,
} from "./settings.ts";
import type { TargetKind } from "./target.ts";

export const NginxConfig = z
  .strictObject({
    cert_path: FilePath.meta({
      title: "Certificate file",
      description: "Gets the certificate followed by its chain, as `ssl_certificate` wants it.",
      examples: ["/etc/nginx/tls/site.pem"],
    }),
    key_path: FilePath.meta({
      title: "Private key file",
      examples: ["/etc/nginx/tls/site.key"],
    }),
    chain_path: FilePath.optional().meta({
      title: "Chain file",
      description:
        "Gets the chain alone, for `ssl_trusted_certificate`. The certificate file holds the chain too: NGINX reads it nowhere else.",
    }),
    reload_command: Command.default(["nginx", "-s", "reload"]).meta({ title: "Reload command" }),
    validate_command: Command.default(["nginx", "-t"]).meta({
      title: "Test command",
      description:
        "When it runs nginx here, it is pointed at a copy of the configuration with the new files, before anything is changed (a sudo rule must allow -c). Any other command is run after the exchange and before the reload.",
    }),
    config_file: FilePath.optional().meta({
      title: "Main configuration file",
      description: "Default: what the test command names with -c, else what nginx was built with.",
      examples: ["/etc/nginx/nginx.conf"],
    }),
    cert_file_mode: FileMode.optional().meta({ title: "Certificate file: mode" }),
    cert_file_owner: Principal.optional().meta({ title: "Certificate file: owner" }),
    cert_file_group: Principal.optional().meta({ title: "Certificate file: group" }),
    chain_file_mode: FileMode.optional().meta({ title: "Chain file: mode" }),
    chain_file_owner: Principal.optional().meta({ title: "Chain file: owner" }),
    chain_file_group: Principal.optional().meta({ title: "Chain file: group" }),
    key_file_mode: KeyFileMode.optional().meta({ title: "Private key file: mode" }),
    key_file_owner: Principal.optional().meta({ title: "Private key file: owner" }),
    key_file_group: Principal.optional().meta({ title: "Private key file: group" }),
    ...afterwards,
  })
  .superRefine((config, context) => {
    checkAfterwards(config, context);
    const paths = [config.cert_path, config.key_path, config.chain_path ?? "none"];
    if (new Set(paths).size < paths.length) {
      const message = "certificate, key and chain must be different files";
      context.addIssue({ code: "custom", path: ["cert_path"], message });
    }
  })
  .meta({ title: "NGINX" });
export type NginxConfig = z.output<typeof NginxConfig>;

/** NGINX and the servers that took over its configuration language and options. */
export const nginxPrograms = ["nginx", "openresty", "angie", "freenginx", "tengine"] as const;

export const nginxKind = {
  kind: "NGINX",
  title: "NGINX",
  runsOn: "agent",
  capabilities: ["dry-run", "rollback", "staged-test", "verify"],
  config: NginxConfig,
  plan: (config: NginxConfig) =>
    planOf({
      files: [
        `the certificate with its chain to ${config.cert_path}`,
        `the private key to ${config.key_path}`,
        ...(config.chain_path === undefined ? [] : [`the chain to ${config.chain_path}`]),
      ],
      test: config.validate_command,
      programs: nginxPrograms,
      activation: `Have the service read them: ${formatCommand(config.reload_command)}`,
      judgement: judgementOf(config),
    }),
} as const satisfies TargetKind;
