/** What needs a person: each kind from its evidence, the urgent first, and nothing of other teams. */
import { beforeAll, expect, test } from "bun:test";
import { days, hours, type Instant, later, minutes } from "#base/time.ts";
import { seedKeys } from "#features/access/keys.ts";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { agentFacts, joinAgent, openProduct, type TestProduct } from "#test/world.ts";

interface Thing {
  readonly key: string;
  readonly kind: string;
  readonly severity: string;
  readonly count: number;
  readonly subjects: readonly { type: string; id: string; name: string; due: string | null }[];
  readonly cause: string | null;
  readonly reason: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly path: string;
  readonly is_exact: boolean;
  readonly actions: readonly { operation: string; input: Record<string, unknown> }[];
}

eachEngine("what needs a person", (open) => {
  let product: TestProduct;
  let blue: string;
  let agent: { id: string; credential: string };
  const ids: string[] = [];
  const attention = async (key: string = product.adminKey): Promise<readonly Thing[]> => {
    const { status, body } = await product.request("GET", "/api/v1/stats/attention", { key });
    expect([status, body.data?.length]).toEqual([200, body.total]);
    for (const it of body.data) await expectShown(it, key);
    return body.data;
  };
  /** What a thing links to shows as many as it says. */
  const expectShown = async ({ path, count, is_exact }: Thing, key: string) => {
    if (!is_exact || !path.startsWith("/certificates?")) return;
    const { body } = await product.request("GET", `/api/v1${path}`, { key });
    expect([path, body.total]).toEqual([path, count]);
  };
  const ofKind = async (kind: string, key?: string) =>
    (await attention(key)).filter((it) => it.kind === kind);
  const set = (id: string, change: Record<string, unknown>) =>
    product.world.database.transaction((db) =>
      db
        .updateTable("certificates")
        .set(change as never)
        .where("id", "=", id)
        .execute(),
    );
  const now = (): Instant => product.clock.now();
  beforeAll(async () => {
    product = await openProduct(await open());
    for (const id of ["t-red", "t-blue"])
      await product.ok("POST", "/api/v1/teams", { id, name: id });
    blue = await product.key({ role: "operator", team_id: "t-blue" });
    agent = await joinAgent(product, { id: "edge-1", team_id: "t-red" });
    for (const name of ["a", "b", "c", "d"]) {
      const made = await product.ok("POST", "/api/v1/certificates", {
        csr_pem: await csr([`${name}.example.test`]),
        team_id: "t-red",
      });
      ids.push(made.id);
    }
  }, 60_000);

  test("is nothing when all is well", async () => {
    expect(await attention()).toEqual([]);
  });

  test("failures with the same words are one thing, named by what ends first", async () => {
    const [a = "", b = "", c = ""] = ids;
    await set(a, { activity: "failed", failure: "no answer", not_after: later(now(), days(3)) });
    await set(b, { activity: "failed", failure: "no answer", not_after: later(now(), days(2)) });
    await set(c, { activity: "failed", failure: "refused", not_after: later(now(), days(9)) });
    const things = await ofKind("renewal_failed");
    expect(things.map((it) => [it.count, it.reason, it.subjects.map(({ id }) => id)])).toEqual([
      [2, "no answer", [b, a]],
      [1, "refused", [c]],
    ]);
    expect(things.map((it) => it.path)).toEqual([
      `/certificates?certificate_ids=${b},${a}&sort=not_after`,
      `/certificates/${c}`,
    ]);
    expect(await ofKind("renewal_failed", blue)).toEqual([]);
  });

  test("an expired certificate counts until another one has its name", async () => {
    const [a = "", b = "", c = "", d = ""] = ids;
    for (const id of [a, b, c]) await set(id, { activity: "idle", failure: null });
    for (const id of [a, b, c]) await set(id, { not_after: later(now(), days(80)) });
    await set(d, { not_after: later(now(), -days(2)) });
    const [thing] = await ofKind("certificate_expired");
    expect(thing).toMatchObject({ count: 1, cause: "no_successor", subjects: [{ id: d }] });
    await set(a, { common_name: "d.example.test" });
    expect(await ofKind("certificate_expired")).toEqual([]);
    await set(d, { not_after: later(now(), days(80)) });
  });

  test("what ends soon with nobody to renew it is said with the reason", async () => {
    const [a = "", b = ""] = ids;
    await set(a, { not_after: later(now(), days(13)) });
    await set(b, { not_after: later(now(), days(15)) });
    const things = await ofKind("expires_unplanned");
    expect(things).toMatchObject([{ count: 1, cause: "client_key", subjects: [{ id: a }] }]);
    // A client's key: nothing here can renew it.
    expect(things[0]?.actions).toEqual([]);
    await set(a, { not_after: later(now(), days(80)) });
  });

  test("a failed deployment of an agent, and the agent itself when it falls silent", async () => {
    const target = await product.ok("POST", "/api/v1/targets", {
      name: "front",
      type: "NGINX",
      agent_id: agent.id,
      config: { cert_path: "/tmp/c.pem", key_path: "/tmp/k.pem" },
    });
    const ordered = await product.ok("POST", "/api/v1/certificates", {
      sans: ["served.example.test"],
      target_ids: [target.id],
      team_id: "t-red",
    });
    const as = (method: string, path: string, body?: unknown) =>
      product.request(method, `/api/v1/agents/${agent.id}${path}`, { body, key: agent.credential });
    const work = async () => (await as("GET", "/work")).body.jobs[0];
    const request = await work();
    const csr_pem = await csr(["served.example.test"]);
    await as("POST", "/csr", { job_id: request.id, csr_pem });
    const job = await work();
    await as("POST", `/jobs/${job.id}/status`, {
      status: "Failed",
      lease_token: job.lease_token,
      error: "configuration error in line 84",
      retryable: false,
      outcome: "rolled-back",
    });
    const [failed] = await ofKind("deployment_failed");
    expect(failed).toMatchObject({
      severity: "bad",
      count: 1,
      cause: "rolled_back",
      reason: "configuration error in line 84",
      subjects: [{ id: ordered.id }, { type: "target", id: target.id, name: "front" }],
      actions: [{ operation: "certificates.deploy", input: { id: ordered.id } }],
    });
    const looker = await product.key({ role: "viewer" });
    expect((await ofKind("deployment_failed", looker))[0]?.actions).toEqual([]);
    expect(await ofKind("deployment_failed", blue)).toEqual([]);
    const before = (await product.ok("GET", "/api/v1/stats/counts")).in_use;
    expect(before).toEqual({ count: 0, of: 1 });
    await product.ok("POST", `/api/v1/certificates/${ordered.id}/deploy`, {});
    const again = await work();
    const versions = await product.ok("GET", `/api/v1/certificates/${ordered.id}/versions`);
    await as("POST", `/jobs/${again.id}/status`, {
      status: "Completed",
      lease_token: again.lease_token,
      outcome: "deployed",
      seen: {
        endpoint: "front:443",
        fingerprint: versions.data[0].fingerprint,
        chain: [],
        tls_version: "TLSv1.3",
        at: new Date(now()).toISOString(),
      },
    });
    expect(await ofKind("deployment_failed")).toEqual([]);
    expect((await product.ok("GET", "/api/v1/stats/counts")).in_use).toEqual({ count: 1, of: 1 });
    product.clock.move(minutes(4));
    const [silent] = await ofKind("agent_offline");
    expect(silent).toMatchObject({ severity: "bad", count: 1, facts: { certificates: 1 } });
    expect(silent?.facts["next_renewal_at"]).toBeString();
    expect(await ofKind("agent_offline", blue)).toEqual([]);
    await as("POST", "/heartbeat", beat());
    expect(await ofKind("agent_offline")).toEqual([]);
    await product.ok("DELETE", `/api/v1/certificates/${ordered.id}`);
    expect((await product.ok("GET", "/api/v1/stats/counts")).in_use).toEqual({ count: 0, of: 0 });
  });

  test("the feed has names for ids, who did it, and goes back by position", async () => {
    await product.sequencer.runOnce();
    const feed = async (query: string, key = product.adminKey) =>
      (await product.request("GET", `/api/v1/stats/feed?${query}`, { key })).body;
    const all = await feed("limit=200");
    expect(all.next).toBeNull();
    const types = all.data.map((it: { type: string }) => it.type);
    expect(types).toContain("deployment.seen");
    const issued = all.data.findLast((it: { type: string }) => it.type === "certificate.issued");
    expect(issued).toMatchObject({
      subject: { type: "certificate", id: ids[0], name: "a.example.test" },
      actor: { type: "api_key", name: "tests" },
    });
    const seen = all.data.find((it: { type: string }) => it.type === "deployment.seen");
    expect(seen).toMatchObject({
      actor: { type: "agent" },
      certificate: { name: "served.example.test" },
      target: { name: "front" },
    });
    const first = await feed("limit=2");
    const second = await feed(`limit=2&before=${first.next}`);
    expect([...first.data, ...second.data]).toEqual(all.data.slice(0, 4));
    // Of another team; what is shared is heard of by everybody.
    const others = (await feed("limit=200", blue)).data.map((it: { type: string }) => it.type);
    expect(others.filter((it: string) => !/^(team|profile|policy|issuer)[.]/.test(it))).toEqual([]);
  });

  function beat() {
    const { encryption_key_pem: _, ...facts } = agentFacts("edge-1");
    return facts;
  }

  test("an agent's hours say when it was heard of, and the fleet's how many were", async () => {
    const key = product.adminKey;
    const history = await product.request("GET", "/api/v1/agents/edge-1/heartbeats?hours=2", {
      key,
    });
    const [before, present] = history.body.data;
    expect(before.slots).toBeNull();
    expect(present).toMatchObject({ slots: [1], heard: 1 });
    product.clock.move(hours(2));
    const later2 = await product.request("GET", "/api/v1/agents/edge-1/heartbeats?hours=3", {
      key,
    });
    expect(later2.body.data.map((it: { heard: number }) => it.heard)).toEqual([1, 0, 0]);
    const other = await product.request("GET", "/api/v1/agents/edge-1/heartbeats", { key: blue });
    expect(other.status).toBe(404);
    const { body: fleet } = await product.request("GET", "/api/v1/stats/agents", { key });
    expect(fleet).toMatchObject({ total: 1, in_touch: 0, data: [{ group: "linux/amd64" }] });
    const heard = fleet.data[0].hours.map((it: { heard: number }) => it.heard);
    expect(heard.slice(-4)).toEqual([null, 1, 0, 0]);
    expect((await product.request("GET", "/api/v1/stats/agents", { key: blue })).body.total).toBe(
      0,
    );
    product.clock.move(days(8));
    await product.timetable.runDue();
    const rows = await product.world.database.reader
      .selectFrom("agent_hours")
      .selectAll()
      .execute();
    expect(rows).toEqual([]);
  });

  test("an approval is shown to who may give it, and never to who asked", async () => {
    const profile = { id: "four-eyes", name: "Four eyes", requires_approval: true };
    await product.ok("POST", "/api/v1/profiles", profile);
    await seedKeys(product.world, [
      { name: "other", key: "another-person-long-enough", admin: true },
    ]);
    const asked = await product.request("POST", "/api/v1/certificates", {
      key: product.adminKey,
      body: { csr_pem: await csr(["four.example.test"]), certificate_profile_id: "four-eyes" },
    });
    expect(asked.status).toBe(202);
    expect(await ofKind("approval")).toEqual([]);
    // Whoever asked sees that it waits, and can withdraw it.
    expect(await ofKind("approval_awaited")).toMatchObject([
      {
        severity: "run",
        count: 1,
        subjects: [{ type: "job", id: asked.body.job_id, name: "four.example.test" }],
        actions: [{ operation: "jobs.cancel", input: { id: asked.body.job_id } }],
      },
    ]);
    // A key is the person who made it.
    expect(await ofKind("approval", await product.key({ role: "approver" }))).toEqual([]);
    const id = asked.body.job_id;
    expect(await ofKind("approval_awaited", "another-person-long-enough")).toEqual([]);
    expect(await ofKind("approval", "another-person-long-enough")).toMatchObject([
      {
        severity: "run",
        count: 1,
        subjects: [{ type: "job", id, name: "four.example.test" }],
        facts: { operation: "certificates.create", requested_by: ["tests"] },
        path: `/jobs/${id}`,
        actions: [{ operation: "jobs.approve", input: { id } }, { operation: "jobs.reject" }],
      },
    ]);
  });

  test("an issuer whose test failed, an authority that ends, a schedule that failed", async () => {
    const { database } = product.world;
    await database.transaction(async (db) => {
      await db
        .updateTable("issuers")
        .set({ test_status: "failed", test_message: "connection refused", last_tested_at: now() })
        .execute();
      await db
        .updateTable("authorities")
        .set({ not_after: later(now(), days(20)) })
        .where("issuing", "=", 1)
        .execute();
      await db
        .updateTable("schedules")
        .set({ last_outcome: "failure", last_message: "it broke", last_started_at: now() })
        .where("name", "=", "agent-health")
        .execute();
    });
    expect(await ofKind("issuer_failed")).toMatchObject([
      { reason: "connection refused", actions: [{ operation: "issuers.test" }] },
    ]);
    expect(await ofKind("authority_expires")).toMatchObject([
      { severity: "bad", cause: "ends_soon" },
    ]);
    expect(await ofKind("schedule_failed")).toMatchObject([
      {
        reason: "it broke",
        actions: [{ operation: "schedules.run", input: { name: "agent-health" } }],
      },
    ]);
    const places = (await attention()).map((it) => ["bad", "warn", "run"].indexOf(it.severity));
    expect(places).toEqual([...places].sort());
  });

  test("what waits for the key of a silent agent depends on it, and is counted once", async () => {
    const waits = await joinAgent(product, { id: "old-mail", team_id: "t-red" });
    const made = await product.ok("POST", "/api/v1/certificates", {
      sans: ["mail.example.test"],
      agent_id: waits.id,
      team_id: "t-red",
    });
    product.clock.move(minutes(4));
    const silent = async () =>
      (await ofKind("agent_offline")).find(({ subjects }) => subjects[0]?.id === waits.id);
    expect(await silent()).toMatchObject({ severity: "bad", facts: { certificates: 1 } });
    const post = (path: string, body: unknown) =>
      product.request("POST", `/api/v1/agents/${waits.id}${path}`, { body, key: waits.credential });
    const csr_pem = await csr(["mail.example.test"]);
    expect((await post("/csr", { job_id: made.job_id, csr_pem })).status).toBe(202);
    expect((await silent())?.facts["certificates"]).toBe(1);
    await product.ok("POST", `/api/v1/certificates/${made.id}/renew`, {});
    // It holds the key, and a renewal waits for it as well.
    expect((await silent())?.facts["certificates"]).toBe(1);
    await product.ok("DELETE", `/api/v1/certificates/${made.id}`);
    expect((await silent())?.facts["certificates"]).toBe(0);
  });
});
