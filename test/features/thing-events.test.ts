/** What people keep tells of itself: each change emits an event in its transaction, for whoever may read the thing. */
import { beforeAll, expect, test } from "bun:test";
import { actorOfKey } from "#features/access/key-queries.ts";
import { hashToken } from "#features/access/principal.ts";
import { audienceOf } from "#features/overview/audience.ts";
import { lastPosition, listEventsAfter } from "#features/overview/event-queries.ts";
import { eachEngine } from "#test/database/engines.ts";
import { joinAgent, openProduct, type TestProduct } from "#test/world.ts";

eachEngine("events of what people keep", (open) => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openProduct(await open());
  }, 60_000);

  /** The events that the holder of a key hears of while `work` is done. */
  async function heard(work: () => Promise<unknown>, key = product.adminKey) {
    const { database, clock } = product.world;
    await product.sequencer.runOnce();
    const before = await lastPosition(database.reader);
    await work();
    await product.sequencer.runOnce();
    const actor = await actorOfKey(database.reader, { hash: hashToken(key) }, clock.now());
    const audience = actor && audienceOf(actor);
    if (!audience) throw new Error("the key hears of nothing");
    const { events } = await listEventsAfter(database.reader, audience, before, 100);
    return events.map(({ type, data }) => [type, data["name"] ?? data["subject_id"]]);
  }

  const keyWith = async (...grants: object[]): Promise<string> =>
    (await product.ok("POST", "/api/v1/api-keys", { name: "listener", grants })).key;

  test.each([
    { path: "teams", kind: "team", body: {}, change: { description: "x" } },
    { path: "owners", kind: "owner", body: { email: "a@b.test" }, change: { email: "c@d.test" } },
    { path: "profiles", kind: "profile", body: {}, change: { enabled: false } },
    { path: "renewal-policies", kind: "policy", body: {}, change: { max_retries: 3 } },
    {
      path: "issuers",
      kind: "issuer",
      body: { type: "ACME", config: { directory_url: "https://acme.invalid/dir" } },
      change: { enabled: false },
    },
  ])(
    "$path: added, changed, replaced by name and deleted",
    async ({ path, kind, body, change }) => {
      const name = `a ${kind}`;
      const events = await heard(async () => {
        const { id } = await product.ok("POST", `/api/v1/${path}`, { name, ...body });
        await product.ok("PATCH", `/api/v1/${path}/${id}`, change);
        await product.ok("DELETE", `/api/v1/${path}/${id}`);
      });
      expect(events).toEqual([
        [`${kind}.created`, name],
        [`${kind}.changed`, name],
        [`${kind}.deleted`, name],
      ]);
    },
  );

  test("what is refused emits nothing", async () => {
    await product.ok("POST", "/api/v1/teams", { name: "twice" });
    const again = { body: { name: "twice" }, key: product.adminKey };
    expect(await heard(() => product.request("POST", "/api/v1/teams", again))).toEqual([]);
  });

  test("targets, users and keys as well, and the result of a test", async () => {
    const agent = await joinAgent(product, { id: "edge" });
    const config = { cert_path: "/etc/tls/a.pem", key_path: "/etc/tls/a.key" };
    const events = await heard(async () => {
      const body = { name: "site", type: "NGINX", agent_id: agent.id, config };
      const { id } = await product.ok("POST", "/api/v1/targets", body);
      await product.ok("DELETE", `/api/v1/targets/${id}`);
      const { id: user } = await product.ok("POST", "/api/v1/users", {
        name: "ann",
        password: "correct horse battery",
      });
      await product.ok("PATCH", `/api/v1/users/${user}`, { disabled: true });
      const { id: key } = await product.ok("POST", "/api/v1/api-keys", { name: "ci" });
      await product.ok("DELETE", `/api/v1/api-keys/${key}`);
      await product.ok("POST", "/api/v1/issuers/iss-local/test");
    });
    const { name: issuer } = await product.ok("GET", "/api/v1/issuers/iss-local");
    expect(events).toEqual([
      ["target.created", "site"],
      ["target.deleted", "site"],
      ["user.created", "ann"],
      ["user.changed", "ann"],
      ["key.created", "ci"],
      ["key.revoked", "ci"],
      ["issuer.tested", issuer],
    ]);
  });

  test("are heard of by whoever may read the thing, and no further", async () => {
    const { id: ours } = await product.ok("POST", "/api/v1/teams", { name: "ours" });
    const { id: theirs } = await product.ok("POST", "/api/v1/teams", { name: "theirs" });
    const member = await keyWith({ role: "viewer", team_id: ours });
    const viewer = await keyWith({ role: "viewer", team_id: null });
    const work = async () => {
      const email = "a@b.test";
      await product.ok("POST", "/api/v1/owners", { name: "of ours", email, team_id: ours });
      await product.ok("POST", "/api/v1/owners", { name: "of theirs", email, team_id: theirs });
      await product.ok("POST", "/api/v1/profiles", { name: `of all ${product.clock.now()}` });
      product.clock.move(1);
      await product.ok("POST", "/api/v1/users", {
        name: `secret ${product.clock.now()}`,
        password: "correct horse battery",
      });
    };
    const types = async (key: string) => (await heard(work, key)).map(([type]) => type);
    expect(await types(member)).toEqual(["owner.created", "profile.created"]);
    expect(await types(viewer)).toEqual(["owner.created", "owner.created", "profile.created"]);
    const feed = async (key: string) =>
      (await product.request("GET", "/api/v1/stats/feed?limit=200", { key })).body.data.map(
        (it: { type: string; subject: { name: string } }) => `${it.type} ${it.subject.name}`,
      );
    expect(await feed(member)).toContain("owner.created of ours");
    expect(await feed(member)).not.toContain("owner.created of theirs");
    expect((await feed(viewer)).some((it: string) => it.startsWith("user."))).toBe(false);
    expect((await feed(product.adminKey)).some((it: string) => it.startsWith("user."))).toBe(true);
  });
});
