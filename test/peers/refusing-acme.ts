/**
 * An ACME server that opens accounts and refuses every order with words of its choice (RFC 8555 section 6.7), for what a
 * CA that is hostile, or only strict, makes people see.
 */
import { createServer } from "node:https";
import { freePort } from "./free-port.ts";
import { makePair } from "./pair.ts";

export interface RefusingAcme {
  /** What an issuer of type ACME needs. */
  readonly config: { readonly directory_url: string; readonly ca_bundle: string };
  stop(): Promise<void>;
}

export async function startRefusingAcme(detail: string): Promise<RefusingAcme> {
  const port = await freePort();
  const pair = makePair(["localhost"]);
  const url = `https://localhost:${port}`;
  let nonces = 0;
  const answers: Readonly<Record<string, readonly [number, object]>> = {
    "/directory": [
      200,
      { newNonce: `${url}/nonce`, newAccount: `${url}/account`, newOrder: `${url}/order` },
    ],
    "/nonce": [200, {}],
    "/account": [201, { status: "valid" }],
    "/order": [403, { type: "urn:ietf:params:acme:error:rejectedIdentifier", detail }],
  };
  const options = { key: pair.privateKeyPem, cert: pair.certificatePem + pair.chainPem };
  const server = createServer(options, (request, response) => {
    const [status, body] = answers[request.url ?? ""] ?? [404, {}];
    request.resume();
    response.writeHead(status, {
      "content-type": status < 300 ? "application/json" : "application/problem+json",
      "replay-nonce": `nonce${++nonces}`,
      ...(status === 201 ? { location: `${url}/accounts/1` } : {}),
    });
    response.end(request.method === "HEAD" ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    config: { directory_url: `${url}/directory`, ca_bundle: pair.chainPem },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
