/** The configuration of an HAProxy target, in the seeds' keys. Light: forms and contracts read it without the connector. */
import { z } from "zod";
import { Command, formatCommand } from "../command.ts";
import { planOf } from "./plan.ts";
import {
  afterwards,
  checkAfterwards,
  FilePath,
  judgementOf,
  KeyFileMode,
  Principal,
} from "./settings.ts";
import type { TargetKind } from "./target.ts";

export const HaproxyConfig = z
  .strictObject({
    pem_path: FilePath.meta({
      title: "Combined file",
      description: "Gets certificate, chain and private key, in this order.",
      examples: ["/etc/haproxy/certs/site.pem"],
    }),
    reload_command: Command.default(["systemctl", "reload", "haproxy"]).meta({
      title: "Reload command",
    }),
    validate_command: Command.optional().meta({
      title: "Test command",
      description:
        "Default: haproxy -c with the configuration file, when there is one. When it runs haproxy here, it is pointed at a copy of the configuration with the new file, before anything is changed. Any other command is run after the exchange and before the reload.",
      examples: ["haproxy -c -f /etc/haproxy/haproxy.cfg"],
    }),
    config_file: FilePath.optional().meta({
      title: "Configuration file",
      description: "Default: what the test command names with -f, else /etc/haproxy/haproxy.cfg.",
    }),
    runtime_socket: FilePath.optional().meta({
      title: "Runtime API socket",
      description:
        "A `stats socket` of level admin. The certificate is then replaced without a reload; the reload remains for a file that the running HAProxy does not know.",
      examples: ["/run/haproxy/admin.sock"],
    }),
    pem_file_mode: KeyFileMode.optional().meta({ title: "Mode" }),
    pem_file_owner: Principal.optional().meta({ title: "Owner" }),
    pem_file_group: Principal.optional().meta({ title: "Group" }),
    ...afterwards,
  })
  .superRefine(checkAfterwards)
  .meta({ title: "HAProxy" });
export type HaproxyConfig = z.output<typeof HaproxyConfig>;

export const haproxyPrograms = ["haproxy", "hapee-lb"] as const;
/** Where the configuration is unless something else is said. */
export const haproxyFile = "/etc/haproxy/haproxy.cfg";

export const haproxyKind = {
  kind: "HAProxy",
  title: "HAProxy",
  runsOn: "agent",
  capabilities: ["dry-run", "rollback", "staged-test", "verify", "hot-update"],
  config: HaproxyConfig,
  plan(config: HaproxyConfig) {
    const reload = formatCommand(config.reload_command);
    const { runtime_socket: socket, config_file: file = haproxyFile } = config;
    return planOf({
      files: [`certificate, chain and private key to ${config.pem_path}`],
      test: config.validate_command,
      programs: haproxyPrograms,
      otherwise: `Test a copy of ${file} that names the new file with haproxy -c, where that file exists.`,
      activation:
        socket === undefined
          ? `Have the service read it: ${reload}`
          : `Replace it in the running service through ${socket}; where it does not know the file: ${reload}`,
      judgement: judgementOf(config),
    });
  },
} as const satisfies TargetKind;
