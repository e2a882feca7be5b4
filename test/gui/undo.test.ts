/** After a form: what was done to which thing is said by name, and what can be taken back has a button for it. */
import { beforeAll, describe, expect, test } from "bun:test";
import { contracts } from "#features/apis.ts";
import { csr } from "#test/csr.ts";
import { opener } from "#test/database/engines.ts";
import { joinAgent } from "#test/world.ts";
import { openSite, type Shown, type Site, type Visitor } from "./site.ts";

describe("after a form", () => {
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

  const following = async (answer: Shown): Promise<Shown> => {
    expect(answer.status).toBe(303);
    return await admin.get(answer.location ?? "");
  };
  const undo = (page: Shown, operation: string) => page.form(operation, { _undo: "1" });

  test("every operation of people has words for what it did, and what takes it back exists", () => {
    const writes = contracts.filter((it) => it.effect === "write" && !it.machine);
    expect(writes.filter((it) => it.done === undefined).map((it) => it.name)).toEqual([]);
    const names = new Set<string>(contracts.map((it) => it.name));
    const back = contracts.flatMap((it) => it.undo ?? []);
    expect(back.filter((it) => !names.has(it))).toEqual([]);
  });

  test("what was archived is named, and comes back", async () => {
    const { ok } = site.product;
    const name = "undo.example.test";
    const given = { name, csr_pem: await csr([name]) };
    const { id } = await ok("POST", "/api/v1/certificates", given);
    const form = (await admin.get(`/certificates/${id}/archive`)).form("certificates.archive");
    const page = await following(await admin.send(form));
    expect(page.html).toContain(`${name} was archived.`);
    const back = await following(await admin.send(undo(page, "certificates.restore")));
    expect(back.html).toContain(`${name} was taken out of the archive.`);
    expect(back.forms.filter((it) => it.fields.has("_undo"))).toEqual([]);
    const now = await ok("GET", `/api/v1/certificates/${id}`);
    expect(now.archived_at).toBeNull();
  });

  test("a change is taken back field by field, and nothing else with it", async () => {
    const { ok } = site.product;
    const { id } = await ok("POST", "/api/v1/teams", { name: "before", description: "first" });
    const form = (await admin.get(`/teams/${id}/edit`)).form("teams.update");
    const page = await following(await admin.send(form, { name: "after" }));
    expect(page.html).toContain("after was changed.");
    const button = undo(page, "teams.update");
    expect([...button.fields.keys()].sort()).toEqual(
      ["_csrf", "_from", "_next", "_revision", "_undo", "id", "name"].sort(),
    );
    const back = await following(await admin.send(button));
    expect(back.html).toContain("before is as it was before.");
    const now = await ok("GET", `/api/v1/teams/${id}`);
    expect(now).toMatchObject({ name: "before", description: "first" });
  });

  test("it is not taken back over somebody else's change", async () => {
    const { ok } = site.product;
    const { id } = await ok("POST", "/api/v1/teams", { name: "contested" });
    const form = (await admin.get(`/teams/${id}/edit`)).form("teams.update");
    const page = await following(await admin.send(form, { description: "mine" }));
    await ok("PATCH", `/api/v1/teams/${id}`, { description: "theirs" });
    const refused = await admin.send(undo(page, "teams.update"));
    expect(refused.status).toBe(412);
    expect(refused.html).toContain("changed by somebody else");
    expect((await ok("GET", `/api/v1/teams/${id}`)).description).toBe("theirs");
  });

  test("a part of a configuration and a tick are taken back with the rest as it was", async () => {
    const { ok } = site.product;
    const config = { cert_path: "/a.crt", key_path: "/a.key" };
    const given = { name: "undone", type: "NGINX", agent_id: agentId, config };
    const made = await ok("POST", "/api/v1/targets", given);
    const form = (await admin.get(`/targets/${made.id}/edit`)).form("targets.update");
    const changes = { "config.cert_path": "/b.crt", enabled: ["false"] };
    const page = await following(await admin.send(form, changes));
    const changed = await ok("GET", `/api/v1/targets/${made.id}`);
    expect([changed.config.cert_path, changed.enabled]).toEqual(["/b.crt", false]);
    await following(await admin.send(undo(page, "targets.update")));
    const now = await ok("GET", `/api/v1/targets/${made.id}`);
    expect([now.config, now.enabled]).toEqual([made.config, true]);
  });

  test("a new password is not taken back, and a forged message says nothing", async () => {
    await site.product.ok("POST", "/api/v1/users", {
      name: "locked",
      password: "a password that is long",
      grants: [{ role: "viewer" }],
    });
    const list = await site.product.ok("GET", "/api/v1/users?q=locked");
    const { id } = list.data[0];
    const form = (await admin.get(`/users/${id}`)).form("users.update");
    const changes = { password: "another that is long" };
    const page = await following(await admin.send(form, changes));
    expect(page.forms.filter((it) => it.fields.has("_undo"))).toEqual([]);
    const forged = { operation: "teams.update", name: "<b>x</b>", isUndo: false };
    for (const value of [
      "x",
      "e30",
      Buffer.from(JSON.stringify({ ...forged, more: 1 })).toString("base64url"),
    ]) {
      admin.cookies.set("__Host-certctl-done", value);
      const shown = await admin.get("/teams");
      expect(shown.html).not.toContain('class="toast1"');
    }
    const text = Buffer.from(JSON.stringify(forged)).toString("base64url");
    admin.cookies.set("__Host-certctl-done", text);
    expect((await admin.get("/teams")).html).toContain("&lt;b&gt;x&lt;/b&gt; was changed.");
  });
});
