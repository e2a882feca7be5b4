import { beforeAll, describe, expect, test } from "bun:test";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { openProduct, type TestProduct } from "#test/world.ts";

eachEngine("the API", (open) => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openProduct(await open(), { maxBody: 200_000 });
  }, 60_000);
  const team = (body: object, headers: Record<string, string> = {}) =>
    product.request("POST", "/api/v1/teams", { body, key: product.adminKey, headers });

  describe("names what is wrong", () => {
    const cases: readonly {
      name: string;
      method: string;
      path: string;
      body?: unknown;
      status: number;
      at: string;
    }[] = [
      {
        name: "an unknown parameter",
        method: "GET",
        path: "/api/v1/teams?colour=red",
        status: 400,
        at: "colour",
      },
      { name: "a bad page", method: "GET", path: "/api/v1/teams?page=0", status: 400, at: "page" },
      {
        name: "a page that is no number",
        method: "GET",
        path: "/api/v1/teams?page=x",
        status: 400,
        at: "page",
      },
      {
        name: "a parameter given twice",
        method: "GET",
        path: "/api/v1/teams?sort=name&sort=-name",
        status: 400,
        at: "sort",
      },
      {
        name: "too many rows",
        method: "GET",
        path: "/api/v1/teams?per_page=501",
        status: 400,
        at: "per_page",
      },
      {
        name: "an unknown sort",
        method: "GET",
        path: "/api/v1/teams?sort=colour",
        status: 400,
        at: "sort",
      },
      {
        name: "a cursor of ours that is none",
        method: "GET",
        path: "/api/v1/teams?cursor=AAAA",
        status: 400,
        at: "cursor",
      },
      {
        name: "an unknown field",
        method: "POST",
        path: "/api/v1/teams",
        body: { name: "x", colour: 1 },
        status: 400,
        at: "colour",
      },
      {
        name: "a missing field",
        method: "POST",
        path: "/api/v1/teams",
        body: {},
        status: 400,
        at: "name",
      },
      {
        name: "a wrong type",
        method: "POST",
        path: "/api/v1/teams",
        body: { name: 7 },
        status: 400,
        at: "name",
      },
      {
        name: "a bad id",
        method: "GET",
        path: "/api/v1/teams/NOT%20AN%20ID",
        status: 400,
        at: "id",
      },
      {
        name: "text with U+0000",
        method: "POST",
        path: "/api/v1/teams",
        body: { name: "a\0b" },
        status: 400,
        at: "name",
      },
      {
        name: "a bad instant",
        method: "GET",
        path: "/api/v1/certificates?expires_before=soon",
        status: 400,
        at: "expires_before",
      },
      {
        name: "a bad status",
        method: "GET",
        path: "/api/v1/certificates?status=happy",
        status: 400,
        at: "status",
      },
      {
        name: "sparse fields that are not there, of an empty list",
        method: "GET",
        path: "/api/v1/teams?q=no-such-team&fields=colour",
        status: 400,
        at: "fields",
      },
      {
        name: "sparse fields that are not there",
        method: "GET",
        path: "/api/v1/teams?fields=colour",
        status: 400,
        at: "fields",
      },
    ];
    beforeAll(() => product.ok("POST", "/api/v1/teams", { name: "first" }));
    test.each(cases)("$name", async ({ method, path, body, status, at }) => {
      const answer = await product.request(method, path, { body, key: product.adminKey });
      expect(answer.status).toBe(status);
      expect(answer.headers.get("content-type")).toContain("application/problem+json");
      expect(answer.body.errors.map((it: { path: string }) => it.path)).toContain(at);
      expect(answer.body.request_id).toBeString();
    });
  });

  test("every list that offers a search searches", async () => {
    const lists = product.product.operations
      .map((it) => it.contract)
      .filter((it) => it.method === "GET" && "q" in it.input.shape && "sort" in it.input.shape)
      .filter((it) => !it.path.includes(":"));
    expect(lists.length).toBeGreaterThan(8);
    for (const { path } of lists) {
      const { data, total } = await product.ok("GET", `${path}?q=no-such-thing-anywhere`);
      expect([path, data, total]).toEqual([path, [], 0]);
    }
  });

  test("a search finds parts of names and ids in any case, and takes signs as themselves", async () => {
    await product.ok("POST", "/api/v1/teams", { id: "t-shop", name: "Shop_100% (Kassel)" });
    const found = async (q: string) => {
      const { data } = await product.ok("GET", `/api/v1/teams?q=${encodeURIComponent(q)}`);
      return data.map((it: { id: string }) => it.id);
    };
    for (const q of ["shop", "KASSEL", "t-sho", "_100%", " (kassel) "]) {
      expect([q, await found(q)]).toEqual([q, ["t-shop"]]);
    }
    for (const q of ["shop%kassel", "sho_100", "\\"]) expect([q, await found(q)]).toEqual([q, []]);
  });

  test("refuses what is too large, too deep, not JSON or of another type, before it is parsed", async () => {
    const post = (raw: string, type = "application/json") =>
      product.request("POST", "/api/v1/teams", {
        raw,
        key: product.adminKey,
        headers: { "content-type": type },
      });
    expect((await post(JSON.stringify({ name: "x".repeat(300_000) }))).status).toBe(413);
    expect((await post(`{"name":${"[".repeat(100)}${"]".repeat(100)}}`)).status).toBe(400);
    expect((await post("{")).status).toBe(400);
    expect((await post("[]")).status).toBe(400);
    expect((await post("name=x", "application/x-www-form-urlencoded")).status).toBe(415);
  });

  test("a body cannot overwrite the id of the path", async () => {
    const made = await team({ name: "path" });
    const answer = await product.request("PATCH", `/api/v1/teams/${made.body.id}`, {
      body: { id: "another", name: "y" },
      key: product.adminKey,
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].path).toBe("id");
  });

  test("the wrong method is a 405 that says which are right, an unknown path a 404", async () => {
    const wrong = await product.request("DELETE", "/api/v1/teams", { key: product.adminKey });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get("allow")).toContain("POST");
    expect(
      (await product.request("GET", "/api/v1/nothing", { key: product.adminKey })).status,
    ).toBe(404);
  });

  test("PATCH keeps what is not named and clears with null; PUT replaces; ETags guard both", async () => {
    const made = await team({ name: "etag", description: "before" });
    const path = `/api/v1/teams/${made.body.id}`;
    expect(made.headers.get("etag")).toBe('"1"');
    const patched = await product.request("PATCH", path, {
      body: { name: "etag 2" },
      key: product.adminKey,
      headers: { "if-match": '"1"' },
    });
    expect(patched.body).toMatchObject({ name: "etag 2", description: "before", revision: 2 });
    const lost = await product.request("PATCH", path, {
      body: { name: "etag 3" },
      key: product.adminKey,
      headers: { "if-match": '"1"' },
    });
    expect(lost.status).toBe(412);
    const cleared = await product.ok("PATCH", path, { description: null });
    expect(cleared.description).toBe("");
    const put = await product.ok("PUT", path, { name: "etag 4" });
    expect(put).toMatchObject({ name: "etag 4", description: "", revision: 4 });
  });

  test("archiving and restoring a certificate heed If-Match; a target that is none of it is named", async () => {
    const made = await product.ok("POST", "/api/v1/certificates", {
      csr_pem: await csr(["if-match.example.test"]),
    });
    const path = `/api/v1/certificates/${made.id}`;
    const call = (method: string, at: string, revision: number, body?: unknown) =>
      product.request(method, at, {
        body,
        key: product.adminKey,
        headers: { "if-match": `"${revision}"` },
      });
    const revision = async () => (await product.ok("GET", path)).revision;
    const deploy = await product.request("POST", `${path}/deploy`, {
      body: { target_id: "nope" },
      key: product.adminKey,
    });
    expect(deploy.status).toBe(409);
    expect(deploy.body.errors[0].path).toBe("target_id");
    const first = await revision();
    expect((await call("POST", `${path}/renew`, first + 1, {})).status).toBe(412);
    expect((await call("DELETE", path, first + 1)).status).toBe(412);
    expect((await call("DELETE", path, first)).status).toBe(204);
    expect((await call("POST", `${path}/restore`, first)).status).toBe(412);
    expect((await call("POST", `${path}/restore`, await revision())).status).toBe(200);
  });

  test("null clears every field that may be left out, to what it would be on create", async () => {
    const fields = {
      name: "cleared",
      auto_renew: false,
      max_retries: 3,
      alert_thresholds_days: [1],
      renewal_window_days: 9,
    };
    const made = await product.ok("POST", "/api/v1/renewal-policies", fields);
    const cleared = await product.ok("PATCH", `/api/v1/renewal-policies/${made.id}`, {
      auto_renew: null,
      max_retries: null,
      alert_thresholds_days: null,
      renewal_window_days: null,
    });
    expect(cleared).toMatchObject({
      name: "cleared",
      auto_renew: true,
      max_retries: 10,
      alert_thresholds_days: [30, 14, 7, 0],
      renewal_window_days: null,
    });
  });

  test("the same Idempotency-Key does a thing once; with another body it is refused", async () => {
    const headers = { "idempotency-key": "once-1" };
    const first = await team({ name: "idem" }, headers);
    const second = await team({ name: "idem" }, headers);
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect((await team({ name: "idem other" }, headers)).status).toBe(422);
    const racing = { "idempotency-key": "race-1" };
    const answers = await Promise.all([1, 2, 3, 4].map(() => team({ name: "raced" }, racing)));
    expect(answers.map((it) => it.status)).toEqual([201, 201, 201, 201]);
    expect(new Set(answers.map((it) => it.body.id)).size).toBe(1);
  });

  test("an answer that held a secret is not repeated, and its key is nowhere", async () => {
    const options = {
      body: { name: "secret", grants: [{ role: "viewer" }] },
      key: product.adminKey,
      headers: { "idempotency-key": "secret-1" },
    };
    const first = await product.request("POST", "/api/v1/api-keys", options);
    expect(first.status).toBe(201);
    const again = await product.request("POST", "/api/v1/api-keys", options);
    expect(again.status).toBe(409);
    expect(again.body.id).toBe(first.body.id);
  });

  test("lists page by number and by cursor, in both directions, without gaps or doubles", async () => {
    for (let i = 0; i < 25; i++)
      await product.ok("POST", "/api/v1/owners", { name: `o${i % 5}`, email: `o${i}@x.test` });
    for (const sort of ["name", "-name", "created_at", "-created_at"]) {
      const seen: string[] = [];
      let cursor = "";
      do {
        const page = await product.ok(
          "GET",
          `/api/v1/owners?sort=${sort}&page_size=7&cursor=${cursor}`,
        );
        expect(page.total).toBe(25);
        seen.push(...page.data.map((it: { id: string }) => it.id));
        cursor = page.next_cursor ?? "";
      } while (cursor !== "");
      expect(seen).toHaveLength(25);
      expect(new Set(seen).size).toBe(25);
      const numbered: string[] = [];
      for (let page = 1; page <= 4; page++) {
        const { data } = await product.ok(
          "GET",
          `/api/v1/owners?sort=${sort}&per_page=7&page=${page}`,
        );
        numbered.push(...data.map((it: { id: string }) => it.id));
      }
      expect(numbered).toEqual(seen);
    }
    const sparse = await product.ok("GET", "/api/v1/owners?fields=id,name&per_page=1");
    expect(Object.keys(sparse.data[0])).toEqual(["id", "name"]);
  });

  test("certificates without an end sort before all others, whichever the engine", async () => {
    const { token } = await product.ok("POST", "/api/v1/agents/join-tokens", {});
    expect(token).toBeString();
    for (const name of ["n1.example.test", "n2.example.test"]) {
      await product.ok("POST", "/api/v1/certificates", { csr_pem: await csr([name]) });
    }
    const up = await product.ok("GET", "/api/v1/certificates?sort=notAfter");
    const down = await product.ok("GET", "/api/v1/certificates?sort=-notAfter");
    expect(up.data.map((it: { id: string }) => it.id)).toEqual(
      down.data.map((it: { id: string }) => it.id).toReversed(),
    );
  });

  test("a name that is taken, a thing that is used and a thing that is not there have their own problems", async () => {
    const made = await team({ name: "taken" });
    expect((await team({ name: "taken" })).status).toBe(409);
    await product.ok("POST", "/api/v1/owners", {
      name: "user",
      email: "u@x.test",
      team_id: made.body.id,
    });
    const used = await product.request("DELETE", `/api/v1/teams/${made.body.id}`, {
      key: product.adminKey,
    });
    expect(used.status).toBe(409);
    expect(used.body.type).toBe("urn:certctl:problem:in-use");
    expect(
      (await product.request("GET", "/api/v1/teams/t-none", { key: product.adminKey })).status,
    ).toBe(404);
  });

  test("its description is OpenAPI 3.1 with every operation", async () => {
    const document = await product.ok("GET", "/api/v1/openapi.json");
    expect(document.openapi).toBe("3.1.0");
    for (const { contract } of product.product.operations) {
      const path = contract.path.replace(/:(\w+)/g, (_, name: string) => `{${snake(name)}}`);
      expect(document.paths[path]?.[contract.method.toLowerCase()]?.operationId).toBe(
        contract.name,
      );
    }
  });

  test("too many requests are told when to come back", async () => {
    const limited = await openProduct(await open(), { limits: { rate: 1, burst: 5 } });
    const statuses: number[] = [];
    for (let i = 0; i < 8; i++) {
      statuses.push((await limited.request("GET", "/api/v1/auth/info")).status);
    }
    expect(statuses).toContain(429);
    const answer = await limited.request("GET", "/api/v1/auth/info");
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
