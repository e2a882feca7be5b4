import { beforeAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { csrfTokenOf } from "#server/authenticate.ts";
import { eachEngine } from "#test/database/engines.ts";
import { openProduct, type TestProduct } from "#test/world.ts";

const password = "correct horse battery";
const idOf = (token: string) => createHash("sha256").update(token).digest("hex").slice(0, 16);

eachEngine("one's own account", (open) => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openProduct(await open());
    await product.ok("POST", "/api/v1/users", {
      name: "ada",
      password,
      grants: [{ role: "viewer", team_id: null }],
    });
  }, 60_000);

  const signIn = async (secret = password) => {
    const body = { name: "ada", password: secret };
    return await product.request("POST", "/api/v1/sessions", { body });
  };
  const as = (token: string) => ({
    headers: { cookie: `__Host-certctl=${token}`, "x-csrf-token": csrfTokenOf(token) },
  });
  const sessionsOf = async (token: string) =>
    (await product.request("GET", "/api/v1/sessions", as(token))).body;

  test("lists the sessions of nobody else, and ends one of them", async () => {
    const [one, two] = [(await signIn()).body.token, (await signIn()).body.token];
    const before = await sessionsOf(one);
    expect(before.total).toBe(2);
    for (const it of before.data) {
      expect(it.id).toMatch(/^ses-[0-9a-f]{16}$/);
      expect(JSON.stringify(it)).not.toContain(one);
    }
    const last = before.data.find((it: { id: string }) => it.id.endsWith(idOf(two)));
    const answer = await product.request("DELETE", `/api/v1/sessions/${last.id}`, as(one));
    expect(answer.status).toBe(204);
    expect((await product.request("GET", "/api/v1/auth/check", as(two))).status).toBe(401);
    expect((await sessionsOf(one)).total).toBe(1);
    const { body } = await product.request("GET", "/api/v1/sessions", { key: product.adminKey });
    expect(body).toEqual({ data: [], total: 0 });
  });

  test("of somebody else does not exist", async () => {
    const mine = (await signIn()).body.token;
    await product.ok("POST", "/api/v1/users", { name: "eve", password });
    const theirs = (
      await product.request("POST", "/api/v1/sessions", { body: { name: "eve", password } })
    ).body.token;
    const [first] = (await sessionsOf(mine)).data;
    const answer = await product.request("DELETE", `/api/v1/sessions/${first.id}`, as(theirs));
    expect(answer.status).toBe(404);
    expect((await sessionsOf(mine)).total).toBeGreaterThan(0);
  });

  test("changes its password with the present one only, and every session ends", async () => {
    const { token } = (await signIn()).body;
    const change = async (current: string) =>
      await product.request("POST", "/api/v1/auth/password", {
        body: { current_password: current, new_password: "another horse battery" },
        ...as(token),
      });
    const wrong = await change("not it");
    expect([wrong.status, wrong.body.errors[0].path]).toEqual([400, "current_password"]);
    expect((await change(password)).status).toBe(204);
    expect((await product.request("GET", "/api/v1/sessions", as(token))).status).toBe(401);
    expect((await signIn()).status).toBe(401);
    expect((await signIn("another horse battery")).status).toBe(201);
    const { data } = await product.ok("GET", "/api/v1/audit?action=auth.password");
    expect(JSON.stringify(data)).not.toContain("horse");
  });

  test("of a key has no password", async () => {
    const body = { current_password: password, new_password: "another horse battery" };
    const answer = await product.request("POST", "/api/v1/auth/password", {
      body,
      key: product.adminKey,
    });
    expect(answer.status).toBe(403);
  });

  test("the server says what it is and how it is set, secrets excepted", async () => {
    const status = await product.ok("GET", "/api/v1/system");
    expect(status.database.size_bytes).toBeGreaterThan(10_000);
    expect(status.database.migrations).toBeGreaterThan(6);
    expect(status.database.version).toMatch(/^\d+\.\d+/);
    const settings = await product.ok("GET", "/api/v1/system/settings");
    expect(settings.total).toBe(settings.data.length);
  });
});
