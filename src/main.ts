/** The server executable: `serve`, `migrate`, `setup`, `demo`, `bench`, and one command per operation of the API. */
import { lastWords } from "#base/mistake.ts";
import { build } from "./build-info.ts";
import { runCli } from "./cli.ts";
import { bench } from "./commands/bench.ts";
import { demoSite } from "./commands/demo/site.ts";
import { demo } from "./commands/demo.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { serve } from "./commands/serve.ts";
import { setup } from "./commands/setup.ts";
import { UsageError } from "./commands/usage.ts";
import { ConfigError, environment, readTextFile } from "./config.ts";

const usage = `certctl ${build.version}: issue, deploy, see and renew certificates

  certctl serve [--check]     run the server (settings: CERTCTL_*, --config FILE, --data-dir DIR)
  certctl migrate [--apply]   show, or apply, changes of the database schema
  certctl setup --admin NAME --password-stdin [--api-key NAME] [--new]
                              make the first administrator of the server of --data-dir DIR;
                              --new: before its first start
  certctl demo                server, agent and a TLS site on this machine, to look at
  certctl bench NAME          measure: seed, issue, list, agents
  certctl version

Everything else is an operation of a server's API:
`;

type Command = (argv: readonly string[]) => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  serve,
  migrate: migrateCommand,
  setup,
  demo,
  "demo-site": demoSite,
  bench,
  version: () => version(),
  "--version": () => version(),
};

const version = async (): Promise<number> => {
  process.stdout.write(`certctl ${build.version} (${build.commit}, ${build.runtime})\n`);
  return 0;
};

const asksForHelp = (argument: string): boolean => argument === "--help" || argument === "-h";

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  const command = name === undefined ? undefined : commands[name];
  if (command && !rest.some(asksForHelp)) return await command(rest);
  if (command) {
    process.stdout.write(usage);
    return 0;
  }
  if (name === undefined || name === "help" || name === "--help") process.stdout.write(usage);
  return await runCli(name === undefined ? ["--help"] : argv, {
    stdout: process.stdout,
    stderr: process.stderr,
    env: environment(),
    readFile: readTextFile,
    isTty: process.stdout.isTTY === true,
    columns: process.stdout.columns ?? 80,
    fetch,
  });
}

function fail(error: unknown): never {
  const inArguments = error instanceof ConfigError || error instanceof UsageError;
  process.stderr.write(`certctl: ${lastWords(error)}\n`);
  process.exit(inArguments ? 2 : 1);
}

main(process.argv.slice(2)).then((status) => process.exit(status), fail);
