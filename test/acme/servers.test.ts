import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createServer } from "node:net";
import { days, hours, instant, seconds } from "#base/time.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import { generateKey, privateKeyToPem } from "#pki/key.ts";
import { encodePem } from "#pki/pem.ts";
import { freePort } from "#test/peers/free-port.ts";
import { makePair, type Pair } from "#test/peers/pair.ts";
import { issueLeaf, makeAuthority, makeRequest } from "#test/pki/authority.ts";
import { type AcmeBench, openBench } from "./bench.ts";

setDefaultTimeout(60_000);

let bench: AcmeBench;
let pair: Pair;

beforeAll(async () => {
  bench = await openBench();
  pair = makePair(["localhost", "127.0.0.1"]);
});
afterAll(() => bench.close());

type Handle = (request: Request, url: string) => Response;

/** What testing an issuer fails with whose server answers so, and how long it took. */
async function failing(
  handle: Handle,
  it: { pair?: Pair; config?: object } = {},
): Promise<{ failure: ConnectorFailure; took: number; requests: number }> {
  const { certificatePem: cert, privateKeyPem: key } = it.pair ?? pair;
  let requests = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: { cert, key },
    fetch(request, { port }) {
      requests += 1;
      return handle(request, `https://localhost:${port}`);
    },
  });
  try {
    const url = `https://localhost:${server.port}/dir`;
    const more = it.config ?? { ca_bundle: (it.pair ?? pair).chainPem };
    return { ...(await failureAt(url, more)), requests };
  } finally {
    await server.stop(true);
  }
}

async function failureAt(
  url: string,
  config: object,
): Promise<{ failure: ConnectorFailure; took: number }> {
  const id = await bench.addIssuer({ directory_url: url, ...config });
  const began = performance.now();
  try {
    await bench.test(id);
  } catch (failure) {
    if (!(failure instanceof ConnectorFailure)) throw failure;
    return { failure, took: performance.now() - began };
  }
  throw new Error("it did not fail");
}

const problem = (status: number, type: string, headers: Record<string, string> = {}) =>
  Response.json(
    { type: `urn:ietf:params:acme:error:${type}`, detail: "as the server says" },
    { status, headers: { "replay-nonce": "bm9uY2U", ...headers } },
  );

/** A directory, nonces, and `answer` for everything that is posted. */
const acmeServer =
  (answer: (request: Request) => Response): Handle =>
  (request, url) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/nonce") return new Response(null, { headers: { "replay-nonce": "b25l" } });
    if (pathname !== "/dir") return answer(request);
    return Response.json({
      newNonce: `${url}/nonce`,
      newAccount: `${url}/account`,
      newOrder: `${url}/order`,
    });
  };

describe("a server that cannot be talked to", () => {
  test("refuses connections", async () => {
    const port = await freePort();
    const { failure, took } = await failureAt(`https://localhost:${port}/dir`, {});
    expect(failure).toMatchObject({ stage: "directory", retryable: true });
    expect(failure.message).toBe(`directory: localhost:${port} refuses connections`);
    expect(took).toBeLessThan(2_000);
  });

  test("has a name that does not exist", async () => {
    const { failure } = await failureAt("https://acme.invalid/dir", {});
    expect(failure.message).toBe("directory: the name of acme.invalid cannot be resolved");
    expect(failure.retryable).toBe(true);
  });

  test.each([
    { what: "no CA that is trusted", config: {} },
    { what: "another CA", config: () => ({ ca_bundle: makePair(["x.test"]).chainPem }) },
  ])("has a certificate of $what", async ({ config }) => {
    const { failure, took } = await failing(() => new Response("never sent"), {
      config: typeof config === "function" ? config() : config,
    });
    expect(failure).toMatchObject({ stage: "directory", retryable: false });
    expect(failure.message).toMatch(/the certificate of localhost:\d+ is not trusted \(.+\)/);
    expect(failure.message).toEndWith("give its CA as ca_bundle");
    expect(took).toBeLessThan(2_000);
  });

  test("has a certificate for other names", async () => {
    const { failure } = await failing(() => new Response("never sent"), {
      pair: makePair(["other.test"]),
    });
    expect(failure.message).toMatch(/the certificate of localhost:\d+ is for other names/);
    expect(failure.retryable).toBe(false);
  });

  test("has a certificate that has expired, which its owner will repair", async () => {
    const { failure } = await failing(() => new Response("never sent"), { pair: await expired() });
    expect(failure.message).toMatch(/the certificate of localhost:\d+ has expired/);
    expect(failure.retryable).toBe(true);
  });

  test("is believed without verification only when told to, and only on this machine", async () => {
    const handle = () => problem(403, "unauthorized");
    const { failure } = await failing(handle, { config: { insecure: true } });
    expect(failure.message).toBe("directory: as the server says (unauthorized)");
    const elsewhere = { directory_url: "https://ca.example.com/dir", insecure: true };
    const id = await bench.addIssuer(elsewhere);
    await expect(bench.test(id)).rejects.toThrow("only for a server on this machine");
  });

  test("accepts and never answers", async () => {
    const silent = createServer((socket) => socket.on("error", () => {}));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const { failure, took } = await failureAt(`https://localhost:${port}/dir`, {});
    silent.close();
    expect(failure).toMatchObject({ stage: "directory", retryable: true });
    expect(failure.message).toBe(`directory: localhost:${port} has not answered within 15 seconds`);
    expect(took).toBeLessThan(17_000);
  });

  test("sends the first half of an answer and no more", async () => {
    const stuck = new AbortController();
    const id = await bench.addIssuer({ directory_url: "https://localhost/dir" });
    const half = () =>
      Promise.resolve(
        new Response(
          new ReadableStream({
            start(controller) {
              controller.enqueue(new TextEncoder().encode('{"newNonce":'));
              stuck.signal.addEventListener("abort", () => controller.error(stuck.signal.reason));
            },
          }),
        ),
      );
    setTimeout(() => stuck.abort(new Error("stopping")), 300);
    const work = bench.test(id, { fetch: half as unknown as typeof fetch, signal: stuck.signal });
    await expect(work).rejects.toThrow("stopping");
  });
});

describe("a server that answers with", () => {
  test("status 500 can be tried again", async () => {
    const { failure, requests } = await failing(() => new Response("oops", { status: 500 }));
    expect(failure).toMatchObject({ stage: "directory", retryable: true });
    expect(failure.message).toMatch(/localhost:\d+ answered with status 500/);
    // The job repeats, with its waits; the connector does not.
    expect(requests).toBe(1);
  });

  test("a page is no ACME server", async () => {
    const { failure } = await failing(() => new Response("<html>Welcome</html>"));
    expect(failure.message).toMatch(
      /localhost:\d+ answered with something that is not an ACME dir/,
    );
  });

  test("places in the clear is no ACME server", async () => {
    const places = { newNonce: "http://localhost/n", newAccount: "x", newOrder: "y" };
    const { failure } = await failing(() => Response.json(places));
    expect(failure.message).toContain("is not an ACME directory (newNonce");
  });

  test("a redirect is named, not followed", async () => {
    const { failure } = await failing((_, url) => Response.redirect(`${url}/acme/dir`, 302));
    expect(failure).toMatchObject({ stage: "directory", retryable: false });
    expect(failure.message).toMatch(/sends on to https:\/\/localhost:\d+\/acme\/dir; give that/);
  });

  test("two megabytes is not read to the end", async () => {
    const { failure } = await failing(() => new Response("x".repeat(2_000_000)));
    expect(failure.message).toContain("answered with more than 1048576 octets");
  });

  test("a refused nonce for ever is asked twenty times", async () => {
    let posts = 0;
    const { failure } = await failing(
      acmeServer(() => {
        posts += 1;
        return problem(400, "badNonce");
      }),
    );
    expect(failure).toMatchObject({ stage: "account", retryable: true });
    expect(failure.message).toBe("account: as the server says (badNonce)");
    expect(posts).toBe(20);
  });

  test.each([
    { status: 429, type: "rateLimited", after: "120", retryable: true, wait: seconds(120) },
    { status: 503, type: "serverInternal", after: "1", retryable: true, wait: seconds(10) },
    { status: 503, type: "serverInternal", after: "999999", retryable: true, wait: hours(24) },
    { status: 500, type: "serverInternal", after: undefined, retryable: true, wait: undefined },
    { status: 403, type: "unauthorized", after: "120", retryable: false, wait: undefined },
    { status: 400, type: "malformed", after: undefined, retryable: false, wait: undefined },
  ])("$status $type and Retry-After $after", async ({ status, type, after, retryable, wait }) => {
    const headers: Record<string, string> = after === undefined ? {} : { "retry-after": after };
    const { failure } = await failing(acmeServer(() => problem(status, type, headers)));
    expect(failure.message).toBe(`account: as the server says (${type})`);
    expect(failure.retryable).toBe(retryable);
    expect(failure.retryAfter).toBe(wait);
  });

  test("Retry-After as a date means the time until then", async () => {
    const date = new Date(Date.now() + 600_000).toUTCString();
    const { failure } = await failing(
      acmeServer(() => problem(429, "rateLimited", { "retry-after": date })),
    );
    expect(failure.retryAfter).toBeGreaterThan(595_000);
    expect(failure.retryAfter).toBeLessThanOrEqual(600_000);
  });

  test("subproblems tells which names, without control characters", async () => {
    const below = {
      type: "urn:ietf:params:acme:error:compound",
      detail: "several\u0000\n\u001b[31m names",
      subproblems: [
        {
          type: "urn:ietf:params:acme:error:caa",
          detail: "CAA forbids",
          identifier: { type: "dns", value: "a.test" },
        },
        { type: "urn:ietf:params:acme:error:dns", detail: "no such name" },
      ],
    };
    const headers = { "replay-nonce": "b25l" };
    const { failure } = await failing(
      acmeServer(() => Response.json(below, { status: 403, headers })),
    );
    expect(failure.message).toBe(
      "account: several [31m names (compound); a.test: CAA forbids; dns: no such name",
    );
  });
});

/** A pair whose leaf ended an hour ago; its authority lives on. */
async function expired(): Promise<Pair> {
  const now = Date.now();
  const between = (from: number, to: number) => ({
    notBefore: instant(now + from),
    notAfter: instant(now + to),
  });
  const authority = await makeAuthority({ validity: between(-days(10), days(10)) });
  const privateKey = await generateKey("ECDSA-P256");
  const request = await makeRequest({ subject: "CN=localhost", names: ["localhost"], privateKey });
  const leaf = await issueLeaf(request, authority, between(-hours(2), -hours(1)));
  return {
    certificatePem: encodePem("CERTIFICATE", leaf),
    privateKeyPem: privateKeyToPem(privateKey),
    chainPem: encodePem("CERTIFICATE", authority.certificate.der),
    fingerprint: "",
  };
}
