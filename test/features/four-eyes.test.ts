/** Two must agree: two credentials of one person are one person, however many keys lie between. */
import { beforeAll, describe, expect, test } from "bun:test";
import { sql } from "kysely";
import { systemClock } from "#base/time.ts";
import { migrate } from "#db/migrate.ts";
import { seedKeys } from "#features/access/keys.ts";
import { migrations } from "#migrations/index.ts";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { openProduct, type TestProduct } from "#test/world.ts";

type Credential = { readonly key: string } | { readonly headers: Readonly<Record<string, string>> };
const anybody = { grants: [{ role: "admin" }] };
const password = "correct horse battery";

eachEngine("the person behind a credential", (open) => {
  let product: TestProduct;
  let order = 0;
  beforeAll(async () => {
    product = await openProduct(await open());
    const profile = { id: "four-eyes", name: "Four eyes", requires_approval: true };
    await product.ok("POST", "/api/v1/profiles", profile);
  }, 60_000);

  const keyOf = async (maker: Credential, name = "k"): Promise<{ key: string }> => {
    const made = await product.request("POST", "/api/v1/api-keys", {
      body: { name, ...anybody },
      ...maker,
    });
    expect(made.status).toBe(201);
    return { key: made.body.key };
  };
  const signIn = async (name: string): Promise<Credential> => {
    const made = await product.request("POST", "/api/v1/sessions", { body: { name, password } });
    const { csrfTokenOf } = await import("#server/authenticate.ts");
    const { token } = made.body;
    return {
      headers: { cookie: `__Host-certctl=${token}`, "x-csrf-token": csrfTokenOf(token) },
    };
  };
  const user = async (name: string): Promise<Credential> => {
    await product.ok("POST", "/api/v1/users", { name, password, ...anybody });
    return await signIn(name);
  };
  const envKey = async (name: string): Promise<Credential> => {
    const key = `${name}-of-the-environment-long-enough`;
    await seedKeys(product.world, [{ name, key, admin: true }]);
    return { key };
  };
  /** What the second gets who approves what the first asked for. */
  const approval = async (asking: Credential, deciding: Credential): Promise<number> => {
    const body = {
      csr_pem: await csr([`order-${++order}.example.test`]),
      certificate_profile_id: "four-eyes",
    };
    const asked = await product.request("POST", "/api/v1/certificates", { body, ...asking });
    expect(asked.status).toBe(202);
    const path = `/api/v1/jobs/${asked.body.job_id}/approve`;
    return (await product.request("POST", path, { body: {}, ...deciding })).status;
  };

  test("is the first administrator for the key of setup, its keys and the keys of those", async () => {
    const root = { key: product.adminKey };
    const child = await keyOf(root);
    const grandchild = await keyOf(child);
    const session = await signIn("root");
    for (const [asking, deciding] of [
      [root, child],
      [child, root],
      [root, grandchild],
      [grandchild, root],
      [child, grandchild],
      [grandchild, await keyOf(root)],
      [session, grandchild],
      [grandchild, session],
    ] as const) {
      expect(await approval(asking, deciding)).toBe(403);
    }
  });

  test("is another for another user, whatever the keys are called", async () => {
    const alice = await user("alice");
    const bob = await user("bob");
    const ofAlice = await keyOf(await keyOf(alice, "bob"), "bob");
    const ofBob = await keyOf(await keyOf(bob, "alice"), "alice");
    expect(await approval(ofAlice, alice)).toBe(403);
    expect(await approval(alice, ofAlice)).toBe(403);
    expect(await approval(ofAlice, bob)).toBe(200);
    expect(await approval(bob, ofAlice)).toBe(200);
    expect(await approval(ofAlice, ofBob)).toBe(200);
  });

  test("is the key itself when it came with the environment", async () => {
    const [one, two] = [await envKey("one"), await envKey("two")];
    expect(await approval(one, await keyOf(one))).toBe(403);
    expect(await approval(one, two)).toBe(200);
    expect(await approval(one, { key: product.adminKey })).toBe(200);
  });

  test("is shown by name, and counted by id", async () => {
    const carol = await user("carol");
    const body = {
      csr_pem: await csr(["named.example.test"]),
      certificate_profile_id: "four-eyes",
    };
    const key = product.adminKey;
    const asked = await product.request("POST", "/api/v1/certificates", { body, key });
    const path = `/api/v1/jobs/${asked.body.job_id}`;
    await product.request("POST", `${path}/reject`, { body: {}, ...(await keyOf(carol)) });
    const job = await product.ok("GET", path);
    expect(job.last_error).toBe("rejected by carol");
    expect(job.decisions).toMatchObject([{ decided_by: "carol" }]);
  });

  test("may not be unknown on either side", async () => {
    const dave = await user("dave");
    const unknown = await keyOf(dave, "unknown");
    await product.world.database.transaction((db) =>
      db.updateTable("api_keys").set({ person: null }).where("name", "=", "unknown").execute(),
    );
    const root = { key: product.adminKey };
    expect(await approval(unknown, root)).toBe(403);
    expect(await approval(root, unknown)).toBe(403);
    expect(await approval(root, await keyOf(unknown))).toBe(403);
  });
});

eachEngine("keys that know their maker by name only", (open) => {
  describe("get the person", () => {
    test("where the name leaves no doubt", async () => {
      const database = await open.raw(await open.url());
      const before = migrations.filter((it) => it.name < "0004");
      await migrate(database, systemClock, before);
      await database.transaction(async (db) => {
        for (const name of ["alice", "bob"]) {
          await sql`insert into users (id, name, password_hash, failed_sign_ins, revision, created_at, updated_at)
            values (${`user-${name}`}, ${name}, '', 0, 1, 0, 0)`.execute(db);
        }
        for (const [name, source, maker] of keysBefore) {
          await sql`insert into api_keys (id, name, hash, hint, source, created_by, revision, created_at, updated_at)
            values (${`id-${name}-${maker}`}, ${name}, ${Buffer.from(name + maker)}, '', ${source}, ${maker}, 1, 0, 0)`.execute(
            db,
          );
        }
      });
      await migrate(database, systemClock);
      const rows = await database.reader
        .selectFrom("api_keys")
        .select("person")
        .orderBy("pk")
        .execute();
      expect(rows.map((it) => it.person)).toEqual(keysBefore.map(([, , , person]) => person));
    });
  });
});

/** Name, source, name of the maker, and who that must have been. */
const keysBefore: readonly (readonly [string, string, string, string | null])[] = [
  ["automation", "setup", "alice", "user:user-alice"],
  ["ci", "env", "environment", "key:id-ci-environment"],
  ["child", "api", "automation", "user:user-alice"],
  ["grandchild", "api", "child", "user:user-alice"],
  ["of-ci", "api", "ci", "key:id-ci-environment"],
  ["alice", "api", "automation", "user:user-alice"],
  ["either way hers", "api", "alice", "user:user-alice"],
  ["bob", "api", "alice", "user:user-alice"],
  ["bob's or hers", "api", "bob", null],
  ["of nobody knows", "api", "bob's or hers", null],
  ["nobody", "api", "nobody in particular", null],
];
