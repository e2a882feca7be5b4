/** Reading the configuration: precedence, every rule, unknown keys, and that no secret is ever printed. */
import { describe, expect, test } from "bun:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { Secret } from "#base/secret.ts";
import {
  type Config,
  ConfigError,
  intervalOf,
  loadConfig,
  settingsTable,
  splitSettings,
} from "../config.ts";
import { keysWithoutEffect } from "./known-keys.ts";
import { fileKeyOf, flagOf } from "./setting.ts";

interface From {
  readonly env?: Readonly<Record<string, string>>;
  readonly argv?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

function load({ env = {}, argv = [], files = {} }: From) {
  return loadConfig({ env, argv, readFile: (path) => files[path] });
}

function problemsOf(from: From): readonly string[] {
  try {
    load(from);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split("\n");
  }
}

test("without any source everything is its default, and the defaults obey every rule", () => {
  const { config, warnings } = load({});
  expect(warnings).toEqual([]);
  expect(config).toMatchObject({
    dataDir: "./data",
    serverHost: "127.0.0.1",
    serverPort: 8_443,
    httpPort: 8_080,
    mtlsPort: 8_444,
    databaseUrl: undefined,
    maxBodySize: 1_048_576,
    jobAwaitingApprovalTimeout: 7 * 86_400_000,
  });
  expect(config.apiKeysNamed.reveal()).toEqual([]);
});

test("properties have their own types", () => {
  const { config } = load({});
  const port: number = config.serverPort;
  const level: "debug" | "info" | "warn" | "error" = config.logLevel;
  const url: URL | undefined = config.publicUrl;
  const database: Secret | undefined = config.databaseUrl;
  // @ts-expect-error it may be undefined
  const path: string = config.caCertPath;
  expect([port, level, url, database, path]).toEqual([
    8_443,
    "info",
    undefined,
    undefined,
    undefined,
  ] as never);
});

describe("precedence", () => {
  const files = {
    "/etc/certctl.toml":
      'log_level = "debug"\nhttp_port = 81\nserver_names = ["a.example", "10.0.0.1"]\n',
    "/run/credentials/CERTCTL_CONFIG_ENCRYPTION_KEY": `${"c".repeat(40)}\n`,
    "/run/credentials/CERTCTL_DATABASE_URL": "postgres://credential\n",
  };

  test("flags win over the environment, that over the file, that over the default", () => {
    const { config } = load({
      argv: ["--server-port", "1", "--config=/etc/certctl.toml"],
      env: { CERTCTL_SERVER_PORT: "2", CERTCTL_HTTP_PORT: "3", CERTCTL_CONFIG_FILE: "/nowhere" },
      files,
    });
    expect(config).toMatchObject({
      serverPort: 1,
      httpPort: 3,
      logLevel: "debug",
      mtlsPort: 8_444,
      serverNames: ["a.example", "10.0.0.1"],
    });
  });

  test("credentials serve secrets that nothing else sets, without their last newline", () => {
    const { config } = load({
      env: { CREDENTIALS_DIRECTORY: "/run/credentials", CERTCTL_DATABASE_URL: "postgres://env" },
      files,
    });
    expect(config.configEncryptionKey?.reveal()).toBe("c".repeat(40));
    expect(config.databaseUrl?.reveal()).toBe("postgres://env");
  });

  test("empty text in the environment means not set", () => {
    const { config } = load({
      env: { CERTCTL_CONFIG_FILE: "/etc/certctl.toml", CERTCTL_HTTP_PORT: "" },
      files,
    });
    expect(config.httpPort).toBe(81);
  });
});

describe("a bad value names key, source and rule", () => {
  test.each([
    { key: "SERVER_PORT", text: "65536", rule: 'must be a port from 0 to 65535, not "65536"' },
    { key: "SERVER_PORT", text: "-1", rule: "must be a port" },
    { key: "SERVER_HOST", text: "no host", rule: "must be an IP address or a host name" },
    { key: "SERVER_HOST", text: "999.1.1.1", rule: "must be an IP address or a host name" },
    {
      key: "SERVER_NAMES",
      text: "a.example,*.b",
      rule: "must be a comma-separated list of host names",
    },
    { key: "DATABASE_MAX_CONNS", text: "1.5", rule: "must be a whole number from 2 to 1000" },
    { key: "MAX_BODY_SIZE", text: "1MB", rule: "must be a number of bytes" },
    { key: "MAX_BODY_SIZE", text: "10", rule: "must be a number of bytes from 1KiB" },
    { key: "LOG_LEVEL", text: "INFO", rule: "must be debug or info or warn or error" },
    { key: "RATE_LIMIT_ENABLED", text: "yes", rule: "must be true or false" },
    { key: "RATE_LIMIT_RPS", text: "0", rule: "must be a number from 0.1" },
    { key: "JOB_LEASE", text: "1s", rule: "must be a duration such as 30s" },
    { key: "SCHEDULER_RENEWAL_CHECK_INTERVAL", text: "900ms", rule: "from 1s to 8760h" },
    { key: "PUBLIC_URL", text: "http://a.example", rule: "must be a URL of the form https://" },
    { key: "PUBLIC_URL", text: "https://a.example/x", rule: "must be a URL of the form https://" },
    {
      key: "PUBLIC_URL",
      text: "https://u:p@a.example",
      rule: "must be a URL of the form https://",
    },
    {
      key: "PUBLIC_HTTP_URL",
      text: "https://a.example",
      rule: "must be a URL of the form http://",
    },
    {
      key: "CORS_ORIGINS",
      text: "portal.example",
      rule: "must be a comma-separated list of origins",
    },
    { key: "TRUSTED_PROXIES", text: "10.0.0.0/33", rule: "must be a comma-separated list of IP" },
    { key: "TRUSTED_PROXIES", text: "proxy.example", rule: "must be a comma-separated list of IP" },
    { key: "AUTH_TYPE", text: "jwt", rule: "must be api-key or none" },
    { key: "DATABASE_URL", text: "mysql://a", rule: "must be postgres://… or sqlite:PATH" },
    { key: "CONFIG_ENCRYPTION_KEY", text: "short", rule: "must be at least 32 characters" },
    { key: "AUTH_SECRET", text: "tooshort", rule: "API keys of at least 16 characters" },
    {
      key: "API_KEYS_NAMED",
      text: "a:0123456789abcdef:root",
      rule: "must be a comma-separated list of name:key",
    },
  ])("$key=$text", ({ key, text, rule }) => {
    const [first, ...others] = problemsOf({ env: { [`CERTCTL_${key}`]: text } });
    expect(first).toStartWith(`CERTCTL_${key} (environment): `);
    expect(first).toContain(rule);
    expect(others).toEqual([]);
  });

  test("from a flag and from the file the source is the flag and the file", () => {
    const files = { "c.toml": "mtls_port = true" };
    expect(problemsOf({ argv: ["--config", "c.toml", "--http-port", "x"], files })).toEqual([
      'CERTCTL_HTTP_PORT (--http-port): must be a port from 0 to 65535, not "x"',
      'CERTCTL_MTLS_PORT (c.toml): must be a port from 0 to 65535, not "true"',
    ]);
  });
});

describe("good values", () => {
  test.each([
    { key: "TRUSTED_PROXIES", text: "10.0.0.0/8, ::1", value: ["10.0.0.0/8", "::1/128"] },
    { key: "CORS_ORIGINS", text: "https://A.example:443/,*", value: ["https://a.example", "*"] },
    { key: "MAX_BODY_SIZE", text: "2MiB", value: 2_097_152 },
    { key: "MAX_BODY_SIZE", text: "4096", value: 4_096 },
    { key: "RATE_LIMIT_ENABLED", text: "OFF", value: false },
    { key: "RATE_LIMIT_RPS", text: "0.5", value: 0.5 },
    { key: "JOB_TIMEOUT_INTERVAL", text: "1h30m", value: 5_400_000 },
    {
      key: "PUBLIC_URL",
      text: "https://pki.example:8443/",
      value: new URL("https://pki.example:8443"),
    },
    { key: "SERVER_HOST", text: "::1", value: "::1" },
    { key: "DATABASE_URL", text: "sqlite:/x", value: "/x" },
    {
      key: "API_KEYS_NAMED",
      text: "ops team:0123456789abcdef:admin, ci:fedcba9876543210",
      value: [
        { name: "ops team", key: "0123456789abcdef", admin: true },
        { name: "ci", key: "fedcba9876543210", admin: false },
      ],
    },
  ])("$key=$text", ({ key, text, value }) => {
    const { config } = load({ env: { [`CERTCTL_${key}`]: text } });
    const row = settingsTable.find((it) => it.key === `CERTCTL_${key}`);
    const read = config[row?.property as keyof Config];
    const plain: unknown = read instanceof Secret ? read.reveal() : read;
    expect(plain).toEqual(key === "DATABASE_URL" ? `sqlite:${value}` : value);
  });
});

describe("settings that do not fit together", () => {
  test.each([
    {
      name: "no authentication on a public address",
      env: { CERTCTL_AUTH_TYPE: "none", CERTCTL_SERVER_HOST: "0.0.0.0" },
      key: "CERTCTL_AUTH_TYPE (environment)",
    },
    {
      name: "a certificate without key",
      env: { CERTCTL_SERVER_TLS_CERT_PATH: "a.pem" },
      key: "CERTCTL_SERVER_TLS_KEY_PATH (default)",
    },
    {
      name: "a CA key without certificate",
      env: { CERTCTL_CA_KEY_PATH: "a.pem" },
      key: "CERTCTL_CA_CERT_PATH (default)",
    },
    {
      name: "two doors on one port",
      env: { CERTCTL_MTLS_PORT: "8080" },
      key: "CERTCTL_MTLS_PORT (environment)",
    },
  ])("$name", ({ env, key }) => {
    expect(problemsOf({ env }).map((it) => it.split("): ")[0])).toEqual([key.replace(/\)$/, "")]);
  });

  test.each(["127.0.0.1", "127.8.0.1", "::1", "localhost"])("none is allowed on %s", (host) => {
    const env = { CERTCTL_AUTH_TYPE: "none", CERTCTL_SERVER_HOST: host };
    expect(load({ env }).config.authType).toBe("none");
  });

  test("free ports may all be zero", () => {
    const env = { CERTCTL_SERVER_PORT: "0", CERTCTL_HTTP_PORT: "0", CERTCTL_MTLS_PORT: "0" };
    expect(load({ env }).config.mtlsPort).toBe(0);
  });
});

describe("a key that is no setting", () => {
  test("stops the start and names the nearest, in the spelling of its source", () => {
    const files = { "c.toml": "sever_port = 1\n[server]\nport = 1\n" };
    const from = {
      env: { CERTCTL_SERVER_PROT: "1", CERTCTL_CONFIG_FILE: "c.toml", CERTCTL_SMTP_HOSTS: "h" },
      argv: ["--data-dirs", "secret-looking", "stray"],
      files,
    };
    expect(problemsOf(from)).toEqual([
      "--data-dirs (command line): is not a flag; did you mean --data-dir?",
      "stray (command line): is not a flag",
      "CERTCTL_SERVER_PROT (environment): is not a setting; did you mean CERTCTL_SERVER_PORT?",
      "CERTCTL_SMTP_HOSTS (environment): is not a setting; did you mean CERTCTL_SMTP_HOST?",
      "sever_port (c.toml): is not a setting; did you mean server_port?",
      "server (c.toml): must be text, a number, true, false or a list of them",
    ]);
  });

  test("but is known to the reference product warns, and says what takes its place", () => {
    const { warnings } = load({
      env: {
        CERTCTL_SMTP_HOST: "mail",
        CERTCTL_KEYGEN_MODE: "agent",
        CERTCTL_EST_PROFILE_IOT_DEVICES_ISSUER_ID: "iss-local",
        CERTCTL_SCEP_PROFILE_MDM_INTUNE_ENABLED: "true",
      },
    });
    expect(warnings.map((it) => `${it.key} ${it.message}`)).toEqual([
      "CERTCTL_SMTP_HOST has no effect yet",
      "CERTCTL_KEYGEN_MODE has no effect: agents make the keys",
      "CERTCTL_EST_PROFILE_IOT_DEVICES_ISSUER_ID has no effect yet",
      "CERTCTL_SCEP_PROFILE_MDM_INTUNE_ENABLED has no effect yet",
    ]);
  });

  test("belongs to agents, clients or tests is left alone, as is what is not ours", () => {
    const env = {
      CERTCTL_SERVER_URL: "https://x",
      CERTCTL_API_KEY: "k",
      CERTCTL_CONFORMANCE: "/x",
      CERTCTL_TEST_ANYTHING: "1",
      PATH: "/bin",
    };
    expect(load({ env }).warnings).toEqual([]);
  });

  test("every key of the reference product either has an effect or warns, never both", () => {
    const keys = new Set<string>(settingsTable.map((it) => it.key));
    expect(keysWithoutEffect.filter((it) => keys.has(it))).toEqual([]);
    const env = Object.fromEntries(keysWithoutEffect.map((it) => [it, "x"]));
    expect(load({ env }).warnings).toHaveLength(keysWithoutEffect.length);
  });
});

describe("the file", () => {
  test.each([
    { name: "is missing", content: undefined, rule: "must name a file; there is no c.toml" },
    {
      name: "is no TOML",
      content: 'log_level = "info"\nauth_secret = hunter2hunter2hunter2\n',
      rule: "must be TOML; line 2",
    },
    {
      name: "names itself",
      content: 'config_file = "d.toml"\n',
      rule: "cannot be in the file itself",
    },
    {
      name: "has capitals",
      content: "CERTCTL_SERVER_PORT = 1\n",
      rule: "must be a key in lower case",
    },
  ])("that $name is refused", ({ content, rule }) => {
    const files = content === undefined ? {} : { "c.toml": content };
    const problems = problemsOf({ argv: ["--config", "c.toml"], files });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(rule);
    expect(problems[0]).not.toContain("hunter2");
  });
});

describe("a secret", () => {
  const secrets = settingsTable.filter((it) => it.secret);

  test("is refused as a flag, without repeating it", () => {
    for (const { key } of secrets) {
      for (const argv of [[flagOf(key), "hunter2"], [`${flagOf(key)}=hunter2`]]) {
        const problems = problemsOf({ argv });
        expect(problems).toHaveLength(1);
        expect(problems[0]).toStartWith(`${flagOf(key)} (command line): is a secret`);
        expect(problems[0]).not.toContain("hunter2");
      }
    }
  });

  test("never shows in an error or in the printed configuration, whatever it is", () => {
    const word = fc.stringMatching(/^[A-Z]{20,40}$/).map((it) => `zq${it}`);
    fc.assert(
      fc.property(fc.constantFrom(...secrets), word, fc.boolean(), (row, value, inFile) => {
        const files = { "c.toml": `${fileKeyOf(row.key)} = "${value}"` };
        const from = inFile
          ? { argv: ["--config", "c.toml"], files }
          : { env: { [row.key]: value } };
        const problems = problemsOf(from);
        const shown =
          problems.length > 0
            ? problems.join()
            : `${inspect(load(from))}${JSON.stringify(load(from))}`;
        expect(shown).not.toContain(value);
      }),
    );
  });
});

test("every default is text that its own schema reads", () => {
  for (const row of settingsTable) {
    if (row.default !== undefined) expect(row.schema.safeParse(row.default).success).toBe(true);
  }
});

test("keys and properties are unique, and a property is its key in camelCase", () => {
  const camel = (key: string) =>
    fileKeyOf(key).replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  expect(settingsTable.map((it) => it.property)).toEqual(settingsTable.map((it) => camel(it.key)));
  expect(new Set(settingsTable.map((it) => it.key)).size).toBe(settingsTable.length);
});

test("an interval is found by its key, and no other setting is", () => {
  const { config } = load({ env: { CERTCTL_JOB_TIMEOUT_INTERVAL: "7s" } });
  expect(intervalOf(config, "CERTCTL_JOB_TIMEOUT_INTERVAL")).toBe(7_000);
  expect(intervalOf(config, "CERTCTL_NO_INTERVAL")).toBeUndefined();
});

test("arguments divide into settings with their values and the rest", () => {
  expect(
    splitSettings([
      "--check",
      "--data-dir",
      "/d",
      "--admin",
      "bo",
      "--http-port=1",
      "--config",
      "c",
    ]),
  ).toEqual({
    settings: ["--data-dir", "/d", "--http-port=1", "--config", "c"],
    rest: ["--check", "--admin", "bo"],
  });
});
