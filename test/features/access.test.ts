import { beforeAll, describe, expect, test } from "bun:test";
import type { Contract } from "#base/contract.ts";
import { permissions, roleHas, roles } from "#base/permission.ts";
import { csrfTokenOf } from "#server/authenticate.ts";
import { eachEngine } from "#test/database/engines.ts";
import { joinAgent, openProduct, type TestProduct } from "#test/world.ts";

eachEngine("access", (open) => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openProduct(await open());
  }, 60_000);

  test("setup works once, with the printed code only", async () => {
    const body = { code: "setup_wrong", name: "second", password: "correct horse battery" };
    const answer = await product.request("POST", "/api/v1/setup", { body });
    expect(answer.status).toBe(409);
    expect((await product.request("GET", "/api/v1/setup")).body.required).toBe(false);
  });

  test("every contract is closed to nobody, to a wrong key, and to every role without its permission", async () => {
    const keys = new Map<string, string>();
    for (const role of roles) keys.set(role, await product.key({ role }));
    for (const { contract } of product.product.operations) {
      const { permission } = contract;
      if (permission === "public" || permission === "agent") continue;
      const status = async (key?: string) => (await callOf(product, contract, key)).status;
      expect([contract.name, await status()]).toEqual([contract.name, 401]);
      expect([contract.name, await status("cck_nonsense")]).toEqual([contract.name, 401]);
      if (permission === "self") continue;
      for (const role of roles) {
        if (roleHas(role, permission)) continue;
        expect([contract.name, role, await status(keys.get(role))]).toEqual([
          contract.name,
          role,
          403,
        ]);
      }
    }
  }, 60_000);

  test("a role that has the permission is let through to the input's check", async () => {
    for (const role of roles) {
      const key = await product.key({ role });
      for (const { contract } of product.product.operations) {
        const { permission } = contract;
        if (!(permission in permissions) || !roleHas(role, permission as keyof typeof permissions))
          continue;
        const { status } = await callOf(product, contract, key);
        expect([contract.name, role, status === 401 || status === 403]).toEqual([
          contract.name,
          role,
          false,
        ]);
      }
    }
  }, 60_000);

  test("a revoked or expired key is refused at once", async () => {
    const made = await product.ok("POST", "/api/v1/api-keys", {
      name: "short",
      expires_at: "2026-11-01T01:00:00Z",
    });
    const check = () => product.request("GET", "/api/v1/auth/check", { key: made.key });
    expect((await check()).status).toBe(200);
    product.clock.move(3_600_000);
    expect((await check()).status).toBe(401);
    const other = await product.ok("POST", "/api/v1/api-keys", { name: "revoked" });
    await product.ok("DELETE", `/api/v1/api-keys/${other.id}`);
    expect((await product.request("GET", "/api/v1/auth/check", { key: other.key })).status).toBe(
      401,
    );
  });

  test("wrong passwords slow the next attempt, the right one ends it, and names cannot be told apart", async () => {
    const signIn = async (name: string, password: string) =>
      await product.request("POST", "/api/v1/sessions", { body: { name, password } });
    const unknown = await signIn("nobody", "x");
    const wrong = await signIn("root", "x");
    for (const answer of [unknown, wrong]) {
      expect(answer).toMatchObject({
        status: 401,
        body: {
          type: "urn:certctl:problem:unauthenticated",
          status: 401,
          detail: "name or password is wrong",
        },
      });
    }
    await signIn("root", "x");
    await signIn("root", "x");
    const soon = await signIn("root", "correct horse battery");
    expect([soon.status, soon.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(soon.body.detail).toBe("too many wrong passwords: wait 1 second, then try again");
    product.clock.move(2_000);
    const right = await signIn("root", "correct horse battery");
    expect(right.status).toBe(201);
    expect(right.body.token).toStartWith("ccs_");
    const trail = "/api/v1/audit?action=sessions.create";
    const { data } = await product.ok("GET", `${trail}&per_page=6`);
    expect(data.map((it: { outcome: string }) => it.outcome)).toEqual([
      "success",
      ...Array(5).fill("failure"),
    ]);
    // Who signed in did it; a name that nobody has may be a password in the wrong field.
    const { id } = (await product.ok("GET", "/api/v1/users?q=root")).data[0];
    const person = { actor: "root", actor_type: "user", actor_id: id, resource_id: id };
    expect(data[0]).toMatchObject(person);
    expect(data[1]).toMatchObject({ actor: "anonymous", details: { name: "root" } });
    expect(data.at(-1)).toMatchObject({ resource_id: "", details: { name: "unknown" } });
  });

  test("one user is shown as the list shows them, by id alone", async () => {
    const grants = [{ role: "viewer", team_id: null }];
    const body = { name: "shown", email: "shown@example.test", password: "correct horse battery" };
    const made = await product.ok("POST", "/api/v1/users", { ...body, grants });
    const answer = await product.request("GET", `/api/v1/users/${made.id}`, {
      key: product.adminKey,
    });
    expect([answer.status, answer.headers.get("etag")]).toEqual([200, '"1"']);
    const { data } = await product.ok("GET", "/api/v1/users?per_page=500");
    expect(answer.body).toEqual(data.find((it: { id: string }) => it.id === made.id));
    expect(answer.body).toMatchObject({ name: "shown", email: "shown@example.test", grants });
    const none = await product.request("GET", "/api/v1/users/shown", { key: product.adminKey });
    expect(none.status).toBe(404);
  });

  test("a cookie alone changes nothing: the session's token must come along", async () => {
    const { token } = (
      await product.request("POST", "/api/v1/sessions", {
        body: { name: "root", password: "correct horse battery" },
      })
    ).body;
    const cookie = `__Host-certctl=${token}`;
    expect(
      (await product.request("GET", "/api/v1/auth/check", { headers: { cookie } })).body.user,
    ).toBe("root");
    const forged = await product.request("POST", "/api/v1/teams", {
      body: { name: "forged" },
      headers: { cookie },
    });
    expect(forged.status).toBe(403);
  });

  describe("with cookie and token, a page", () => {
    let cookie: string;
    let token: string;
    beforeAll(async () => {
      const body = { name: "root", password: "correct horse battery" };
      ({ token } = (await product.request("POST", "/api/v1/sessions", { body })).body);
      cookie = `__Host-certctl=${token}`;
    });
    const at = (headers: Readonly<Record<string, string>>) => ({
      ...headers,
      cookie,
      "x-csrf-token": csrfTokenOf(token),
    });
    const teams = async () => (await product.ok("GET", "/api/v1/teams")).total as number;

    test.each([
      { name: "of another site", headers: { "sec-fetch-site": "cross-site" } },
      { name: "of a neighbour", headers: { "sec-fetch-site": "same-site" } },
      { name: "of a foreign origin", headers: { origin: "https://evil.example" } },
      { name: "of another port", headers: { origin: "https://certctl.test:8443" } },
      { name: "of an opaque origin", headers: { origin: "null" } },
      {
        name: "that says both and contradicts itself",
        headers: { "sec-fetch-site": "cross-site", origin: "https://certctl.test" },
      },
    ])("$name changes nothing, but may read", async ({ headers }) => {
      const before = await teams();
      const body = { name: `team ${Bun.randomUUIDv7()}` };
      const answer = await product.request("POST", "/api/v1/teams", { body, headers: at(headers) });
      expect([answer.status, answer.body.detail]).toEqual([
        403,
        expect.stringContaining("a page of another site sent this"),
      ]);
      expect(await teams()).toBe(before);
      const read = await product.request("GET", "/api/v1/teams", { headers: at(headers) });
      expect(read.status).toBe(200);
    });

    test.each([
      { name: "of ours", headers: { "sec-fetch-site": "same-origin" } },
      {
        name: "of ours that names its origin",
        headers: { "sec-fetch-site": "same-origin", origin: "https://certctl.test" },
      },
      { name: "of no site, but a person's own doing", headers: { "sec-fetch-site": "none" } },
    ])("$name acts, though not without the token", async ({ headers }) => {
      const body = { name: `team ${Bun.randomUUIDv7()}` };
      const post = (all: Readonly<Record<string, string>>) =>
        product.request("POST", "/api/v1/teams", { body, headers: all });
      expect((await post({ ...headers, cookie })).status).toBe(403);
      expect((await post(at(headers))).status).toBe(201);
    });
  });

  describe("a role for one team", () => {
    test("sees, changes and finds nothing of another team, in any team-scoped operation", async () => {
      const a = await product.ok("POST", "/api/v1/teams", { name: "team a" });
      const b = await product.ok("POST", "/api/v1/teams", { name: "team b" });
      const key = await product.key({ role: "admin", team_id: a.id });
      const ids = await thingsOf(product, b.id);
      let checked = 0;
      for (const { contract } of product.product.operations) {
        if (contract.scope !== "team" || contract.machine) continue;
        if (contract.path.includes("/:id")) {
          const kind = contract.path.split("/")[3] ?? "";
          const id = ids[kind];
          if (id === undefined) continue;
          const query = contract.name === "certificates.compare" ? "?from=ver-a&to=ver-b" : "";
          const path = contract.path.replace(":id", id).replace(":versionId", "ver-none") + query;
          const answer = await callOf(product, contract, key, path);
          expect([contract.name, answer.status]).toEqual([contract.name, 404]);
          checked++;
        } else if (
          contract.method === "GET" &&
          contract.answer === "json" &&
          contract.name.endsWith(".list")
        ) {
          const answer = await product.request("GET", contract.path, { key });
          expect([contract.name, answer.body.data, answer.body.total]).toEqual([
            contract.name,
            [],
            0,
          ]);
          checked++;
        }
      }
      expect(checked).toBeGreaterThan(25);
      const found = await product.request("GET", "/api/v1/certificates?q=secret-of-b", { key });
      expect(found.body.total).toBe(0);
      const exported = await product.request("GET", "/api/v1/audit/export?format=ndjson", { key });
      expect(exported.body).not.toContain(ids["certificates"] ?? "?");
    });

    test("cannot put things into another team or into none", async () => {
      const c = await product.ok("POST", "/api/v1/teams", { name: "team c" });
      const d = await product.ok("POST", "/api/v1/teams", { name: "team d" });
      const key = await product.key({ role: "operator", team_id: c.id });
      const owner = (body: object) => product.request("POST", "/api/v1/owners", { key, body });
      expect((await owner({ name: "x", email: "x@x.test", team_id: d.id })).status).toBe(403);
      expect((await owner({ name: "x", email: "x@x.test" })).status).toBe(403);
      expect((await owner({ name: "x", email: "x@x.test", team_id: c.id })).status).toBe(201);
      const team = await product.request("POST", "/api/v1/teams", {
        key: await product.key({ role: "admin", team_id: c.id }),
        body: { name: "mine" },
      });
      expect(team.status).toBe(403);
    });
  });
});

/** One of everything, belonging to a team. */
async function thingsOf(product: TestProduct, team_id: string): Promise<Record<string, string>> {
  const agent = await joinAgent(product, { id: "agent-of-b", team_id });
  const owner = await product.ok("POST", "/api/v1/owners", {
    name: "b",
    email: "b@x.test",
    team_id,
  });
  const target = await product.ok("POST", "/api/v1/targets", {
    name: "of b",
    type: "NGINX",
    agent_id: agent.id,
    config: { cert_path: "/b.pem", key_path: "/b.key" },
  });
  const certificate = await product.ok("POST", "/api/v1/certificates", {
    sans: ["secret-of-b.example.test"],
    target_ids: [target.id],
    team_id,
  });
  return {
    agents: agent.id,
    owners: owner.id,
    targets: target.id,
    certificates: certificate.id,
    jobs: certificate.job_id,
  };
}

/** Calls with an input that is at most incomplete: access is judged before it is read. */
async function callOf(
  product: TestProduct,
  contract: Contract,
  key?: string,
  path = contract.path,
) {
  const filled = path.replace(/:\w+/g, "x1");
  const hasBody = contract.method !== "GET" && contract.method !== "DELETE";
  return await product.request(contract.method, filled, {
    key,
    body: hasBody ? (minimal[contract.name] ?? {}) : undefined,
  });
}

const minimal: Readonly<Record<string, unknown>> = {
  "certificates.tag": { set_tags: { a: "b" } },
  "owners.replace": { name: "n", email: "n@x.test" },
  "targets.replace": {
    name: "n",
    type: "NGINX",
    agent_id: "a",
    config: { cert_path: "/a", key_path: "/b" },
  },
};
