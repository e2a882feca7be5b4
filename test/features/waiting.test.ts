/** The long poll through HTTP: what wakes it, how it ends, and that nobody is remembered who is gone. */
import { beforeAll, expect, test } from "bun:test";
import { silent } from "#base/log.ts";
import { seconds, systemClock } from "#base/time.ts";
import { waitingRoom } from "#features/deployments/work.ts";
import { openDoor } from "#server/listeners.ts";
import type { ServerMetrics } from "#server/metrics.ts";
import { eachEngine } from "#test/database/engines.ts";
import { makePair } from "#test/peers/pair.ts";
import { joinAgent, openProduct, type TestProduct } from "#test/world.ts";

eachEngine("an agent that waits for work", (open) => {
  let product: TestProduct;
  /** Whether wake-up calls get lost. */
  let isDeaf = false;
  beforeAll(async () => {
    const database = await open();
    const wake = database.wake.bind(database);
    database.wake = (topic) => {
      if (!isDeaf) wake(topic);
    };
    product = await openProduct(database);
  }, 60_000);

  const order = (agent: { readonly id: string }, name: string) =>
    product.ok("POST", "/api/v1/certificates", { sans: [name], agent_id: agent.id });
  const poll = (agent: { readonly id: string; readonly credential: string }) =>
    product.request("GET", `/api/v1/agents/${agent.id}/work?wait=30`, {
      key: agent.credential,
      headers: { "x-request-id": "poll-of-a-test", origin: "https://elsewhere.test" },
    });
  const waiting = async (count: number) => {
    for (let i = 0; waitingRoom(product.world).size !== count; i++) {
      if (i > 250) throw new Error(`${waitingRoom(product.world).size} wait, not ${count}`);
      await Bun.sleep(20);
    }
  };

  test("gets it the moment it is there, with the headers, the id and the count of any answer", async () => {
    const agent = await joinAgent(product, { id: "waits" });
    // `openProduct` made it so.
    const metrics = product.world.metrics as ServerMetrics;
    const counted = async () =>
      (await metrics.snapshot())['certctl_http_requests_total{door="https",status="2xx"}'] ?? 0;
    const answer = poll(agent);
    await waiting(1);
    const before = await counted();
    await order(agent, "waits.example.test");
    const { status, body, headers } = await answer;
    expect(status).toBe(200);
    expect(body).toMatchObject({ count: 1, jobs: [{ action: "csr" }] });
    expect(headers.get("x-request-id")).toBe("poll-of-a-test");
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("strict-transport-security")).toContain("max-age");
    expect(headers.get("access-control-allow-origin")).toBeNull();
    // The order and the poll.
    expect((await counted()) - before).toBe(2);
    await waiting(0);
  });

  test("gets it within ten seconds when the wake-up call was lost", async () => {
    const [agent, other] = [
      await joinAgent(product, { id: "deaf" }),
      await joinAgent(product, { id: "has-nothing" }),
    ];
    const [answer, nothing] = [poll(agent), poll(other)];
    await waiting(2);
    isDeaf = true;
    await order(agent, "deaf.example.test");
    await Bun.sleep(100);
    await waiting(2);
    product.clock.move(seconds(10));
    expect((await answer).body).toMatchObject({ count: 1 });
    isDeaf = false;
    await waiting(1);
    product.clock.move(seconds(20));
    expect((await nothing).body).toEqual({ jobs: [], count: 0 });
    await waiting(0);
  });

  test("is forgotten when its connection is cut, on a real socket", async () => {
    const agent = await joinAgent(product, { id: "cut" });
    const { certificatePem, privateKeyPem } = makePair(["localhost"]);
    const door = openDoor(
      "https",
      {
        host: "127.0.0.1",
        port: 0,
        app: product.app,
        log: silent,
        clock: systemClock,
      },
      { cert: certificatePem, key: privateKeyPem },
    );
    const cut = new AbortController();
    const polls = Array.from({ length: 20 }, () =>
      fetch(`https://127.0.0.1:${door.port}/api/v1/agents/${agent.id}/work?wait=30`, {
        headers: { authorization: `Bearer ${agent.credential}` },
        signal: cut.signal,
        tls: { rejectUnauthorized: false },
      } as RequestInit).catch((error: Error) => error.name),
    );
    await waiting(20);
    cut.abort();
    expect(new Set(await Promise.all(polls))).toEqual(new Set(["AbortError"]));
    await waiting(0);
    await door.stop(0);
  });
});
