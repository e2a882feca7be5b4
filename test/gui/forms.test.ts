import { beforeAll, describe, expect, test } from "bun:test";
import { days } from "#base/time.ts";
import { opener } from "#test/database/engines.ts";
import { joinAgent } from "#test/world.ts";
import { openSite, password, type Shown, type Site, type Visitor } from "./site.ts";

describe("forms", () => {
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

  const teams = async () => (await site.product.ok("GET", "/api/v1/teams")).total as number;

  test("lead to the thing, say once what was done, and are plain HTML", async () => {
    const page = await admin.get("/profiles/new");
    const answer = await admin.send(page.form("profiles.create"), { name: "plain" });
    expect(answer.status).toBe(303);
    expect(answer.location).toStartWith("/profiles/prof-");
    const shown = await admin.get(answer.location ?? "");
    expect(shown.html).toContain("plain was added.");
    expect((await admin.get(answer.location ?? "")).html).not.toContain("plain was added.");
  });

  test("need the token of the session, whichever way they come", async () => {
    const form = (await admin.get("/teams/new")).form("teams.create");
    const before = await teams();
    const refused = [
      await admin.send(form, { name: "x", _csrf: null }),
      await admin.send(form, { name: "x", _csrf: "wrong" }),
      await admin.send(form, { name: "x" }, { "sec-fetch-site": "cross-site" }),
      await admin.send(form, { name: "x" }, { "sec-fetch-site": "same-site" }),
    ];
    expect(refused.map((it) => it.status)).toEqual([403, 403, 403, 403]);
    expect(await teams()).toBe(before);
    const old = site.visitor();
    await old.signIn("root");
    const theirs = (await old.get("/teams/new")).form("teams.create");
    expect((await admin.send(theirs, { name: "x" })).status).toBe(403);
    expect(await teams()).toBe(before);
  });

  test("need a token of their own where nobody is signed in, or everybody is administrator", async () => {
    const visitor = site.visitor();
    const form = (await visitor.get("/signin")).form("sessions.create");
    const fields = { name: "root", password };
    expect((await site.visitor().send(form, fields)).status).toBe(403);
    expect((await visitor.send(form, { ...fields, _csrf: null })).status).toBe(403);
    expect((await visitor.send(form, fields)).status).toBe(303);
    const openSite_ = await openSite(await open(), { authType: "none" });
    const anybody = openSite_.visitor();
    const page = await anybody.get("/teams/new");
    expect(page.html).toContain("Anybody who reaches this address is administrator");
    expect((await anybody.get("/signin")).location).toBe("/");
    const team = page.form("teams.create");
    expect((await openSite_.visitor().send(team, { name: "x" })).status).toBe(403);
    expect((await anybody.send(team, { name: "x" })).status).toBe(303);
  }, 30_000);

  test("come back with what was typed, the complaint beside its field, and no secret", async () => {
    const page = await admin.get("/users/new");
    const answer = await admin.send(page.form("users.create"), {
      name: "somebody",
      email: "no address",
      password: "too short!",
      "grants.2.role": "auditor",
    });
    expect(answer.status).toBe(400);
    const form = answer.form("users.create");
    expect(form.fields.get("name")).toBe("somebody");
    expect(form.fields.get("email")).toBe("no address");
    expect(form.fields.get("password")).toBe("");
    expect(answer.html).not.toContain("too short!");
    // The gap between the rows is closed.
    expect(form.fields.getAll("grants.0.role")).toEqual(["viewer"]);
    expect(form.fields.getAll("grants.1.role")).toEqual(["auditor"]);
    const input = /<input[^>]*name="email"[^>]*>/.exec(answer.html)?.[0] ?? "";
    expect(input).toContain('aria-invalid="true"');
    const described = /aria-describedby="([^"]+)"/.exec(input)?.[1]?.split(" ").at(-1) ?? "";
    expect(answer.html).toMatch(
      new RegExp(`id="${described}">.{0,150}<span>must be an e-mail address`),
    );
  });

  /** What the second step of a new target sends, as a browser would: the third step's address. */
  function reviewOf(page: Shown, changes: Readonly<Record<string, string>>): string {
    const form = page.forms.find((it) => it.action === "/targets/new" && it.fields.has("name"));
    if (!form) throw new Error("no form of a target's second step");
    const fields = new URLSearchParams(form.fields);
    for (const [name, value] of Object.entries(changes)) fields.set(name, value);
    return `/targets/new?${fields}&step=3`;
  }

  test("say of what is missing that it is required", async () => {
    const page = await admin.get("/targets/new?type=NGINX");
    const answer = await admin.get(reviewOf(page, { name: " ", "config.cert_path": "/a" }));
    expect(answer.html).toContain("Name: is required");
    expect(answer.html).toContain("Agent: is required");
    expect(answer.html).toContain("Private key file: is required");
    expect(answer.html).toContain('value="/a"');
    const again = await admin.get(reviewOf(answer, { name: "t", agent_id: agentId }));
    expect(again.html).toContain("Private key file: is required");
    expect(again.html).not.toContain("Agent: is required");
    expect(again.html).not.toContain("Add and test");
  });

  test("of a type come from its configuration, are looked at before they are stored, and leave out what stays empty", async () => {
    const page = await admin.get("/targets/new?type=NGINX");
    const review = await admin.get(
      reviewOf(page, {
        name: "site",
        agent_id: agentId,
        "config.cert_path": "/etc/tls/a.pem",
        "config.key_path": "/etc/tls/a.key",
        "config.validate_command": "nginx -t -c '/etc/with space/nginx.conf'",
      }),
    );
    expect(review.html).toContain("the private key to /etc/tls/a.key");
    const back = /href="([^"]+)">Back</.exec(review.html)?.[1]?.replaceAll("&amp;", "&");
    expect((await admin.get(back ?? "")).html).toContain('value="/etc/tls/a.key"');
    const answer = await admin.send(review.form("targets.create"), { _then: "targets.test" });
    expect(answer.location).toStartWith("/targets/");
    const id = answer.location?.slice("/targets/".length);
    const target = await site.product.ok("GET", `/api/v1/targets/${id}`);
    expect(target.config).toEqual({
      cert_path: "/etc/tls/a.pem",
      key_path: "/etc/tls/a.key",
      validate_command: "nginx -t -c '/etc/with space/nginx.conf'",
    });
    expect(target.test_status).toBe("testing");
    expect((await admin.get(`/targets/${id}`)).html).toContain("Being tested");
    const json = await admin.get("/targets/new?type=json");
    const config = '{"cert_path": "/b", "key_path": "/c"}';
    const other = await admin.send(json.form("targets.create"), {
      name: "free",
      type: "NGINX",
      agent_id: agentId,
      config,
    });
    expect(other.status).toBe(303);
    const bad = await admin.send(json.form("targets.create"), {
      name: "free",
      type: "NGINX",
      agent_id: agentId,
      config: "{nonsense",
    });
    expect([bad.status, bad.form("targets.create").fields.get("config")]).toEqual([
      400,
      "{nonsense",
    ]);
    expect(bad.html).toContain("is not JSON");
  });

  test("take a length of time as people write it, and say it so again", async () => {
    const { ok } = site.product;
    const page = await admin.get("/profiles/new");
    const form = page.form("profiles.create");
    const refused = await admin.send(form, { name: "length", max_ttl_seconds: "a while" });
    expect(refused.status).toBe(400);
    expect(refused.html).toContain("must be a length of time: 90 d, 36 h, 15 m, 30 s");
    expect(refused.form("profiles.create").fields.get("max_ttl_seconds")).toBe("a while");
    const made = await admin.send(form, { name: "length", max_ttl_seconds: "36 hours" });
    const path = made.location ?? "";
    const read = async () => (await ok("GET", `/api/v1${path}`)).max_ttl_seconds;
    expect(await read()).toBe(129_600);
    const again = (await admin.get(`${path}/edit`)).form("profiles.update");
    expect(again.fields.get("max_ttl_seconds")).toBe("36 h");
    await admin.send(again, { max_ttl_seconds: "90d" });
    expect(await read()).toBe(7_776_000);
  });

  test("that change a thing change nothing when they are sent as they are", async () => {
    const { ok } = site.product;
    const add = async (path: string, body: object) =>
      (await ok("POST", `/api/v1/${path}`, body)).id;
    const config = {
      cert_path: "/etc/tls/a b.pem",
      key_path: "/etc/tls/a.key",
      reload_command: ["systemctl", "reload", "a 'quoted' name"],
      post_deploy_verify: { endpoint: "127.0.0.1:443", timeout: "3s" },
      on_unseen: "rollback",
    };
    const team = await add("teams", { name: "t", description: "two\nlines, and a comma" });
    const owner = await add("owners", { name: "o", email: "o@example.test", team_id: team });
    const target = await add("targets", { name: "n", type: "NGINX", agent_id: agentId, config });
    const things: [page: string, path: string, operation: string, hidden?: string[]][] = [
      ["teams", `teams/${team}`, "teams.update"],
      ["owners", `owners/${owner}`, "owners.update"],
      [
        "profiles",
        `profiles/${await add("profiles", { name: "p", allowed_ekus: ["clientAuth"], must_staple: true })}`,
        "profiles.update",
      ],
      [
        "policies",
        `renewal-policies/${await add("renewal-policies", { name: "r", alert_thresholds_days: [9, 3] })}`,
        "renewal_policies.update",
      ],
      ["targets", `targets/${target}`, "targets.update"],
      ["issuers", "issuers/iss-local", "issuers.update"],
      [
        "certificates",
        `certificates/${await add("certificates", {
          sans: ["a.example.test"],
          target_ids: [target],
          owner_id: owner,
          tags: { "a key": "a = value" },
        })}`,
        "certificates.update",
      ],
    ];
    for (const [page, path, operation] of things) {
      const before = await ok("GET", `/api/v1/${path}`);
      const shown = await admin.get(`/${page}/${before.id}/edit`);
      const answer = await admin.send(shown.form(operation));
      if (answer.status !== 303) console.log(/role="alert".*?<\/div>/s.exec(answer.html)?.[0]);
      expect([path, answer.status]).toEqual([path, 303]);
      const { revision: _, updated_at: __, ...after } = await ok("GET", `/api/v1/${path}`);
      const { revision: ___, updated_at: ____, ...expected } = before;
      if (operation === "targets.update") {
        // A command is kept as text, and the box that was ticked by default is now said.
        expected.config.reload_command = `systemctl reload 'a '\\''quoted'\\'' name'`;
        expected.config.post_deploy_verify.enabled = true;
      }
      expect([path, after]).toEqual([path, expected]);
    }
    const [user] = (await ok("GET", "/api/v1/users")).data;
    const shown = await admin.get(`/users/${user.id}`);
    expect((await admin.send(shown.form("users.update"))).status).toBe(303);
    const after = (await ok("GET", "/api/v1/users")).data[0];
    expect([after.grants, after.email]).toEqual([user.grants, user.email]);
    // The password was left empty, so it is as it was.
    await site.visitor().signIn("root");
  }, 30_000);

  test("keep a target that is among the choices no more, and take away one that is unticked", async () => {
    const { ok } = site.product;
    const add = async (n: number) => {
      const config = { cert_path: `/etc/tls/${n}.pem`, key_path: `/etc/tls/${n}.key` };
      const body = { name: `kept ${n}`, type: "NGINX", agent_id: agentId, config };
      return (await ok("POST", "/api/v1/targets", body)).id as string;
    };
    const all = [await add(1), await add(2)];
    const body = { sans: ["kept.example.test"], target_ids: all };
    const { id } = await ok("POST", "/api/v1/certificates", body);
    const targetsOf = async () => (await ok("GET", `/api/v1/certificates/${id}`)).target_ids;
    expect(await targetsOf()).toEqual(all);
    const form = (await admin.get(`/certificates/${id}/edit`)).form("certificates.update");
    expect(form.fields.getAll("target_ids")).toEqual(["", ...all]);
    const [first = ""] = all;
    expect((await admin.send(form, { target_ids: ["", first] })).status).toBe(303);
    expect(await targetsOf()).toEqual([first]);
    // Nobody but the form's choices knows what this id was called.
    const shown = await admin.send(form, { target_ids: ["", "tgt-gone"] });
    expect(shown.form("certificates.update").fields.getAll("target_ids")).toEqual(["", "tgt-gone"]);
  });

  test("survive the end of the session: typed once, signed in again, sent", async () => {
    const { clock } = site.product;
    const visitor = site.visitor();
    await visitor.signIn("root");
    const page = await visitor.get("/owners/new");
    clock.move(days(8));
    const asked = await visitor.send(page.form("owners.create"), {
      name: `"Kept" & <safe>`,
      email: "kept@example.test",
    });
    expect(asked.status).toBe(401);
    const signIn = asked.form("sessions.create");
    const wrong = await visitor.send(signIn, { name: "root", password: "not the password" });
    expect([wrong.status, wrong.form("sessions.create").fields.get("name")]).toEqual([401, "root"]);
    const back = await visitor.send(wrong.form("sessions.create"), { name: "root", password });
    expect(back.status).toBe(200);
    expect(back.html).toContain("Nothing was sent yet");
    const kept = back.form("owners.create");
    expect(kept.fields.get("name")).toBe(`"Kept" & <safe>`);
    const answer = await visitor.send(kept);
    expect(answer.location).toBe("/owners");
    await admin.signIn("root");
    expect((await admin.get("/owners?q=Kept")).html).toContain("kept@example.test");
  });

  test("carry no password through the sign-in", async () => {
    const { clock } = site.product;
    const visitor = site.visitor();
    await visitor.signIn("root");
    const page = await visitor.get("/users/new");
    clock.move(days(8));
    const asked = await visitor.send(page.form("users.create"), {
      name: "somebody else",
      password: "a password to lose",
    });
    expect(asked.status).toBe(401);
    expect(asked.html).toContain("somebody else");
    expect(asked.html).not.toContain("a password to lose");
    await admin.signIn("root");
  });

  test("tell how long to wait after wrong passwords, and nothing about who exists", async () => {
    await site.product.ok("POST", "/api/v1/users", { name: "slow", password });
    const visitor = site.visitor();
    const attempt = async (name: string, given: string) => {
      const form = (await visitor.get("/signin")).form("sessions.create");
      return await visitor.send(form, { name, password: given });
    };
    const unknown = await attempt("nobody", "wrong password");
    const known = await attempt("slow", "wrong password");
    expect(unknown.html).toContain("name or password is wrong");
    expect(known.html).toContain("name or password is wrong");
    for (let i = 0; i < 4; i++) await attempt("slow", "wrong password");
    const slowed = await attempt("slow", password);
    expect(slowed.status).toBe(429);
    expect(slowed.html).toMatch(/too many wrong passwords: wait \d+ seconds?, then try again/);
  }, 30_000);

  test("show a secret once, as the answer itself", async () => {
    const page = await admin.get("/keys/new");
    const made = await admin.send(page.form("api_keys.create"), { name: "robot" });
    expect(made.status).toBe(200);
    const key = />(cck_[^<]+)<\/code>/.exec(made.html)?.[1];
    expect((await site.product.request("GET", "/api/v1/teams", { key })).status).toBe(200);
    expect((await admin.get("/keys")).html).not.toContain(key ?? "none");
    const invite = await admin.get("/agents/new");
    const invited = await admin.send(invite.form("agents.invite"), { name: "new" });
    expect(invited.html).toMatch(
      /certctl-agent join --server \S+ --ca-fingerprint [0-9a-f]{64} --token ccj_/,
    );
  });

  test("are refused when they are too large, of another kind, or no form of ours", async () => {
    const form = (await admin.get("/teams/new")).form("teams.create");
    const huge = await admin.send(form, { name: "x", description: "x".repeat(1_100_000) });
    expect(huge.status).toBe(413);
    const json = await admin.send(form, {}, { "content-type": "application/json" });
    expect(json.status).toBe(415);
    for (const name of [
      "agents.heartbeat",
      "agents.join",
      "teams.list",
      "nothing.at_all",
      "agents.csr",
    ]) {
      const answer = await admin.send({ ...form, action: `/ui/${name}` });
      expect([name, answer.status]).toEqual([name, 404]);
    }
    const unknown = await admin.send(form, { name: "x", colour: "red" });
    expect(unknown.html).toContain("is not a field of teams.create");
  });

  test("sign out, and the page behind is closed", async () => {
    const visitor = site.visitor();
    await visitor.signIn("root");
    const answer = await visitor.send((await visitor.get("/")).form("sessions.end"));
    expect(answer.location).toBe("/signin");
    expect(visitor.cookies.has("__Host-certctl")).toBe(false);
    expect((await visitor.get("/")).location).toStartWith("/signin");
  });
});
