/** What has how many certificates and how they stand, what belongs to a team, and what of it a role for one team sees. */
import { beforeAll, expect, test } from "bun:test";
import { sql } from "kysely";
import { days } from "#base/time.ts";
import { usesQuery } from "#features/certificates/usage-queries.ts";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { joinAgent, openProduct, type TestProduct } from "#test/world.ts";
import { certificatesOf } from "./standing.ts";

eachEngine("usage", (open) => {
  let product: TestProduct;
  let member = "";
  const ids = { ours: "", theirs: "", owner: "", other: "", profile: "", policy: "", unused: "" };

  beforeAll(async () => {
    product = await openProduct(await open());
    const add = async (path: string, body: object) =>
      (await product.ok("POST", `/api/v1/${path}`, body)).id;
    ids.ours = await add("teams", { name: "ours" });
    ids.theirs = await add("teams", { name: "theirs" });
    const email = "a@b.test";
    ids.owner = await add("owners", { name: "Ann", email, team_id: ids.ours });
    ids.other = await add("owners", { name: "Bob", email, team_id: ids.theirs });
    ids.profile = await add("profiles", { name: "web" });
    ids.policy = await add("renewal-policies", { name: "early" });
    ids.unused = await add("profiles", { name: "unused" });
    const grants = [{ role: "viewer", team_id: ids.ours }];
    member = (await product.ok("POST", "/api/v1/api-keys", { name: "member", grants })).key;
    const order = async (name: string, more: object = {}) =>
      await add("certificates", {
        name,
        csr_pem: await csr([`${name}.example.test`]),
        owner_id: ids.owner,
        team_id: ids.ours,
        certificate_profile_id: ids.profile,
        renewal_policy_id: ids.policy,
        validity_seconds: 90 * 86_400,
        ...more,
      });
    for (const name of ["one", "two", "three"]) await order(name);
    await order("short", { validity_seconds: 10 * 86_400 });
    await order("gone", { validity_seconds: 2 * 86_400 });
    await order("of-theirs", { owner_id: ids.other, team_id: ids.theirs });
    const archived = await order("archived");
    await product.ok("DELETE", `/api/v1/certificates/${archived}`);
    await joinAgent(product, { id: "edge", team_id: ids.ours });
    await product.ok("POST", "/api/v1/users", {
      name: "carol",
      password: "correct horse battery",
      grants: [
        { role: "operator", team_id: ids.ours },
        { role: "approver", team_id: ids.ours },
      ],
    });
    product.clock.move(days(8));
  }, 60_000);

  const usage = async (by: string, asked: readonly string[], key = product.adminKey) => {
    const query = asked.map((id) => `&ids=${id}`).join("");
    const path = `/api/v1/certificates/usage?by=${by}${query}`;
    const { status, body } = await product.request("GET", path, { key });
    expect(status).toBe(200);
    return new Map(body.data.map(({ id, ...counts }: { id: string }) => [id, counts] as const));
  };

  const none = { used: 0, failed: 0, expired: 0, expiring: 0, archived: 0 };

  test.each([
    { by: "owner", id: "owner", filter: "owner_id", used: 5 },
    { by: "team", id: "ours", filter: "team_id", used: 5 },
    { by: "profile", id: "profile", filter: "profile_id", used: 6 },
    { by: "policy", id: "policy", filter: "renewal_policy_id", used: 6 },
  ] as const)(
    "of an $by is what the list says, status by status",
    async ({ by, id, filter, used }) => {
      const counts = (await usage(by, [ids[id]])).get(ids[id]);
      expect(counts).toEqual({ used, failed: 0, expired: 1, expiring: 1, archived: 1 });
      expect(counts).toEqual(await certificatesOf(product, filter, ids[id]));
    },
  );

  test("counts failures by the same rule as the list", async () => {
    await product.world.database.transaction(async (db) => {
      await db
        .updateTable("certificates")
        .set({ activity: "failed", failure: "the CA said no" })
        .where("name", "in", ["one", "gone"])
        .execute();
    });
    const counts = (await usage("owner", [ids.owner])).get(ids.owner);
    // What ended is Expired, whatever failed last.
    expect(counts).toEqual({ used: 5, failed: 1, expired: 1, expiring: 1, archived: 1 });
    expect(counts).toEqual(await certificatesOf(product, "owner_id", ids.owner));
  });

  test("has a row for each of a page, and none for what is not there", async () => {
    const counts = await usage("profile", [ids.unused, ids.profile, "no-such"]);
    expect([...counts.keys()].sort()).toEqual([ids.unused, ids.profile].sort());
    expect(counts.get(ids.unused)).toEqual(none);
  });

  test("of the caller's teams alone", async () => {
    const owners = await usage("owner", [ids.owner, ids.other], member);
    expect([...owners.keys()]).toEqual([ids.owner]);
    expect([...(await usage("team", [ids.ours, ids.theirs], member)).keys()]).toEqual([ids.ours]);
    const rules = await usage("profile", [ids.profile], member);
    expect(rules.get(ids.profile)).toMatchObject({ used: 5 });
  });

  test("reads no row of certificates: every count is a range of one index", async () => {
    const { reader, engine } = product.world.database;
    if (engine !== "sqlite") return;
    for (const by of ["owner", "team", "profile", "policy"] as const) {
      for (const scope of ["all", [1, 2]] as const) {
        const query = usesQuery({ by, ids: ["a", "b"], scope, now: product.clock.now(), most: 9 });
        const { rows } = await sql<{ detail: string }>`explain query plan ${query}`.execute(reader);
        const steps = rows.map((it) => it.detail).filter((it) => it.includes("certificates"));
        const index = by === "policy" ? "certificates_renewal_policy" : `certificates_${by}`;
        expect(steps).toHaveLength(5);
        for (const step of steps) {
          expect(step).toStartWith(`SEARCH certificates USING COVERING INDEX ${index} (`);
          expect(step).toContain("_pk=? AND archived_at");
        }
      }
    }
  });

  test("of a team counts what keeps it from being deleted, users for whoever may see them", async () => {
    const of = async (key: string) => {
      const path = `/api/v1/teams/usage?ids=${ids.ours}&ids=${ids.theirs}`;
      return (await product.request("GET", path, { key })).body.data;
    };
    const counts = { owners: 1, agents: 1, retired_agents: 0, targets: 0, join_tokens: 1 };
    const all = await of(product.adminKey);
    expect(all).toHaveLength(2);
    expect(all.find((it: { id: string }) => it.id === ids.ours)).toMatchObject({
      ...counts,
      users: 1,
      keys: 1,
    });
    const [only, ...others] = await of(member);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ id: ids.ours, ...counts, users: null, keys: null });
    const { jobs } = await product
      .ok("GET", `/api/v1/teams/usage?ids=${ids.ours}`)
      .then(({ data }) => data[0]);
    const listed = await product.request("GET", "/api/v1/jobs", { key: member });
    expect(jobs).toBe(listed.body.total);
  });
});
