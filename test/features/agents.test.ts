import { beforeAll, describe, expect, test } from "bun:test";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { agentFacts, joinAgent, openProduct, type TestProduct } from "#test/world.ts";

eachEngine("agents", (open) => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openProduct(await open());
  }, 60_000);
  const as = (credential: string) => ({ key: credential });

  test("a join token is for one agent, once, and not after its time", async () => {
    const { token } = await product.ok("POST", "/api/v1/agents/join-tokens", {});
    const body = { token, ...agentFacts("once") };
    expect((await product.request("POST", "/api/v1/agents/join", { body })).status).toBe(201);
    const again = await product.request("POST", "/api/v1/agents/join", {
      body: { ...body, hostname: "twice" },
    });
    expect(again.status).toBe(403);
    const late = await product.ok("POST", "/api/v1/agents/join-tokens", { expires_in_minutes: 1 });
    product.clock.move(61_000);
    const expired = await product.request("POST", "/api/v1/agents/join", {
      body: { token: late.token, ...agentFacts("late") },
    });
    expect(expired.status).toBe(403);
  });

  test("an id that is taken is what the refusal names, also when the name is taken too", async () => {
    await joinAgent(product, { id: "taken-id" });
    const join = async (body: object) => {
      const { token } = await product.ok("POST", "/api/v1/agents/join-tokens", {});
      return await product.request("POST", "/api/v1/agents/join", {
        body: { token, ...agentFacts("taken-id"), ...body },
      });
    };
    const both = await join({ id: "taken-id" });
    expect([both.status, both.body.detail]).toEqual([
      409,
      "there is an agent with this id already",
    ]);
    const name = await join({});
    expect(name.body.detail).toBe("there is an agent with this name already");
    const team = { id: "taken-team", name: "taken team" };
    await product.ok("POST", "/api/v1/teams", team);
    const again = await product.request("POST", "/api/v1/teams", {
      key: product.adminKey,
      body: team,
    });
    expect(again.body.detail).toBe("there is a team with this id already");
  });

  test("two requests with the same token at the same moment make one agent", async () => {
    const { token } = await product.ok("POST", "/api/v1/agents/join-tokens", {});
    const answers = await Promise.all(
      ["x", "y", "z"].map((name) =>
        product.request("POST", "/api/v1/agents/join", {
          body: { token, ...agentFacts(`race-${name}`) },
        }),
      ),
    );
    expect(answers.map((it) => it.status).sort()).toEqual([201, 403, 403]);
  });

  test("names that no certificate may have are refused before an agent makes a key for them", async () => {
    const agent = await joinAgent(product, { id: "for-names" });
    const bad = ["a..b", "a b", "a\nb.org", "-a.example.org", "_x.example.org", "256.1.1.1"];
    for (const name of [...bad, "1.2.3.4/24", "xn--zz", "javascript:alert(1)", "*.*.example.org"]) {
      const answer = await product.request("POST", "/api/v1/certificates", {
        key: product.adminKey,
        body: { agent_id: agent.id, sans: ["good.example.org", name] },
      });
      expect([name, answer.status]).toEqual([name, 422]);
      expect(answer.body.errors[0].path).toBe("sans.1");
    }
    const { total } = await product.ok("GET", "/api/v1/certificates?q=good.example.org");
    expect(total).toBe(0);
  });

  test("the agent makes the key: its request is signed, and the deployment waits for it alone", async () => {
    const agent = await joinAgent(product, { id: "agent-nginx-01" });
    const target = await product.ok("POST", "/api/v1/targets", {
      name: "web",
      type: "nginx",
      agent_id: agent.id,
      config: { cert_path: "/etc/tls/web.pem", key_path: "/etc/tls/web.key" },
    });
    const made = await product.ok("POST", "/api/v1/certificates", {
      sans: ["agent.example.test"],
      target_ids: [target.id],
    });
    expect(made.job_id).toStartWith("job-");
    expect(made.status).toBe("Pending");
    const work = await product.request(
      "GET",
      `/api/v1/agents/${agent.id}/work`,
      as(agent.credential),
    );
    expect(work.body.count).toBe(1);
    const [item] = work.body.jobs;
    expect(item).toMatchObject({
      action: "csr",
      sans: ["agent.example.test"],
      status: "AwaitingCSR",
    });
    const wrong = await product.request("POST", `/api/v1/agents/${agent.id}/csr`, {
      ...as(agent.credential),
      body: { job_id: item.id, csr_pem: await csr(["other.example.test"]) },
    });
    expect(wrong.status).toBe(422);
    const body = { job_id: item.id, csr_pem: await csr(["agent.example.test"]) };
    const signed = await product.request("POST", `/api/v1/agents/${agent.id}/csr`, {
      ...as(agent.credential),
      body,
    });
    expect(signed.body.status).toBe("csr_signed");
    const repeated = await product.request("POST", `/api/v1/agents/${agent.id}/csr`, {
      ...as(agent.credential),
      body,
    });
    expect(repeated.body.certificate_pem).toBe(signed.body.certificate_pem);
    const next = await product.request(
      "GET",
      `/api/v1/agents/${agent.id}/work`,
      as(agent.credential),
    );
    expect(next.body.jobs).toHaveLength(1);
    const [deploy] = next.body.jobs;
    expect(deploy).toMatchObject({ action: "deploy", target_type: "NGINX", status: "Running" });
    const report = (lease_token: string, seen: string | null) =>
      product.request("POST", `/api/v1/agents/${agent.id}/jobs/${deploy.id}/status`, {
        ...as(agent.credential),
        body: {
          status: "Completed",
          outcome: "deployed",
          lease_token,
          seen: seen && {
            endpoint: "127.0.0.1:443",
            fingerprint: seen,
            chain: [seen],
            tls_version: "TLSv1.3",
            at: "2026-11-01T00:00:00Z",
          },
        },
      });
    expect((await report("somebody-else", "0".repeat(64))).body.counted).toBe(false);
    // Another leaf was seen than the one that was deployed: it is installed, and not said to be deployed.
    expect((await report(deploy.lease_token, "0".repeat(64))).body.counted).toBe(true);
    const { data } = await product.ok("GET", `/api/v1/certificates/${made.id}/deployments`);
    expect(data[0].state).toBe("InstalledNotSeen");
    expect((await report(deploy.lease_token, null)).body.counted).toBe(false);
  });

  describe("work that the agent does not hold when it beats", () => {
    /** An agent with one deployment given out to it. */
    async function given(id: string) {
      const agent = await joinAgent(product, { id });
      const config = { cert_path: "/etc/tls/l.pem", key_path: "/etc/tls/l.key" };
      const body = { name: id, type: "nginx", agent_id: agent.id, config };
      const target = await product.ok("POST", "/api/v1/targets", body);
      const sans = [`${id}.example.test`];
      await product.ok("POST", "/api/v1/certificates", { sans, target_ids: [target.id] });
      const path = `/api/v1/agents/${agent.id}`;
      const call = async (method: string, rest: string, body?: object) =>
        (await product.request(method, path + rest, { ...as(agent.credential), body })).body;
      const poll = async () => (await call("GET", "/work")).jobs[0];
      const { id: job_id } = await poll();
      await call("POST", "/csr", { job_id, csr_pem: await csr(sans) });
      const { encryption_key_pem: _, ...facts } = agentFacts(id);
      const beat = (more: object) =>
        call("POST", "/heartbeat", { ...facts, started_anew: true, ...more });
      const job = await poll();
      const look = async () => await product.ok("GET", `/api/v1/jobs/${job.id}`);
      return { job, poll, beat, look };
    }

    test("was not attempted when it got lost on the way, however often", async () => {
      const { job, poll, beat, look } = await given("lossy");
      expect(await look()).toMatchObject({ status: "Running", attempts: 1 });
      const { max_attempts } = await look();
      for (let i = 0; i < max_attempts + 3; i++) {
        await beat({ answer_lost: true });
        expect(await look()).toMatchObject({ status: "Pending", attempts: 0, last_error: null });
        expect((await poll()).id).toBe(job.id);
      }
      expect(await look()).toMatchObject({ status: "Running", attempts: 1 });
    });

    test("is left alone when it is named", async () => {
      const { job, beat, look } = await given("holding");
      const running = [{ job_id: job.id, lease_token: job.lease_token }];
      await beat({ answer_lost: true, running });
      expect(await look()).toMatchObject({ status: "Running", attempts: 1 });
    });

    test("counts when the process that had it is gone: it may be what ended it", async () => {
      const { poll, beat, look } = await given("crashing");
      const { max_attempts } = await look();
      for (let i = 1; i < max_attempts; i++) {
        await beat({});
        expect(await look()).toMatchObject({ status: "Pending", attempts: i });
        await poll();
      }
      await beat({});
      expect(await look()).toMatchObject({ status: "Failed", attempts: max_attempts });
    });
  });

  describe("every agent route", () => {
    test("refuses another agent's ids of every kind, and callers that are no agents", async () => {
      const mine = await joinAgent(product, { id: "mine" });
      const other = await joinAgent(product, { id: "other" });
      const made = await product.ok("POST", "/api/v1/certificates", {
        sans: ["others.example.test"],
        agent_id: other.id,
      });
      const routes = product.product.operations
        .map((it) => it.contract)
        .filter((it) => it.permission === "agent");
      expect(routes.length).toBeGreaterThanOrEqual(4);
      for (const contract of routes) {
        const foreign = pathOf(contract.path, other.id, made.job_id);
        const own = pathOf(contract.path, mine.id, made.job_id);
        const body = contract.method === "GET" ? undefined : bodies(made.job_id)[contract.name];
        const call = (path: string, key: string) =>
          product.request(contract.method, path, { key, body });
        expect([contract.name, (await call(foreign, mine.credential)).status]).toEqual([
          contract.name,
          403,
        ]);
        expect([contract.name, (await call(own, product.adminKey)).status]).toEqual([
          contract.name,
          403,
        ]);
        if (contract.path.includes(":jobId") || contract.name === "agents.csr") {
          expect([contract.name, (await call(own, mine.credential)).status]).toEqual([
            contract.name,
            404,
          ]);
        }
      }
      const work = await product.request("GET", `/api/v1/agents/${mine.id}/work`, {
        key: mine.credential,
      });
      expect(work.body.count).toBe(0);
    });

    test("an agent's credential opens nothing else", async () => {
      const agent = await joinAgent(product, { id: "curious" });
      for (const path of [
        "/api/v1/certificates",
        "/api/v1/agents",
        "/api/v1/jobs",
        "/api/v1/auth/check",
      ]) {
        expect((await product.request("GET", path, { key: agent.credential })).status).toBe(403);
      }
    });
  });

  describe("retiring", () => {
    test("is refused with three counts while something hangs on it, and cascades by force", async () => {
      const agent = await joinAgent(product, { id: "to-retire" });
      await product.ok("POST", "/api/v1/certificates", {
        sans: ["r.example.test"],
        agent_id: agent.id,
      });
      await product.ok("POST", "/api/v1/targets", {
        name: "t",
        type: "HAProxy",
        agent_id: agent.id,
        config: { pem_path: "/etc/haproxy/site.pem" },
      });
      const path = `/api/v1/agents/${agent.id}`;
      const blocked = await product.request("DELETE", path, { key: product.adminKey });
      expect(blocked.status).toBe(409);
      expect(blocked.body).toMatchObject({
        error: "blocked_by_dependencies",
        counts: { active_targets: 1, active_certificates: 0, pending_jobs: 1 },
      });
      const reasonless = await product.request("DELETE", `${path}?force=true`, {
        key: product.adminKey,
      });
      expect(reasonless.status).toBe(400);
      const retired = await product.ok("DELETE", `${path}?force=true&reason=decommissioned`);
      expect(retired).toMatchObject({ already_retired: false, cascade: true });
      const beat = await product.request("POST", `${path}/heartbeat`, {
        key: agent.credential,
        body: { ...agentFacts("x"), encryption_key_pem: undefined },
      });
      expect(beat.status).toBe(410);
      const { data } = await product.ok("GET", "/api/v1/agents/retired");
      expect(data.map((it: { id: string }) => it.id)).toContain(agent.id);
    });

    test("what only it held the key of counts, is found by it, and is not renewed with that key", async () => {
      const agent = await joinAgent(product, { id: "only-holder" });
      const made = await product.ok("POST", "/api/v1/certificates", {
        sans: ["held.example.test"],
        agent_id: agent.id,
      });
      const body = { job_id: made.job_id, csr_pem: await csr(["held.example.test"]) };
      const signed = await product.request("POST", `/api/v1/agents/${agent.id}/csr`, {
        ...as(agent.credential),
        body,
      });
      expect(signed.status).toBe(202);
      const found = await product.ok("GET", `/api/v1/certificates?agent_id=${agent.id}`);
      expect(found.data.map((it: { id: string }) => it.id)).toEqual([made.id]);
      const path = `/api/v1/agents/${agent.id}`;
      const blocked = await product.request("DELETE", path, { key: product.adminKey });
      expect(blocked.body.counts).toEqual({
        active_targets: 0,
        active_certificates: 1,
        pending_jobs: 0,
      });
      await product.ok("DELETE", `${path}?force=true&reason=stolen`);
      const renewed = await product.request("POST", `/api/v1/certificates/${made.id}/renew`, {
        key: product.adminKey,
      });
      expect(renewed.status).toBe(409);
      expect(renewed.body.detail).toContain("no agent holds its key");
      product.clock.move(61 * 86_400_000);
      await product.ok("POST", "/api/v1/schedules/renewal-check/run");
      await product.timetable.runDue();
      const due = await product.ok("GET", `/api/v1/certificates/${made.id}`);
      expect(due.failure).toContain("no agent holds its key");
      expect(due.status).toBe("Failed");
      const own = await product.ok("POST", `/api/v1/certificates/${made.id}/renew`, {
        csr_pem: await csr(["held.example.test"]),
      });
      expect(own.version_id).toStartWith("ver-");
      const { data } = await product.ok("GET", `/api/v1/certificates/${made.id}/versions`);
      expect(data.map((it: { is_current: boolean }) => it.is_current).sort()).toEqual([
        false,
        true,
      ]);
    });

    test("a second time changes nothing and says 204", async () => {
      const agent = await joinAgent(product, { id: "twice-retired" });
      await product.ok("DELETE", `/api/v1/agents/${agent.id}`);
      const again = await product.request("DELETE", `/api/v1/agents/${agent.id}`, {
        key: product.adminKey,
      });
      expect(again.status).toBe(204);
    });

    test("of a part of the server is refused", async () => {
      const answer = await product.request("DELETE", "/api/v1/agents/server-scanner", {
        key: product.adminKey,
      });
      expect(answer.status).toBe(403);
    });
  });

  test("falls silent after three missed heartbeats and comes back with the next", async () => {
    const agent = await joinAgent(product, { id: "sometimes" });
    const status = async () => (await product.ok("GET", `/api/v1/agents/${agent.id}`)).status;
    expect(await status()).toBe("Online");
    product.clock.move(181_000);
    expect(await status()).toBe("Offline");
    const { encryption_key_pem: _, ...facts } = agentFacts("sometimes");
    await product.request("POST", `/api/v1/agents/${agent.id}/heartbeat`, {
      key: agent.credential,
      body: facts,
    });
    expect(await status()).toBe("Online");
  });
});

const pathOf = (path: string, agentId: string, jobId: string): string =>
  path.replace(":id", agentId).replace(":jobId", jobId);

const bodies = (jobId: string): Readonly<Record<string, unknown>> => {
  const { encryption_key_pem: _, ...facts } = agentFacts("h");
  return {
    "agents.heartbeat": facts,
    "agents.csr": { job_id: jobId, csr_pem: "x" },
    "agents.report": { status: "Completed" },
  };
};
