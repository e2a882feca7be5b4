/** What the settings of the ACME issuer amount to: its configuration, or what is wrong with it. */
import { check } from "#base/rule.ts";
import { type AcmeConfig, acmeKind } from "#connectors/issuers/acme.config.ts";
import type { Broken } from "./rules.ts";
import type { Config } from "./table.ts";

/** What the settings say of the issuer, as it is stored; undefined where nothing asks for one. */
export function acmeConfigOf(config: Config): Readonly<Record<string, unknown>> | undefined {
  if (config.acmeDirectoryUrl === undefined) return undefined;
  const all: Readonly<Record<keyof AcmeConfig, unknown>> = {
    directory_url: config.acmeDirectoryUrl,
    email: config.acmeEmail,
    challenge_type: config.acmeChallengeType,
    eab_kid: config.acmeEabKid,
    eab_hmac: config.acmeEabHmac?.reveal(),
    profile: config.acmeProfile,
    insecure: config.acmeInsecure || undefined,
    http_port: undefined,
    ca_bundle: undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** What is wrong with them, by the setting that has to change. */
export function brokenAcme(config: Config): readonly Broken[] {
  const said = acmeConfigOf(config);
  if (said === undefined) return withoutDirectory(config);
  const result = check(acmeKind.config, said);
  if (result.success) return [];
  return result.error.issues.map(({ path, message }) => ({
    key: `CERTCTL_ACME_${String(path[0]).toUpperCase()}`,
    rule: message,
  }));
}

function withoutDirectory(config: Config): readonly Broken[] {
  const { acmeEmail, acmeEabKid, acmeEabHmac, acmeProfile } = config;
  const given = [acmeEmail, acmeEabKid, acmeEabHmac, acmeProfile].some((it) => it !== undefined);
  if (!given) return [];
  const rule = "must be set, because another CERTCTL_ACME_* setting is";
  return [{ key: "CERTCTL_ACME_DIRECTORY_URL", rule }];
}
