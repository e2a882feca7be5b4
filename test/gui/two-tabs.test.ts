/** Two people, or two tabs, that change the same thing: nothing is lost, and nothing is hidden. */
import { beforeAll, describe, expect, test } from "bun:test";
import { days } from "#base/time.ts";
import { opener } from "#test/database/engines.ts";
import { joinAgent } from "#test/world.ts";
import { openSite, password, type Site, type Visitor } from "./site.ts";

describe("forms of the same thing", () => {
  const open = opener("sqlite");
  let site: Site;
  let admin: Visitor;
  let agentId: string;
  beforeAll(async () => {
    site = await openSite(await open());
    admin = site.visitor();
    await admin.signIn("root");
    agentId = (await joinAgent(site.product)).id;
  }, 60_000);

  test("lose a race openly: who changed what is said, and nothing is saved over it unasked", async () => {
    const { ok } = site.product;
    const { id } = await ok("POST", "/api/v1/teams", { name: "raced" });
    const form = (await admin.get(`/teams/${id}/edit`)).form("teams.update");
    const grace = await site.userWith({ role: "admin" });
    const hers = (await grace.get(`/teams/${id}/edit`)).form("teams.update");
    await grace.send(hers, { name: "hers", description: "of hers" });
    const answer = await admin.send(form, { description: "of mine" });
    expect(answer.status).toBe(412);
    expect(answer.html).toMatch(/<span dir="auto">user \d+<\/span> changed it /);
    expect(answer.html).toContain("You had not touched Name");
    const asked = answer.form("teams.update");
    expect(asked.fields.get("name")).toBe("hers");
    expect(asked.fields.has("_choice.description")).toBe(false);
    expect(answer.html).toMatch(/Keep theirs: <b class="bidi">of hers</);
    expect(answer.html).toMatch(/Save mine: <b class="bidi">of mine</);
    expect(await ok("GET", `/api/v1/teams/${id}`)).toMatchObject({ description: "of hers" });
    // A third change comes between: the choice is asked for again.
    await ok("PATCH", `/api/v1/teams/${id}`, { description: "of a third" });
    const again = await admin.send(asked, { "_choice.description": "mine" });
    expect(again.status).toBe(412);
    expect(again.html).toMatch(/Keep theirs: <b class="bidi">of a third</);
    const chosen = { "_choice.description": "mine" };
    expect((await admin.send(again.form("teams.update"), chosen)).status).toBe(303);
    const now = await ok("GET", `/api/v1/teams/${id}`);
    expect(now).toMatchObject({ name: "hers", description: "of mine" });
  });

  test("keep theirs where that is chosen, also a part of a configuration and an emptied field", async () => {
    const { ok } = site.product;
    const config = { cert_path: "/a.crt", key_path: "/a.key" };
    const given = { name: "raced target", type: "NGINX", agent_id: agentId, config };
    const { id } = await ok("POST", "/api/v1/targets", given);
    const form = (await admin.get(`/targets/${id}/edit`)).form("targets.update");
    const theirs = { ...config, cert_path: "/theirs.crt" };
    await ok("PATCH", `/api/v1/targets/${id}`, { config: theirs });
    const mine = { "config.cert_path": "/mine.crt", "config.key_path": "/mine.key" };
    const answer = await admin.send(form, mine);
    expect(answer.status).toBe(412);
    const choice = { "_choice.config.cert_path": "theirs" };
    expect((await admin.send(answer.form("targets.update"), choice)).status).toBe(303);
    expect((await ok("GET", `/api/v1/targets/${id}`)).config).toMatchObject({
      cert_path: "/theirs.crt",
      key_path: "/mine.key",
    });
    const team = await ok("POST", "/api/v1/teams", { name: "emptied", description: "first" });
    const second = (await admin.get(`/teams/${team.id}/edit`)).form("teams.update");
    await ok("PATCH", `/api/v1/teams/${team.id}`, { description: "" });
    const raced = await admin.send(second, { description: "typed" });
    expect(raced.html).toContain("Keep theirs: <b>nothing</b>");
    await admin.send(raced.form("teams.update"), { "_choice.description": "theirs" });
    expect((await ok("GET", `/api/v1/teams/${team.id}`)).description).toBe("");
  });

  test("that come back for another reason hide no change of somebody else", async () => {
    const { ok } = site.product;
    const { id } = await ok("POST", "/api/v1/teams", { name: "quiet", description: "first" });
    const visitor = site.visitor();
    await visitor.signIn("root");
    const form = (await visitor.get(`/teams/${id}/edit`)).form("teams.update");
    await ok("PATCH", `/api/v1/teams/${id}`, { description: "theirs" });
    site.product.clock.move(days(8));
    const asked = await visitor.send(form, { name: "quiet too" });
    const back = await visitor.send(asked.form("sessions.create"), { name: "root", password });
    expect(back.html).toContain("It was changed while you had it open");
    expect((await visitor.send(back.form("teams.update"))).status).toBe(303);
    expect(await ok("GET", `/api/v1/teams/${id}`)).toMatchObject({
      name: "quiet too",
      description: "theirs",
    });
    await admin.signIn("root");
    const broken = (await admin.get(`/teams/${id}/edit`)).form("teams.update");
    expect((await admin.send(broken, { _base: "{" })).status).toBe(400);
  });
});
