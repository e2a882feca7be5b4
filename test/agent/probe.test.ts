import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext, createServer as createTlsServer } from "node:tls";
import { leafIn, serverNameFor } from "#agent/bundle.ts";
import { probe } from "#agent/probe.ts";
import { converse } from "#agent/socket.ts";
import { systemClock } from "#base/time.ts";
import { freePort } from "#test/peers/free-port.ts";
import { makePair } from "#test/peers/pair.ts";
import { noSignal } from "./bench.ts";

// Real programs on a busy machine.
setDefaultTimeout(30_000);

const first = makePair(["a.test", "127.0.0.1"]);
const second = makePair(["*.b.test"]);
const servers: Server[] = [];
let tlsPort: number;
let deafPort: number;
let directory: string;

async function listen(server: Server, at: number | string): Promise<void> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(at, () => resolve()));
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "certctl-probe-"));
  tlsPort = await freePort();
  deafPort = await freePort();
  const contextOf = (pair: typeof first) =>
    createSecureContext({ cert: pair.certificatePem + pair.chainPem, key: pair.privateKeyPem });
  const tls = createTlsServer({
    cert: first.certificatePem + first.chainPem,
    key: first.privateKeyPem,
    SNICallback: (name, done) => done(null, contextOf(name.endsWith("b.test") ? second : first)),
  });
  tls.on("tlsClientError", () => {});
  await listen(tls, tlsPort);
  await listen(
    createServer((socket) => socket.on("error", () => {})),
    deafPort,
  );
  const echo = createServer({ allowHalfOpen: false }, (socket) =>
    socket.on("data", (data) => socket.end(`got ${data}`)),
  );
  await listen(echo, join(directory, "echo.sock"));
  await listen(
    createServer(() => {}),
    join(directory, "deaf.sock"),
  );
});

afterAll(() => {
  for (const server of servers) server.close();
  rmSync(directory, { recursive: true, force: true });
});

const look = (port: number, name?: string, timeout = 2_000, signal = noSignal()) =>
  probe({ host: "127.0.0.1", port, timeout }, name, { clock: systemClock, signal });

describe("a probe", () => {
  test("gives leaf, chain, version and time, by the name it asks for", async () => {
    const seen = await look(tlsPort, "a.test");
    expect(seen).toMatchObject({
      endpoint: `127.0.0.1:${tlsPort}`,
      fingerprint: first.fingerprint,
      tlsVersion: "TLSv1.3",
    });
    expect(seen.chain).toEqual([first.fingerprint, leafIn(first.chainPem) ?? ""]);
    expect(Math.abs(seen.at - Date.now())).toBeLessThan(1_000);
    expect((await look(tlsPort, "x.b.test")).fingerprint).toBe(second.fingerprint);
    expect((await look(tlsPort)).fingerprint).toBe(first.fingerprint);
  });

  test("of nothing, of something deaf, and of a cancelled deployment says so in time", async () => {
    const closed = await freePort();
    await expect(look(closed)).rejects.toThrow(`127.0.0.1:${closed} cannot be seen`);
    await expect(look(deafPort, "a.test", 150)).rejects.toThrow("no handshake within 0.15 seconds");
    await expect(look(deafPort, "a.test", 9_000, AbortSignal.timeout(50))).rejects.toThrow(
      "cancelled",
    );
  });
});

test("a conversation gives the answer, and says when there is none", async () => {
  const options = { clock: systemClock, timeout: 150, signal: noSignal() };
  const at = (name: string) => join(directory, name);
  expect(await converse(at("echo.sock"), "hello", options)).toBe("got hello");
  await expect(converse(at("deaf.sock"), "x", options)).rejects.toThrow("no answer within 0.15");
  await expect(converse(at("none.sock"), "x", options)).rejects.toThrow("cannot talk to");
});

describe("the name that is asked for", () => {
  const leaf = (pair: typeof first) => new X509Certificate(pair.certificatePem);
  test.each([
    {
      name: "what is configured",
      pair: first,
      host: "a.test",
      serverName: "c.test",
      asks: "c.test",
    },
    {
      name: "the host, when the certificate covers it",
      pair: second,
      host: "x.b.test",
      asks: "x.b.test",
    },
    {
      name: "the certificate's first name otherwise",
      pair: first,
      host: "localhost",
      asks: "a.test",
    },
    { name: "never an address", pair: first, host: "127.0.0.1", asks: "a.test" },
    { name: "a name below a wildcard", pair: second, host: "127.0.0.1", asks: "certctl.b.test" },
  ])("$name", ({ pair, host, serverName, asks }) => {
    expect(serverNameFor({ host, port: 1, timeout: 1, serverName }, leaf(pair))).toBe(asks);
  });
});

test("a text without a certificate has no leaf", () => {
  expect(leafIn("")).toBeUndefined();
  expect(leafIn("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")).toBeUndefined();
});
