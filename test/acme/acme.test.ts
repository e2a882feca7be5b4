import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { systemClock } from "#base/time.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import type { Issued } from "#connectors/issuers/issuer.ts";
import { parseForeignCertificate } from "#pki/certificate-reader.ts";
import { verifyChain } from "#pki/chain.ts";
import { parsePemOf } from "#pki/pem.ts";
import { blockedName, type PebbleRig, startPebble } from "#test/peers/pebble.ts";
import { type AcmeBench, openBench, requestFor } from "./bench.ts";
import { cutAfter, watch } from "./watch.ts";

setDefaultTimeout(60_000);

let bench: AcmeBench;
let pebble: PebbleRig;

beforeAll(async () => {
  bench = await openBench();
  pebble = await startPebble({ httpPort: bench.httpPort, refusedNonces: 15 });
});

afterAll(async () => {
  await pebble.stop();
  await bench.close();
});

const configOf = (rig: PebbleRig) => ({ directory_url: rig.directoryUrl, ca_bundle: rig.caPem });
const newIssuer = (more: Readonly<Record<string, unknown>> = {}) =>
  bench.addIssuer({ ...configOf(pebble), ...more });

/** What it fails with; anything else is thrown on. */
async function failureOf(work: Promise<unknown>): Promise<ConnectorFailure> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ConnectorFailure) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

async function expectVerified(issued: Issued, rig: PebbleRig): Promise<void> {
  const anchors = parsePemOf("CERTIFICATE", await rig.anchor()).map(parseForeignCertificate);
  const leaf = parseForeignCertificate(issued.certificate);
  const intermediates = issued.chain.map((it) => parseForeignCertificate(it));
  const at = systemClock.now();
  expect(verifyChain({ leaf, intermediates, anchors, at })).toMatchObject({ valid: true });
  expect(intermediates.some((it) => it.selfIssued)).toBe(false);
}

describe("ordering", () => {
  test.each([
    { names: ["one.test"] },
    { names: ["one.test", "two.test"] },
    { names: ["127.0.0.1"] },
    { names: ["a.test", "127.0.0.1", "b.test"] },
  ])("$names gives leaf and intermediates, and leaves no answer published", async ({ names }) => {
    const request = await requestFor(names);
    const issued = await bench.issue(await newIssuer(), request);
    await expectVerified(issued, pebble);
    const leaf = parseForeignCertificate(issued.certificate);
    expect(new Set(leaf.subjectAltNames.map((it) => it.value))).toEqual(new Set(names));
    expect(Buffer.from(leaf.publicKey)).toEqual(Buffer.from(request.request.publicKey));
    expect(issued.chain).toHaveLength(1);
    expect(await bench.answers()).toBe(0);
  });

  test("uses one account for ever, whose key is nowhere in the clear", async () => {
    const id = await newIssuer({ email: "pki@example.com" });
    const first = watch();
    await bench.issue(id, await requestFor(["one.test"]), first);
    const second = watch();
    await bench.issue(id, await requestFor(["two.test"]), second);
    expect([first.count("sign-me-up"), second.count("sign-me-up")]).toEqual([1, 0]);
    const rows = await bench.database.reader.selectFrom("issuer_state").select("sealed").execute();
    for (const { sealed } of rows) {
      // The OID of P-256 stands in every PKCS#8 of such a key.
      expect(Buffer.from(sealed).includes(Buffer.from("2a8648ce3d030107", "hex"))).toBe(false);
    }
  });

  test("tells the CA another e-mail address when the configuration has one", async () => {
    const id = await newIssuer({ email: "old@example.com" });
    await bench.test(id);
    await bench.configure(id, { ...configOf(pebble), email: "new@example.com" });
    const changed = watch();
    await bench.test(id, changed);
    const settled = watch();
    await bench.test(id, settled);
    expect([changed.count("my-account"), settled.count("my-account")]).toEqual([2, 1]);
  });

  test("of several orders at once for a new issuer makes one account", async () => {
    const id = await newIssuer();
    const requests = await Promise.all(
      ["p.test", "q.test", "r.test"].map((it) => requestFor([it])),
    );
    await Promise.all(requests.map((it) => bench.issue(id, it)));
    const names = await bench.stateNames(id);
    expect(names.filter((it) => it.startsWith("account-key/"))).toHaveLength(1);
  });

  test("makes the account again at a server that has forgotten it", async () => {
    const id = await newIssuer({ email: "pki@example.com" });
    await bench.issue(id, await requestFor(["one.test"]));
    await pebble.halt();
    await pebble.resume();
    const after = watch();
    await expectVerified(await bench.issue(id, await requestFor(["one.test"]), after), pebble);
    expect(after.count("sign-me-up")).toBe(1);
  });

  test("passes over names that the CA holds for proved", async () => {
    const rig = await startPebble({ httpPort: bench.httpPort, reusedAuthorizations: 100 });
    try {
      const id = await bench.addIssuer(configOf(rig));
      await bench.issue(id, await requestFor(["one.test"]));
      bench.listen(false);
      const again = watch();
      await expectVerified(await bench.issue(id, await requestFor(["one.test"]), again), rig);
      expect(again.count("chalZ")).toBe(0);
    } finally {
      bench.listen(true);
      await rig.stop();
    }
  });

  test("gets through when every second nonce is refused", async () => {
    const rig = await startPebble({ httpPort: bench.httpPort, refusedNonces: 50 });
    try {
      const id = await bench.addIssuer(configOf(rig));
      await expectVerified(await bench.issue(id, await requestFor(["a.test", "b.test"])), rig);
    } finally {
      await rig.stop();
    }
  });
});

describe("refusals before and by the CA", () => {
  test.each([
    { name: "*.wild.test", says: '"*.wild.test" is a wildcard, which needs dns-01' },
    { name: "a@example.test", says: "is an e-mail address; ACME orders DNS names" },
    { name: "spiffe://td/x", says: "is a URI; ACME orders DNS names" },
  ])("$name is refused for good and nothing is sent", async ({ name, says }) => {
    const sent = watch();
    const failure = await failureOf(bench.issue(await newIssuer(), await requestFor([name]), sent));
    expect(failure).toMatchObject({ stage: "order", retryable: false });
    expect(failure.message).toContain(says);
    expect(sent.seen).toHaveLength(0);
  });

  test("a name that the CA never certifies is refused for good, in its words", async () => {
    const names = ["one.test", blockedName];
    const failure = await failureOf(bench.issue(await newIssuer(), await requestFor(names)));
    expect(failure).toMatchObject({ stage: "order", retryable: false });
    expect(failure.message).toContain("(rejectedIdentifier)");
    expect(failure.message).toContain(blockedName);
  });

  test("a request for other names than ordered is refused for good", async () => {
    const one = await requestFor(["one.test"]);
    const two = await requestFor(["two.test"]);
    const failure = await failureOf(
      bench.issue(await newIssuer(), { ...one, request: two.request }),
    );
    expect(failure).toMatchObject({ stage: "finalize", retryable: false });
    // RFC 8555 says badCSR; pebble says unauthorized.
    expect(failure.message).toContain('CSR is missing Order domain "one.test"');
  });

  test("a profile that the CA does not have is refused for good", async () => {
    const id = await newIssuer({ profile: "shortlived" });
    const failure = await failureOf(bench.issue(id, await requestFor(["one.test"])));
    expect(failure).toMatchObject({ stage: "order", retryable: false });
    expect(failure.message).toBe('order: the CA has no profile "shortlived"; it has none');
    expect((await failureOf(bench.test(id))).message).toBe(failure.message);
  });

  test("a name where nothing answers can be tried again, with a new order", async () => {
    const id = await newIssuer();
    const request = await requestFor(["one.test", "two.test"]);
    bench.listen(false);
    const failure = await failureOf(bench.issue(id, request));
    bench.listen(true);
    expect(failure).toMatchObject({ stage: "challenge", retryable: true });
    expect(failure.message).toMatch(/(one|two)\.test: .*connection/);
    expect((await bench.stateNames(id)).filter((it) => it.startsWith("orders/"))).toEqual([]);
    expect(await bench.answers()).toBe(0);
    const again = watch();
    await expectVerified(await bench.issue(id, request, again), pebble);
    expect(again.count("order-plz")).toBe(1);
  });
});

describe("external accounts", () => {
  let rig: PebbleRig;
  beforeAll(async () => {
    rig = await startPebble({ httpPort: bench.httpPort, eab: true });
  });
  afterAll(() => rig.stop());
  const add = (eab: { kid: string; hmac: string } | undefined) =>
    bench.addIssuer({
      ...configOf(rig),
      ...(eab ? { eab_kid: eab.kid, eab_hmac: eab.hmac } : {}),
    });

  test("the right one is taken", async () => {
    const id = await add(rig.eab);
    expect(await bench.test(id)).toContain("external account: required");
    await expectVerified(await bench.issue(id, await requestFor(["one.test"])), rig);
  });
  test("a missing one is asked for", async () => {
    const failure = await failureOf(bench.test(await add(undefined)));
    expect(failure).toMatchObject({ stage: "account", retryable: false });
    expect(failure.message).toContain("give eab_kid and eab_hmac");
  });
  test.each([
    { what: "key", eab: () => ({ kid: rig.eab.kid, hmac: rig.eab.hmac.replace("zWN", "AAA") }) },
    { what: "key id", eab: () => ({ kid: "kid-9", hmac: rig.eab.hmac }) },
  ])("a wrong $what is refused for good, and put right it works", async ({ eab }) => {
    const id = await add(eab());
    const failure = await failureOf(bench.test(id));
    expect(failure).toMatchObject({ stage: "account", retryable: false });
    expect(failure.message).toMatch(/external account|EAB|unauthorized/i);
    const { kid, hmac } = rig.eab;
    await bench.configure(id, { ...configOf(rig), eab_kid: kid, eab_hmac: hmac });
    expect(await bench.test(id)).toContain("is ready");
  });
});

describe("going on after a kill", () => {
  test("at every request there is at most one order per certificate, and the second attempt ends it", async () => {
    const id = await newIssuer();
    await bench.test(id);
    let n = 0;
    for (let isOver = false; !isOver; ) {
      n += 1;
      const request = await requestFor([`kill${n}.test`]);
      const killed = new AbortController();
      const first = cutAfter(n, () => killed.abort(new Error("killed")));
      const attempt = bench.issue(id, request, { ...first, signal: killed.signal });
      isOver = await attempt.then(
        () => true,
        (error: Error) => {
          expect(error.message).toBe("killed");
          return false;
        },
      );
      const second = watch();
      const issued = await bench.issue(id, request, second);
      expect(new X509Certificate(issued.certificate).subjectAltName).toBe(`DNS:kill${n}.test`);
      // Only an order whose very first answer was lost is made again; it has no certificate yet.
      const last = first.seen.at(-1);
      const lostOrder = last?.what === "order-plz" && last.status === 201 ? 1 : 0;
      expect(first.count("order-plz") + second.count("order-plz")).toBe(1 + lostOrder);
      expect(first.count("finalize-order") + second.count("finalize-order")).toBe(1);
    }
    // Directory, nonce, order, authorization, challenge, its state, the order's, finalize, poll, download.
    expect(n).toBeGreaterThan(9);
  });

  test("after the download and before the commit the same certificate comes again", async () => {
    const id = await newIssuer();
    const request = await requestFor(["one.test"]);
    const first = await bench.issue(id, request);
    const second = await bench.issue(id, request);
    expect(Buffer.from(second.certificate)).toEqual(Buffer.from(first.certificate));
  });

  test("another signing request under the same id is another order", async () => {
    const id = await newIssuer();
    const one = await requestFor(["one.test"]);
    const first = await bench.issue(id, one);
    const other = await requestFor(["one.test"]);
    const second = await bench.issue(id, { ...other, orderId: one.orderId });
    expect(Buffer.from(second.certificate)).not.toEqual(Buffer.from(first.certificate));
  });

  test("an order that the server has forgotten is made anew", async () => {
    const id = await newIssuer();
    const request = await requestFor(["one.test"]);
    await bench.issue(id, request);
    await pebble.halt();
    await pebble.resume();
    await expectVerified(await bench.issue(id, request), pebble);
  });
});
