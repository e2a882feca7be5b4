/** The agent's settings: flags before environment before defaults; the only reader of the agent's environment. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Mistake } from "#base/mistake.ts";

export interface AgentSettings {
  readonly command: "join" | "run" | "version" | "help";
  readonly stateDirectory: string;
  readonly keyDirectory: string;
  readonly server: string | undefined;
  readonly caFingerprint: string | undefined;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  readonly name: string | undefined;
  readonly id: string | undefined;
  readonly directories: readonly string[] | undefined;
}

export class UsageError extends Mistake {}

export const usage = `certctl-agent: makes keys where they are used and deploys certificates

  certctl-agent join --server URL --ca-fingerprint F --token T    become an agent of a server, once
  certctl-agent run                                               do its work until stopped
  certctl-agent version

Options
  --state-dir DIR      identity, journal, outbox   (CERTCTL_AGENT_STATE_DIR, /var/lib/certctl-agent)
  --key-dir DIR        private keys                (CERTCTL_KEY_DIR, DIR/keys below the state directory)
  --token-file FILE    the join token from a file  (so that it is not seen in the process list)
  --name NAME          how it is shown             (CERTCTL_AGENT_NAME, the host's name)
  --id ID              its id                      (CERTCTL_AGENT_ID, made by the server)
  --directories A:B    deploy below these directories only (CERTCTL_AGENT_DIRECTORIES)
`;

const options = {
  server: { type: "string" },
  "ca-fingerprint": { type: "string" },
  token: { type: "string" },
  "token-file": { type: "string" },
  "state-dir": { type: "string" },
  "key-dir": { type: "string" },
  name: { type: "string" },
  id: { type: "string" },
  directories: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const commands = ["join", "run", "version", "help"] as const;

export function readSettings(
  argv: readonly string[],
  // biome-ignore lint/style/noProcessEnv: the one place of the agent that reads its environment
  env: Readonly<Record<string, string | undefined>> = process.env,
): AgentSettings {
  const { values, positionals } = parse(argv);
  const word = values.help === true ? "help" : (positionals[0] ?? "help");
  const command = commands.find((it) => it === word);
  if (command === undefined || positionals.length > 1) {
    throw new UsageError(`unknown command ${positionals.join(" ")}`);
  }
  const state = values["state-dir"] ?? env["CERTCTL_AGENT_STATE_DIR"] ?? "/var/lib/certctl-agent";
  const directories = values.directories ?? env["CERTCTL_AGENT_DIRECTORIES"];
  return {
    command,
    stateDirectory: state,
    keyDirectory: values["key-dir"] ?? env["CERTCTL_KEY_DIR"] ?? join(state, "keys"),
    server: values.server ?? env["CERTCTL_SERVER_URL"],
    caFingerprint: values["ca-fingerprint"],
    token: values.token,
    tokenFile: values["token-file"],
    name: values.name ?? env["CERTCTL_AGENT_NAME"],
    id: values.id ?? env["CERTCTL_AGENT_ID"],
    directories: directories?.split(":").filter((it) => it !== ""),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
