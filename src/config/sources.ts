/** Where settings come from: flags, environment, file, credentials. Gathers their text by precedence; reads no meaning. */
import { parse, TomlError } from "smol-toml";
import { readNamed } from "#base/named-file.ts";
import { nearest } from "#base/nearest.ts";
import { judgeKey } from "./known-keys.ts";
import { fileKeyOf, flagOf, keyOfFile, type Setting } from "./setting.ts";

/** One wrong setting: which, whence, and the rule it breaks. Never its value when it is a secret. */
export interface ConfigProblem {
  readonly key: string;
  readonly source: string;
  readonly rule: string;
}

export interface ConfigWarning {
  readonly key: string;
  readonly source: string;
  readonly message: string;
}

/** A setting's text and where it stood. */
export interface Given {
  readonly text: string;
  readonly source: string;
}

export interface Inputs {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--server-port 443`, `--server-port=443`, `--config FILE`. */
  readonly argv?: readonly string[];
  /** Undefined when there is no such file. */
  readonly readFile: (path: string) => string | undefined;
}

export interface Gathered {
  readonly given: ReadonlyMap<string, Given>;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigWarning[];
}

const configFileKey = "CERTCTL_CONFIG_FILE";

/** Flags win over the environment, that over the file, that over credentials. */
export function gather(settings: readonly Setting[], inputs: Inputs): Gathered {
  const into = new Gathering(settings);
  readFlags(into, inputs.argv ?? []);
  readEnvironment(into, inputs.env);
  readConfigFile(into, inputs);
  readCredentials(into, inputs);
  return into;
}

class Gathering implements Gathered {
  readonly given = new Map<string, Given>();
  readonly problems: ConfigProblem[] = [];
  readonly warnings: ConfigWarning[] = [];
  readonly settings: ReadonlyMap<string, Setting>;

  constructor(settings: readonly Setting[]) {
    this.settings = new Map(settings.map((it) => [it.key, it]));
  }

  /** Keeps what a stronger source said. Empty text says nothing: compose files set `KEY=` for "not set". */
  offer(key: string, text: string, source: string): void {
    if (text !== "" && !this.given.has(key)) this.given.set(key, { text, source });
  }

  refuse(key: string, source: string, rule: string): void {
    this.problems.push({ key, source, rule });
  }

  /** Offers a setting; of any other key it says what to make of it. */
  offerAny(key: string, text: string, source: string, spelt: (key: string) => string): void {
    if (this.settings.has(key) || key === configFileKey) {
      this.offer(key, text, source);
      return;
    }
    const verdict = judgeKey(key, [...this.settings.keys(), configFileKey]);
    if (verdict.kind === "without effect") {
      const message = `has no effect${verdict.instead === undefined ? " yet" : `: ${verdict.instead}`}`;
      this.warnings.push({ key: spelt(key), source, message });
    }
    if (verdict.kind === "unknown") {
      const hint = verdict.nearest === undefined ? "" : `; did you mean ${spelt(verdict.nearest)}?`;
      this.refuse(spelt(key), source, `is not a setting${hint}`);
    }
  }
}

/** The flag of every setting that has one, and `--config`. */
export function settingFlags(settings: readonly Setting[]): ReadonlyMap<string, string> {
  const open = settings.filter((it) => !it.secret);
  return new Map([
    ["--config", configFileKey],
    ...open.map((it): [string, string] => [flagOf(it.key), it.key]),
  ]);
}

function readFlags(into: Gathering, argv: readonly string[]): void {
  const flags = settingFlags([...into.settings.values()]);
  const secrets = new Set([...into.settings.keys()].map(flagOf).filter((it) => !flags.has(it)));
  const source = "command line";
  for (let i = 0; i < argv.length; i++) {
    const [flag = "", ...inline] = (argv[i] ?? "").split("=");
    const key = flags.get(flag);
    if (key === undefined) {
      into.refuse(flag, source, ruleOfUnknownFlag(flag, secrets, flags.keys()));
      // What follows is probably its value, and perhaps a secret: not to be repeated.
      if (flag.startsWith("--") && !argv[i + 1]?.startsWith("--")) i++;
      continue;
    }
    const text = inline.length > 0 ? inline.join("=") : argv[++i];
    if (text === undefined) into.refuse(key, flag, "needs a value");
    else into.offer(key, text, flag);
  }
}

function ruleOfUnknownFlag(
  flag: string,
  secrets: ReadonlySet<string>,
  flags: Iterable<string>,
): string {
  if (secrets.has(flag)) {
    return "is a secret, and everybody can see a process's arguments: use the environment, the file or a credential";
  }
  const near = flag.startsWith("--") ? nearest(flag, flags) : undefined;
  return near === undefined ? "is not a flag" : `is not a flag; did you mean ${near}?`;
}

function readEnvironment(into: Gathering, env: Inputs["env"]): void {
  for (const [key, text] of Object.entries(env)) {
    if (!key.startsWith("CERTCTL_") || text === undefined || text === "") continue;
    into.offerAny(key, text, "environment", (it) => it);
  }
}

function readConfigFile(into: Gathering, inputs: Inputs): void {
  const named = into.given.get(configFileKey);
  if (!named) return;
  const file = readNamed(inputs.readFile, named.text);
  if ("why" in file) {
    into.refuse(configFileKey, named.source, `must name a file; ${file.why}`);
    return;
  }
  const table = parseToml(into, file.text, named.text);
  for (const [name, value] of Object.entries(table)) {
    const text = textOfToml(value);
    if (!/^[a-z0-9_]+$/.test(name)) into.refuse(name, named.text, "must be a key in lower case");
    else if (keyOfFile(name) === configFileKey)
      into.refuse(name, named.text, "cannot be in the file itself");
    else if (text === undefined)
      into.refuse(name, named.text, "must be text, a number, true, false or a list of them");
    else into.offerAny(keyOfFile(name), text, named.text, fileKeyOf);
  }
}

function parseToml(into: Gathering, content: string, path: string): Record<string, unknown> {
  try {
    return parse(content);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Only the first line: the following ones quote the file, and with it perhaps a secret.
    const reason = error.message.split("\n")[0] ?? "";
    into.refuse(configFileKey, path, `must be TOML; line ${error.line}: ${reason}`);
    return {};
  }
}

function textOfToml(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") {
    return String(value);
  }
  if (!Array.isArray(value)) return undefined;
  const parts = value.map((part) => (Array.isArray(part) ? undefined : textOfToml(part)));
  return parts.includes(undefined) ? undefined : parts.join(",");
}

/** `LoadCredential=CERTCTL_CONFIG_ENCRYPTION_KEY:/path` of a systemd unit: a file of that name, without its last newline. */
function readCredentials(into: Gathering, { env, readFile }: Inputs): void {
  const directory = env["CREDENTIALS_DIRECTORY"];
  if (directory === undefined || directory === "") return;
  for (const { key, secret } of into.settings.values()) {
    if (!secret) continue;
    const file = readNamed(readFile, `${directory}/${key}`);
    if ("text" in file) into.offer(key, file.text.replace(/\r?\n$/, ""), `credential ${key}`);
    else if (!file.missing) into.refuse(key, `credential ${key}`, `must be readable; ${file.why}`);
  }
}
