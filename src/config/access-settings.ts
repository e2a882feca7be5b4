/** Settings of access and keys: who may come in, how often, and what seals secrets. */
import type { Setting } from "./setting.ts";
import { decimal, Flag, listOf, oneOf, Path, text, whole } from "./text.ts";

/** An API key from the environment. */
export interface NamedKey {
  readonly name: string;
  readonly key: string;
  readonly admin: boolean;
}

/** Keys are kept as a plain hash: a short one could be guessed from it. */
const leastKeyLength = 16;

function parseKey(part: string): string | undefined {
  return part.length >= leastKeyLength && !/\s/.test(part) ? part : undefined;
}

function parseNamedKey(part: string): NamedKey | undefined {
  const [name = "", key = "", role, ...rest] = part.split(":");
  const named = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u.test(name);
  const roled = role === undefined || role === "admin";
  if (!named || !roled || rest.length > 0 || parseKey(key) === undefined) return undefined;
  return { name, key, admin: role === "admin" };
}

export const accessSettings = [
  {
    key: "CERTCTL_AUTH_TYPE",
    property: "authType",
    schema: oneOf("api-key", "none"),
    default: "api-key",
    summary:
      "`none` lets everybody in as administrator, and is refused unless the server listens on loopback.",
    effect: "restart",
  },
  {
    key: "CERTCTL_AUTH_SECRET",
    property: "authSecret",
    schema: listOf(`API keys of at least ${leastKeyLength} characters`, parseKey),
    default: "",
    secret: true,
    summary: "API keys without the right to administer. One that is revoked later stays revoked.",
    effect: "restart",
  },
  {
    key: "CERTCTL_API_KEYS_NAMED",
    property: "apiKeysNamed",
    schema: listOf(
      `name:key or name:key:admin, keys of at least ${leastKeyLength} characters`,
      parseNamedKey,
    ),
    default: "",
    secret: true,
    summary: "API keys with names. One that is revoked later stays revoked.",
    effect: "restart",
  },
  {
    key: "CERTCTL_CONFIG_ENCRYPTION_KEY",
    property: "configEncryptionKey",
    schema: text("at least 32 characters", (input) => (input.length >= 32 ? input : undefined)),
    default: undefined,
    secret: true,
    summary:
      "The master key, which seals CA keys and secrets. Unset: `master.key` in the data directory, made at first start.",
    effect: "restart",
  },
  {
    key: "CERTCTL_CA_CERT_PATH",
    property: "caCertPath",
    schema: Path,
    default: undefined,
    summary:
      "The certificate of a subordinate CA (PEM, with its chain) that `iss-local` signs with.",
    effect: "first start",
  },
  {
    key: "CERTCTL_CA_KEY_PATH",
    property: "caKeyPath",
    schema: Path,
    default: undefined,
    summary: "The private key of that CA (PEM).",
    effect: "first start",
  },
  {
    key: "CERTCTL_RATE_LIMIT_ENABLED",
    property: "rateLimitEnabled",
    schema: Flag,
    default: "true",
    summary: "Whether requests are limited at all.",
    effect: "restart",
  },
  {
    key: "CERTCTL_RATE_LIMIT_RPS",
    property: "rateLimitRps",
    schema: decimal(0.1, 1_000_000),
    default: "50",
    summary: "Requests a second from one address, in the long run.",
    effect: "restart",
  },
  {
    key: "CERTCTL_RATE_LIMIT_BURST",
    property: "rateLimitBurst",
    schema: whole(1, 1_000_000),
    default: "100",
    summary: "Requests from one address at once.",
    effect: "restart",
  },
  {
    key: "CERTCTL_RATE_LIMIT_PER_USER_RPS",
    property: "rateLimitPerUserRps",
    schema: decimal(0, 1_000_000),
    default: "0",
    summary: "Requests a second of one principal. 0: as for an address.",
    effect: "restart",
  },
  {
    key: "CERTCTL_RATE_LIMIT_PER_USER_BURST",
    property: "rateLimitPerUserBurst",
    schema: whole(0, 1_000_000),
    default: "0",
    summary: "Requests of one principal at once. 0: as for an address.",
    effect: "restart",
  },
] as const satisfies readonly Setting[];
