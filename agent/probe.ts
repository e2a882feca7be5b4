/** Looks at what a TLS endpoint presents. Trusts nothing and checks nothing but that the peer holds the key (RFC 8446 section 4.4.3). */
import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { type DetailedPeerCertificate, type TLSSocket, connect as tlsConnect } from "node:tls";
import type { Clock } from "#base/time.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import type { Endpoint, Seen } from "#connectors/host.ts";

/** No honest chain is longer. */
const maximumChain = 16;

export async function probe(
  endpoint: Endpoint,
  serverName: string | undefined,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Seen> {
  const name = formatEndpoint(endpoint);
  const ended = new AbortController();
  const limit = AbortSignal.any([options.signal, ended.signal]);
  try {
    const presented = await Promise.race([
      handshake(endpoint, serverName, ended.signal),
      options.clock.sleep(endpoint.timeout, limit).then((): never => {
        const reason = options.signal.aborted
          ? "cancelled"
          : `no handshake within ${endpoint.timeout / 1_000} seconds`;
        throw new Error(reason);
      }),
    ]);
    return { endpoint: name, ...presented, at: options.clock.now() };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectorFailure(`${name} cannot be seen: ${reason}`, {
      stage: "verify",
      retryable: true,
      cause,
    });
  } finally {
    ended.abort();
  }
}

export function formatEndpoint(endpoint: Pick<Endpoint, "host" | "port">): string {
  const host = isIP(endpoint.host) === 6 ? `[${endpoint.host}]` : endpoint.host;
  return `${host}:${endpoint.port}`;
}

type Presented = Pick<Seen, "fingerprint" | "chain" | "tlsVersion">;

function handshake(
  endpoint: Endpoint,
  serverName: string | undefined,
  ended: AbortSignal,
): Promise<Presented> {
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({
      host: endpoint.host,
      port: endpoint.port,
      ...(serverName === undefined ? {} : { servername: serverName }),
      // What is served shall be seen, trusted or not, old protocol or not.
      rejectUnauthorized: false,
      minVersion: "TLSv1",
    });
    ended.addEventListener("abort", () => socket.destroy());
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the connection was closed")));
    socket.once("secureConnect", () => {
      const chain = chainOf(socket);
      const [fingerprint] = chain;
      if (fingerprint === undefined) reject(new Error("it presents no certificate"));
      else resolve({ fingerprint, chain, tlsVersion: socket.getProtocol() ?? "unknown" });
    });
  });
}

function chainOf(socket: TLSSocket): readonly string[] {
  const chain: string[] = [];
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate?.raw !== undefined && chain.length < maximumChain) {
    const fingerprint = createHash("sha256").update(certificate.raw).digest("hex");
    // A self-signed certificate is its own issuer.
    if (chain.includes(fingerprint)) break;
    chain.push(fingerprint);
    certificate = certificate.issuerCertificate;
  }
  return chain;
}
