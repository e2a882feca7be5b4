/** Rules between settings: what each alone allows and together makes no sense. */
import { isLoopback } from "#base/loopback.ts";
import type { Config } from "./table.ts";

/** A broken rule, by the key that has to change. */
export interface Broken {
  readonly key: string;
  readonly rule: string;
}

export function brokenRules(config: Config): readonly Broken[] {
  return [...openDoor(config), ...pairs(config), ...ports(config)];
}

function openDoor({ authType, serverHost }: Config): readonly Broken[] {
  if (authType !== "none" || isLoopback(serverHost)) return [];
  const rule = `must not be none while CERTCTL_SERVER_HOST is ${serverHost}: only on loopback (127.0.0.1, ::1, localhost)`;
  return [{ key: "CERTCTL_AUTH_TYPE", rule }];
}

function pairs(config: Config): readonly Broken[] {
  const all = [
    ["CERTCTL_SERVER_TLS_CERT_PATH", config.serverTlsCertPath],
    ["CERTCTL_SERVER_TLS_KEY_PATH", config.serverTlsKeyPath],
    ["CERTCTL_CA_CERT_PATH", config.caCertPath],
    ["CERTCTL_CA_KEY_PATH", config.caKeyPath],
  ] as const;
  return [0, 2].flatMap((at): readonly Broken[] => {
    const two = all.slice(at, at + 2);
    const missing = two.filter(([, path]) => path === undefined);
    const present = two.find(([, path]) => path !== undefined);
    return missing.length === 1 && present
      ? missing.map(([key]) => ({ key, rule: `must be set, because ${present[0]} is` }))
      : [];
  });
}

function ports({ serverPort, httpPort, mtlsPort }: Config): readonly Broken[] {
  const doors = [
    ["CERTCTL_SERVER_PORT", serverPort],
    ["CERTCTL_HTTP_PORT", httpPort],
    ["CERTCTL_MTLS_PORT", mtlsPort],
  ] as const;
  return doors.flatMap(([key, port], at) => {
    const other = doors.slice(0, at).find(([, earlier]) => earlier === port && port !== 0);
    return other ? [{ key, rule: `must not be the port of ${other[0]}, ${port}` }] : [];
  });
}
