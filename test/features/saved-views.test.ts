import { beforeAll, expect, test } from "bun:test";
import { csrfTokenOf } from "#server/authenticate.ts";
import { eachEngine } from "#test/database/engines.ts";
import { openProduct, type TestProduct } from "#test/world.ts";

const password = "correct horse battery";

eachEngine("saved views", (open) => {
  let product: TestProduct;
  let ada: Caller;
  let bob: Caller;
  beforeAll(async () => {
    product = await openProduct(await open());
    ada = await userNamed("ada");
    bob = await userNamed("bob");
  }, 60_000);

  type Caller = (method: string, path: string, body?: object) => ReturnType<typeof asked>;
  const asked = (method: string, path: string, options: object) =>
    product.request(method, `/api/v1/${path}`, options);

  async function userNamed(name: string): Promise<Caller> {
    const grants = [{ role: "admin", team_id: null }];
    await product.ok("POST", "/api/v1/users", { name, password, grants });
    const { body } = await asked("POST", "sessions", { body: { name, password } });
    const { token } = body;
    const headers = { cookie: `__Host-certctl=${token}`, "x-csrf-token": csrfTokenOf(token) };
    return (method, path, given) =>
      asked(method, path, { headers, ...(given ? { body: given } : {}) });
  }
  const view = (name: string, query: string, list = "certificates") => ({ list, name, query });

  test("belong to the person who saved them, in the order of saving", async () => {
    const first = await ada("POST", "views", view("نظرة", "?status=Expiring&cursor=abc&q="));
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ name: "نظرة", query: "status=Expiring", position: 1 });
    await ada("POST", "views", view("Two", "team_id=t-b&team_id=t-a&sort=name"));
    await ada("POST", "views", view("Two", "status=Failed", "jobs"));
    const mine = await ada("GET", "views?list=certificates");
    expect(mine.body.data.map((it: { query: string }) => it.query)).toEqual([
      "status=Expiring",
      "sort=name&team_id=t-b&team_id=t-a",
    ]);
    expect((await ada("GET", "views")).body.total).toBe(3);
    expect((await bob("GET", "views")).body.total).toBe(0);
    expect((await bob("DELETE", `views/${first.body.id}`)).status).toBe(404);
    expect((await ada("DELETE", `views/${first.body.id}`)).status).toBe(204);
    expect((await ada("DELETE", `views/${first.body.id}`)).status).toBe(404);
  });

  test("have a name of their own in a list, a query that says something, and an end", async () => {
    expect((await bob("POST", "views", view("One", "status=Failed"))).status).toBe(201);
    const again = await bob("POST", "views", view("One", "status=Active"));
    expect([again.status, again.body.errors[0].path]).toEqual([409, "name"]);
    for (const query of ["", "?", "cursor=x&page=2", "q=".padEnd(2_001, "x")]) {
      const refused = await bob("POST", "views", view("None", query));
      expect([refused.status, refused.body.errors[0].path]).toEqual([400, "query"]);
    }
    for (let n = 1; n < 50; n++) await bob("POST", "views", view(`v${n}`, `q=${n}`));
    const full = await bob("POST", "views", view("one more", "q=more", "audit"));
    expect([full.status, full.body.errors[0].path]).toEqual([400, "name"]);
  });

  test("of a key are those of the person who made it", async () => {
    const grants = [{ role: "viewer", team_id: null }];
    const made = await ada("POST", "api-keys", { name: "of ada", grants });
    const { body } = await asked("GET", "views", { key: made.body.key });
    expect(body.data.map((it: { name: string }) => it.name)).toEqual(["Two", "Two"]);
    expect((await asked("GET", "views", { key: product.adminKey })).body.total).toBe(0);
  });
});
