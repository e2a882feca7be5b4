/** The agent executable: parses arguments, runs one command, sets the exit status. It contains no database and no server. */
import { CallFailure } from "#base/exchange.ts";
import { lastWords } from "#base/mistake.ts";
import { systemRandom } from "#base/random.ts";
import { systemClock } from "#base/time.ts";
import { loadIdentity } from "./identity.ts";
import { join } from "./join.ts";
import { lockState } from "./lock.ts";
import { agentLog } from "./log.ts";
import { agentVersion } from "./machine-info.ts";
import { Retired, runAgent } from "./run.ts";
import { type AgentSettings, readSettings, UsageError, usage } from "./settings.ts";

const write = (text: string): void => {
  process.stdout.write(text);
};

async function run(settings: AgentSettings): Promise<number> {
  const identity = loadIdentity(settings.stateDirectory);
  if (!identity) {
    throw new UsageError(`no identity in ${settings.stateDirectory}: run certctl-agent join first`);
  }
  const stop = new AbortController();
  process.on("SIGTERM", () => stop.abort());
  process.on("SIGINT", () => stop.abort());
  const log = agentLog();
  const release = lockState(settings.stateDirectory);
  try {
    await runAgent(
      settings,
      identity,
      { clock: systemClock, random: systemRandom, log },
      stop.signal,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof Retired)) throw error;
    log.warn({}, `${error.message}; ending`);
    return 0;
  } finally {
    release();
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const settings = readSettings(argv);
  switch (settings.command) {
    case "join": {
      const identity = await join(settings);
      write(`joined ${identity.server} as agent ${identity.id} (${identity.name})\n`);
      return 0;
    }
    case "run":
      return await run(settings);
    case "version":
      write(`certctl-agent ${agentVersion}\n`);
      return 0;
    default:
      write(usage);
      return 0;
  }
}

/** What is expected, a server that cannot be reached too, is one sentence; a defect comes with its stack. */
function fail(error: unknown): never {
  const words = error instanceof CallFailure ? error.message : lastWords(error);
  process.stderr.write(`certctl-agent: ${words}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
}

main(process.argv.slice(2)).then((status) => process.exit(status), fail);
