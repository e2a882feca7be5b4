/** The stream that open pages listen to, without a browser: whom it tells what, how it resumes, and how it ends. */
import { afterEach, beforeAll, expect, test } from "bun:test";
import { hours, minutes } from "#base/time.ts";
import { authenticator } from "#features/access/authenticate.ts";
import { appOf } from "#server/app.ts";
import { identifier, sessionCookie } from "#server/authenticate.ts";
import { mountLive } from "#server/live.ts";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { joinAgent, openProduct, type TestProduct } from "#test/world.ts";

interface Told {
  readonly id: number;
  readonly event: string;
  readonly data: { readonly now?: string; readonly count?: number; readonly build?: string };
}

eachEngine("the stream of an open page", (open) => {
  let product: TestProduct;
  let session = "";
  let fetch: (path: string, headers?: Record<string, string>) => Promise<Response>;
  const stopping = new AbortController();
  const ends: (() => Promise<void>)[] = [];

  const signIn = async (name: string) => {
    const answer = await product.request("POST", "/api/v1/sessions", {
      body: { name, password: "correct horse battery" },
    });
    return `${sessionCookie}=${answer.body.token}`;
  };
  const user = async (name: string, ...grants: object[]) => {
    const password = "correct horse battery";
    await product.ok("POST", "/api/v1/users", { name, password, grants });
    return await signIn(name);
  };
  const order = async (name: string, more: object = {}) =>
    await product.ok("POST", "/api/v1/certificates", {
      name,
      csr_pem: await csr([name]),
      ...more,
    });

  beforeAll(async () => {
    product = await openProduct(await open());
    product.sequencer.start();
    const { world } = product;
    const identify = identifier(world, authenticator(world), "api-key");
    const app = appOf({
      runner: { world, subscriptions: [], defer: () => Promise.reject(new Error("unused")) },
      operations: [],
      identify,
      maxBody: 1_000,
      site: { authType: "api-key", names: ["certctl.test"], corsOrigins: [] },
      trustedProxies: [],
      limits: undefined,
      mounts: [mountLive({ world, identify, stopping: stopping.signal, build: "1.0+abc" })],
    });
    fetch = (path, headers = {}) =>
      app.fetch(new Request(`https://certctl.test${path}`, { headers }), {
        door: { name: "https", peer: "192.0.2.7", extend() {} },
      });
    session = await user("watcher", { role: "viewer" });
  }, 60_000);
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  const listen = async (at: string, headers: Record<string, string> = {}, query = "") => {
    const answer = await fetch(`/ui/live?at=${encodeURIComponent(at)}${query}`, {
      cookie: session,
      ...headers,
    });
    expect([at, answer.status]).toEqual([at, 200]);
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    ends.push(() => reader.cancel());
    const next = async (): Promise<Told | undefined> => {
      const { value, done } = await reader.read();
      if (done) return undefined;
      const lines = new TextDecoder().decode(value).split("\n");
      const of = (key: string) =>
        lines.find((it) => it.startsWith(`${key}: `))?.slice(key.length + 2) ?? "";
      return { id: Number(of("id")), event: of("event"), data: JSON.parse(of("data")) };
    };
    /** The next that is no beat. */
    const told = async () => {
      for (;;) {
        const it = await next();
        if (it?.event !== "beat") return it;
      }
    };
    return { next, told };
  };

  test("greets with the build, and tells a page of one thing about that thing alone", async () => {
    const mine = await order("mine.example.test");
    await product.sequencer.runOnce();
    const page = await listen(`/certificates/${mine.id}`);
    const hello = await page.next();
    expect([hello?.event, hello?.data.build]).toEqual(["hello", "1.0+abc"]);
    await order("another.example.test");
    await product.ok("PATCH", `/api/v1/certificates/${mine.id}`, { tags: { a: "b" } });
    const told = await page.told();
    expect([told?.event, told?.data.count]).toEqual(["changed", 1]);
    expect(told?.id).toBeGreaterThan(hello?.id ?? 0);
  });

  test("tells a certificate's page about its jobs, and a list about its things", async () => {
    const { id: agentId } = await joinAgent(product, { id: "live-host" });
    const agents = await listen("/agents");
    await agents.next();
    const asked = await order("job.example.test");
    const page = await listen(`/certificates/${asked.id}`);
    const jobs = await listen("/jobs");
    await page.next();
    await jobs.next();
    const waiting = await product.ok("POST", "/api/v1/certificates", {
      name: "by-agent.example.test",
      sans: ["by-agent.example.test"],
      agent_id: agentId,
    });
    expect((await jobs.told())?.event).toBe("changed");
    const its = await listen(`/certificates/${waiting.id}`);
    const host = await listen(`/agents/${agentId}`);
    await its.next();
    await host.next();
    await product.ok("POST", `/api/v1/jobs/${waiting.job_id}/cancel`);
    expect((await its.told())?.event).toBe("changed");
    expect((await host.told())?.event).toBe("changed");
  });

  test("resumes after what was seen, or after the moment the page was made", async () => {
    const first = await listen("/");
    const hello = await first.next();
    const since = new Date(product.clock.now() + 1).toISOString();
    product.clock.move(minutes(1));
    await order("meanwhile.example.test");
    await product.sequencer.runOnce();
    const again = await listen("/", { "last-event-id": String(hello?.id) });
    expect((await again.next())?.id).toBe(hello?.id ?? -1);
    expect((await again.told())?.event).toBe("changed");
    const late = await listen("/", {}, `&since=${since}`);
    await late.next();
    expect((await late.told())?.event).toBe("changed");
  });

  test("tells nothing about other teams", async () => {
    const { id: team } = await product.ok("POST", "/api/v1/teams", { name: "team" });
    const { id: other } = await product.ok("POST", "/api/v1/teams", { name: "other" });
    const cookie = await user("member", { role: "viewer", team_id: team });
    const page = await listen("/", { cookie });
    const hello = await page.next();
    await order("other.example.test", { team_id: other });
    await order("ours.example.test", { team_id: team });
    const told = await page.told();
    expect(told?.event).toBe("changed");
    const everything = await listen("/", { "last-event-id": String(hello?.id) });
    await everything.next();
    const all = await everything.told();
    expect(told?.data.count).toBeLessThan(all?.data.count ?? 0);
  });

  test("beats in quiet times, ends with the session, and keeps no session alive", async () => {
    const cookie = await user("idler", { role: "viewer" });
    const page = await listen("/certificates/none", { cookie });
    await page.next();
    product.clock.move(hours(11));
    expect((await page.next())?.event).toBe("beat");
    product.clock.move(minutes(1));
    expect((await page.next())?.event).toBe("beat");
    // Twelve hours after the last use: only the stream looked at the session meanwhile.
    product.clock.move(hours(1));
    expect((await page.told())?.event).toBe("ended");
    expect(await page.next()).toBeUndefined();
    const anonymous = await fetch("/ui/live?at=/");
    expect(anonymous.status).toBe(200);
    expect(await anonymous.text()).toContain("event: ended");
    session = await signIn("watcher");
  });

  test("has at most twenty for one person, and gives them back", async () => {
    const streams = [];
    for (let i = 0; i < 20; i++) streams.push(await listen("/"));
    const refused = await fetch("/ui/live?at=/", { cookie: session });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBe(60);
    for (const end of ends.splice(0)) await end();
    await listen("/");
    for (const at of ["", "x", "/a b", "//evil.test/?x"]) {
      const path = `/ui/live?at=${encodeURIComponent(at)}`;
      expect([at, (await fetch(path, { cookie: session })).status]).toEqual([at, 400]);
    }
  });

  test("ends when the server stops", async () => {
    const page = await listen("/");
    await page.next();
    stopping.abort();
    expect(await page.told()).toBeUndefined();
    await product.sequencer.stop();
  });
});
