/** Which server a command talks to, and as whom. Sends no key in the clear beyond this machine. */
import type { Connection, Fetch } from "#base/exchange.ts";
import { isLoopback } from "#base/loopback.ts";
import { readNamed } from "#base/named-file.ts";
import { fetchAnchors } from "#features/agents/anchors.ts";
import type { Globals } from "./global-flags.ts";
import type { ReadFile } from "./input.ts";
import { UsageError } from "./usage-error.ts";

export type TlsFetch = (url: URL, init: BunFetchRequestInit) => Promise<Response>;

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
  readonly fetch: TlsFetch;
}

export function connectionOf(globals: Globals, around: Surroundings): Connection {
  const base = baseOf(globals, around);
  return {
    base,
    fetch: fetchOf(base, globals, around),
    token: tokenOf(globals, around),
    headers: headersOf(globals),
  };
}

function baseOf(globals: Globals, { env }: Surroundings): URL {
  const text = globals.get("--server") ?? env["CERTCTL_SERVER_URL"] ?? "https://localhost:8443";
  const base = URL.canParse(text) ? new URL(text) : undefined;
  if (!base || !/^https?:$/.test(base.protocol)) {
    throw new UsageError(
      `--server must be a URL such as https://pki.example.com:8443, not ${text}`,
    );
  }
  if (base.protocol === "http:" && !isLoopback(base.hostname)) {
    throw new UsageError("--server must be https: the API key would travel in the clear");
  }
  return base;
}

function tokenOf(globals: Globals, { env, readFile }: Surroundings): string | undefined {
  const path = globals.get("--api-key-file");
  if (path === undefined) return globals.get("--api-key") ?? env["CERTCTL_API_KEY"];
  return contentOf("--api-key-file", path, readFile).trim();
}

function contentOf(name: string, path: string, readFile: ReadFile): string {
  const file = readNamed(readFile, path);
  if ("why" in file) throw new UsageError(`${name}: ${file.why}`);
  return file.text;
}

function fetchOf(base: URL, globals: Globals, { env, readFile, fetch }: Surroundings): Fetch {
  const path = globals.get("--ca-bundle") ?? env["CERTCTL_SERVER_CA_BUNDLE_PATH"];
  const insecure = globals.has("--insecure");
  if (insecure && !isLoopback(base.hostname)) {
    throw new UsageError("--insecure works for loopback only; give --ca-bundle");
  }
  if (insecure) {
    return (url, init) => fetch(url, { ...init, tls: { rejectUnauthorized: false } });
  }
  if (path === undefined || path === "") return byFingerprint(base, globals, { env, fetch });
  const ca = contentOf("--ca-bundle", path, readFile);
  return (url, init) => fetch(url, { ...init, tls: { ca } });
}

/** Without a fingerprint the machine's own trust store decides. */
function byFingerprint(
  base: URL,
  globals: Globals,
  { env, fetch }: Pick<Surroundings, "env" | "fetch">,
): Fetch {
  const fingerprint = globals.get("--ca-fingerprint") ?? env["CERTCTL_SERVER_CA_FINGERPRINT"];
  if (fingerprint === undefined || fingerprint === "") return fetch;
  if (!/^[0-9a-f]{64}$/i.test(fingerprint.replaceAll(":", ""))) {
    throw new UsageError("--ca-fingerprint must be 64 hexadecimal digits (SHA-256)");
  }
  const blind: Fetch = (url, init) => fetch(url, { ...init, tls: { rejectUnauthorized: false } });
  let anchors: Promise<readonly string[]> | undefined;
  return async (url, init) => {
    anchors ??= fetchAnchors({ base, fetch: blind }, fingerprint);
    return await fetch(url, { ...init, tls: { ca: (await anchors).join("\n") } });
  };
}

function headersOf(globals: Globals): Readonly<Record<string, string>> {
  const revision = globals.get("--if-match");
  const key = globals.get("--idempotency-key");
  return {
    ...(revision !== undefined && { "if-match": `"${revision.replaceAll('"', "")}"` }),
    ...(key !== undefined && { "idempotency-key": key }),
  };
}
