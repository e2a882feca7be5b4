/**
 * One HTTP request to an ACME server: bounded in time and size, never redirected, verified against the CAs that the
 * issuer names (its own or the public ones). What goes wrong below HTTP becomes a sentence about the host.
 */
import { isLoopback } from "#base/loopback.ts";
import { type Clock, type Instant, type Milliseconds, seconds } from "#base/time.ts";
import { ConnectorFailure } from "../../failure.ts";

/** What was being done when it failed. */
export type Stage = "directory" | "account" | "order" | "challenge" | "finalize" | "download";

export interface Wire {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** PEM; undefined: the public CAs. */
  readonly caBundle: string | undefined;
  /** Does not verify servers on this machine; others are verified all the same. */
  readonly insecure: boolean;
}

export interface Request {
  readonly stage: Stage;
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: string;
  readonly body?: string | undefined;
  readonly accept?: string | undefined;
}

export interface Reply {
  readonly host: string;
  readonly url: string;
  readonly status: number;
  readonly ok: boolean;
  readonly text: string;
  readonly nonce: string | undefined;
  /** Absolute, whatever the server wrote. */
  readonly location: string | undefined;
  /** What `Retry-After` asks for, from seconds or a date. */
  retryAfter(now: Instant): Milliseconds | undefined;
  /** Undefined when it is no JSON. */
  json(): unknown;
}

/** A silent server is given up after this. */
export const requestTime: Milliseconds = seconds(15);
/** A chain of ten certificates has 20 KiB. */
const maximumOctets = 1_048_576;

/** Any status is a reply. Throws `ConnectorFailure`, or the reason of `signal`. */
export async function send(wire: Wire, request: Request, signal: AbortSignal): Promise<Reply> {
  const { stage, method, url, body, accept } = request;
  const { host, hostname } = new URL(url);
  const limit = AbortSignal.timeout(requestTime);
  signal.throwIfAborted();
  try {
    const response = await wire.fetch(url, {
      method,
      redirect: "manual",
      signal: AbortSignal.any([signal, limit]),
      // RFC 8555 section 6.1: a client must name itself.
      headers: {
        "user-agent": "certctl",
        ...(accept === undefined ? {} : { accept }),
        ...(body === undefined ? {} : { "content-type": "application/jose+json" }),
      },
      ...(body === undefined ? {} : { body }),
      tls: trust(wire, hostname),
    });
    return replyOf(url, response, await textOf(response, { stage, host }));
  } catch (cause) {
    if (cause instanceof ConnectorFailure) throw cause;
    signal.throwIfAborted();
    throw unreached(cause, { stage, host, late: limit.aborted });
  }
}

function trust(wire: Wire, hostname: string): { ca?: string; rejectUnauthorized?: boolean } {
  if (wire.insecure && isLoopback(hostname)) return { rejectUnauthorized: false };
  return wire.caBundle === undefined ? {} : { ca: wire.caBundle };
}

function replyOf(url: string, response: Response, text: string): Reply {
  const header = (name: string) => response.headers.get(name) ?? undefined;
  const location = header("location");
  return {
    host: new URL(url).host,
    url,
    status: response.status,
    ok: response.status >= 200 && response.status < 300,
    text,
    nonce: header("replay-nonce"),
    location: location === undefined ? undefined : URL.parse(location, url)?.toString(),
    retryAfter: (now) => retryAfterOf(header("retry-after"), now),
    json: () => jsonOf(text),
  };
}

function retryAfterOf(value: string | undefined, now: Instant): Milliseconds | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return seconds(Number(value));
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(date - now, 0);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Proxies answer with pages; the caller says what it expected.
    return undefined;
  }
}

async function textOf(
  response: Response,
  at: { readonly stage: Stage; readonly host: string },
): Promise<string> {
  const pieces: Uint8Array[] = [];
  let octets = 0;
  for await (const piece of response.body ?? []) {
    octets += piece.length;
    if (octets > maximumOctets) {
      throw new ConnectorFailure(`${at.host} answered with more than ${maximumOctets} octets`, {
        stage: at.stage,
        retryable: true,
      });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

interface Trouble {
  readonly says: (host: string) => string;
  /** Not where somebody must change the configuration first. */
  readonly retryable: boolean;
}

const troubles: Readonly<Record<string, Trouble>> = {
  ENOTFOUND: { says: (host) => `the name of ${host} cannot be resolved`, retryable: true },
  ECONNREFUSED: { says: (host) => `${host} refuses connections`, retryable: true },
  ECONNRESET: { says: (host) => `${host} cut the connection`, retryable: true },
  EPROTO: { says: (host) => `the TLS handshake with ${host} failed`, retryable: true },
  CERT_HAS_EXPIRED: { says: (host) => `the certificate of ${host} has expired`, retryable: true },
  CERT_NOT_YET_VALID: {
    says: (host) => `the certificate of ${host} is not valid yet`,
    retryable: true,
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    says: (host) => `the certificate of ${host} is for other names`,
    retryable: false,
  },
};

/** Every other complaint of the verification: the issuer is unknown. */
const untrusted = /^(UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_|INVALID_CA|ERR_TLS_CERT)/;

function unreached(
  cause: unknown,
  at: { readonly stage: Stage; readonly host: string; readonly late: boolean },
): ConnectorFailure {
  const { stage, host } = at;
  if (at.late) {
    const detail = `${host} has not answered within ${requestTime / seconds(1)} seconds`;
    return new ConnectorFailure(detail, { stage, retryable: true, cause });
  }
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const message = cause instanceof Error ? cause.message : String(cause);
  const known = troubles[code];
  if (known) {
    const { retryable } = known;
    return new ConnectorFailure(known.says(host), { stage, retryable, cause });
  }
  if (untrusted.test(code)) {
    const detail = `the certificate of ${host} is not trusted (${message}); give its CA as ca_bundle`;
    return new ConnectorFailure(detail, { stage, retryable: false, cause });
  }
  return new ConnectorFailure(`cannot reach ${host}: ${message}`, {
    stage,
    retryable: true,
    cause,
  });
}
