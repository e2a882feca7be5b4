/** The settings page: every setting, whence it may come, and the reference product's keys without effect. */
import { settingsTable } from "#src/config.ts";
import { keysWithoutEffect } from "../../src/config/known-keys.ts";
import { fileKeyOf, flagOf, type Setting } from "../../src/config/setting.ts";
import { code, fenced, page } from "./markdown.ts";

const intro = `The server reads its settings once, at start. A flag (\`--server-port 443\`) wins over the environment
(\`CERTCTL_SERVER_PORT=443\`), that over the file, that over systemd credentials, that over the default. Empty text in
the environment means "not set".`;

const file = `The file is TOML and is named by \`--config FILE\` or \`CERTCTL_CONFIG_FILE\`; its keys are those of the
environment in lower case without the prefix:`;

const example = `server_port = 443
server_names = ["pki.example.com", "10.0.0.5"]
scheduler_renewal_check_interval = "30m"`;

const strict = `Secrets have no flag, because everybody can see a process's arguments; they may be systemd credentials
of the setting's name (\`LoadCredential=CERTCTL_CONFIG_ENCRYPTION_KEY:/etc/certctl/master.key\`). A key that nobody knows
stops the start and names the nearest one. \`certctl serve --check\` reads everything and exits.`;

const missing = `The reference product knows these keys; here they have no effect (yet) and warn. So do the keys of
\`CERTCTL_EST_PROFILE_<NAME>_…\` and \`CERTCTL_SCEP_PROFILE_<NAME>_…\`.`;

export function settingsPage(): string {
  return page(
    "Settings",
    intro,
    file,
    fenced("toml", example),
    strict,
    "A change counts after a restart, unless another time is named.",
    ...settingsTable.map(section),
    "## Keys without effect",
    missing,
    fenced("text", keysWithoutEffect.join("\n")),
  );
}

function section(it: Setting): string {
  const values = it.schema.meta()?.description;
  const facts = [
    `values: ${values}`,
    `default: ${it.default === undefined || it.default === "" ? "none" : code(it.default)}`,
    it.secret ? "a secret: no flag, may be a credential" : `flag: ${code(flagOf(it.key))}`,
    `in the file: ${code(fileKeyOf(it.key))}`,
    ...(it.effect === "restart" ? [] : [`a change counts ${changes[it.effect]}`]),
  ];
  return `## ${it.key}\n\n${it.summary}\n\n${facts.map((fact) => `- ${fact}`).join("\n")}\n`;
}

const changes = {
  reload: "after a restart or SIGHUP",
  "first start": "only while the data directory is new",
} as const;
