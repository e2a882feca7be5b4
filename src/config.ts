/**
 * The settings of the server, read once at start: flags win over the environment (`CERTCTL_*`), that over a TOML file,
 * that over systemd credentials, that over defaults. Refuses to start on a key that nobody knows. The only reader of
 * `process.env`.
 */
import { readFileSync } from "node:fs";
import { Mistake } from "#base/mistake.ts";
import { check } from "#base/rule.ts";
import { Secret } from "#base/secret.ts";
import type { Milliseconds } from "#base/time.ts";
import { brokenAcme } from "./config/acme.ts";
import { brokenFiles } from "./config/files.ts";
import { brokenRules } from "./config/rules.ts";
import type { Setting, ShownSetting } from "./config/setting.ts";
import {
  type ConfigProblem,
  type ConfigWarning,
  type Given,
  gather,
  type Inputs,
  settingFlags,
} from "./config/sources.ts";
import { type Config, rows } from "./config/table.ts";

export type { Config };

/** Every setting, for the reference and for tests. */
export const settingsTable: readonly Setting[] = rows;

/** What is wrong with the configuration, all of it at once. */
export class ConfigError extends Mistake {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map((it) => `${it.key} (${it.source}): ${it.rule}`).join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** Reads the configuration. Throws `ConfigError` with every problem. */
export function loadConfig(inputs: Inputs): {
  readonly config: Config;
  readonly warnings: readonly ConfigWarning[];
} {
  const { given, problems: before, warnings } = gather(rows, inputs);
  const problems = [...before];
  const values: Record<string, unknown> = {};
  for (const row of rows) {
    const result = read(row, given.get(row.key));
    if ("problem" in result) problems.push(result.problem);
    else values[row.property] = result.value;
  }
  if (problems.length > 0) throw new ConfigError(problems);
  // The loop read every row by its own schema into its own property: exactly the mapped type.
  values["shown"] = rows.map((row) => shownOf(row, given.get(row.key)));
  const config = values as Config;
  const rules = [...brokenRules(config), ...brokenAcme(config)];
  // A rule of a pair that is broken says enough; its files come next.
  const broken = rules.length > 0 ? rules : brokenFiles(config, inputs.readFile);
  if (broken.length > 0) {
    throw new ConfigError(
      broken.map((it) => ({ ...it, source: given.get(it.key)?.source ?? "default" })),
    );
  }
  return { config, warnings };
}

function shownOf(row: Setting, given: Given | undefined): ShownSetting {
  const text = given?.text ?? row.default ?? null;
  const isSet = text !== null && text !== "";
  return {
    key: row.key,
    value: row.secret || !isSet ? null : text,
    isSet,
    isSecret: row.secret ?? false,
    source: given?.source ?? "default",
    summary: row.summary,
    effect: row.effect,
  };
}

function read(
  row: Setting,
  given: Given | undefined,
): { readonly value: unknown } | { readonly problem: ConfigProblem } {
  const { text, source } = given ?? { text: row.default, source: "default" };
  if (text === undefined) return { value: undefined };
  const parsed = check(row.schema, text);
  if (parsed.success) return { value: row.secret ? new Secret(parsed.data) : parsed.data };
  const rule = parsed.error.issues[0]?.message ?? "is wrong";
  const shown = row.secret ? rule : `${rule}, not ${JSON.stringify(text)}`;
  return { problem: { key: row.key, source, rule: shown } };
}

/** The interval that a recurring row's `setting` names. */
export function intervalOf(config: Config, key: string): Milliseconds | undefined {
  const row = rows.find((it) => it.key === key);
  const value = row && config[row.property];
  return typeof value === "number" ? value : undefined;
}

/** Divides arguments into those that set something (with their values) and the rest. */
export function splitSettings(argv: readonly string[]): {
  readonly settings: readonly string[];
  readonly rest: readonly string[];
} {
  const flags = settingFlags(rows);
  const settings: string[] = [];
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? "";
    const known = flags.has(argument.split("=")[0] ?? "");
    (known ? settings : rest).push(argument);
    const value = argv[i + 1];
    if (!known || argument.includes("=") || value === undefined) continue;
    settings.push(value);
    i++;
  }
  return { settings, rest };
}

/** The environment of this process. */
export function environment(): Readonly<Record<string, string | undefined>> {
  // biome-ignore lint/style/noProcessEnv: the one place that reads the environment
  return process.env;
}

/** A file's text; undefined when there is none. Whatever else goes wrong is thrown. */
export function readTextFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
