/** The configuration of a command: settings among its arguments, warnings said, the rest of the arguments handed back. */
import type { Log } from "#base/log.ts";
import { type Config, environment, loadConfig, readTextFile, splitSettings } from "../config.ts";

export function configure(argv: readonly string[]): {
  readonly config: Config;
  readonly rest: readonly string[];
  warn(log: Log): void;
} {
  const { settings, rest } = splitSettings(argv);
  const { config, warnings } = loadConfig({
    env: environment(),
    argv: settings,
    readFile: readTextFile,
  });
  return {
    config,
    rest,
    warn(log) {
      for (const it of warnings) log.warn({ key: it.key, source: it.source }, it.message);
    },
  };
}
