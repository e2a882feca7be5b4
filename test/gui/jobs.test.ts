import { beforeAll, describe, expect, test } from "bun:test";
import { minutes } from "#base/time.ts";
import { csr } from "#test/csr.ts";
import { opener } from "#test/database/engines.ts";
import { joinAgent } from "#test/world.ts";
import { shortly } from "#views/time.tsx";
import { elementsIn } from "./html.ts";
import { openSite, type Site, type Visitor } from "./site.ts";

describe("jobs on pages", () => {
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

  const order = async (fields: Readonly<Record<string, string>>) => {
    const query = new URLSearchParams({ agent_id: agentId, ...fields, step: "4" });
    const page = await admin.get(`/certificates/new?${query}`);
    return await admin.send(page.form("certificates.create"));
  };

  test("an order waits for approval where its profile demands that, and others decide", async () => {
    const { ok } = site.product;
    const profile = await ok("POST", "/api/v1/profiles", { name: "p", requires_approval: true });
    const asked = await order({ sans: "a.example.test", certificate_profile_id: profile.id });
    expect(asked.location).toStartWith("/jobs/");
    const path = asked.location ?? "";
    const mine = await admin.get(path);
    expect(mine.html).toContain(
      "Somebody else has to approve it: approvers and administrators may.",
    );
    expect(mine.html).toContain("a.example.test");
    expect(mine.html).toContain("What you asked for waits for approval.");
    // Not even offered, and refused where somebody makes the form by hand.
    expect(mine.forms.map((it) => it.action)).not.toContain("/ui/jobs.approve");
    const forged = { ...mine.form("jobs.cancel"), action: "/ui/jobs.approve" };
    const own = await admin.send(forged);
    expect([own.status, own.html.includes("nobody decides on their own request")]).toEqual([
      403,
      true,
    ]);
    const viewer = await site.userWith({ role: "viewer" });
    expect((await viewer.get(path)).forms.map((it) => it.action)).toEqual(["/ui/sessions.end"]);
    const approver = await site.userWith({ role: "approver" });
    const theirs = await approver.get(path);
    expect(theirs.html).toContain("Asked for by root; it waits for your decision.");
    expect(theirs.html).toContain('<a href="/issuers/iss-local">Built-in CA</a>');
    const answer = await approver.send(theirs.form("jobs.approve"), { note: "fine with me" });
    expect(answer.location).toBe(path);
    const after = await approver.get(path);
    expect(after.html).toContain("fine with me");
    expect(after.html).not.toContain("/ui/jobs.approve");
  }, 30_000);

  test("offer what the state allows, and nothing else", async () => {
    const { ok } = site.product;
    const made = await order({ sans: "b.example.test" });
    const id = made.location?.slice("/certificates/".length) ?? "";
    const [job] = (await ok("GET", `/api/v1/jobs?certificate_id=${id}`)).data;
    const path = `/jobs/${job.id}`;
    const waiting = await admin.get(path);
    expect(waiting.html).toContain("hands in its certificate signing request");
    expect(waiting.html).toContain("Load again");
    const actions = (forms: typeof waiting.forms) =>
      forms.map((it) => it.action).filter((it) => it.startsWith("/ui/jobs."));
    expect(actions(waiting.forms)).toEqual(["/ui/jobs.cancel"]);
    await admin.send(waiting.form("jobs.cancel"));
    const cancelled = await admin.get(path);
    expect(cancelled.html).toContain("It was cancelled.");
    expect(cancelled.html).not.toContain("Load again");
    expect(actions(cancelled.forms)).toEqual([]);
    const late = await admin.send(waiting.form("jobs.cancel"));
    expect([late.status, late.html.includes("cannot be cancelled")]).toEqual([409, true]);
  });

  test("say what they are about, and on whom they wait since when", async () => {
    const { ok, clock } = site.product;
    const silent = (await joinAgent(site.product, { id: "old-mail" })).id;
    const heardAt = clock.now();
    const made = await ok("POST", "/api/v1/certificates", {
      sans: ["mail.example.test"],
      agent_id: silent,
    });
    const path = `/jobs/${made.job_id}`;
    const before = await admin.get(path);
    expect(before.html).toContain('<h1 dir="auto">Issuance of mail.example.test</h1>');
    expect(before.html).toMatch(/<title>Issuance of mail\.example\.test/);
    expect(before.html).not.toContain("silent since");
    clock.move(minutes(4));
    const after = await admin.get(path);
    expect(after.html).toContain(`has been silent since ${shortly(heardAt)} (4 minutes ago)`);
    expect(after.html).toContain(`<a class="a" href="/agents/${silent}"`);
  });

  test("only a new signing request renews what a client holds the key of", async () => {
    const { ok } = site.product;
    const made = await ok("POST", "/api/v1/certificates", {
      csr_pem: await csr(["client.example.test"]),
    });
    const path = `/certificates/${made.id}`;
    const page = await admin.get(path);
    expect(page.html).toContain("Renew with a new signing request");
    expect(page.forms.map((it) => it.action)).not.toContain("/ui/certificates.renew");
    const form = await admin.get(`${path}/renew-request`);
    const given = { csr_pem: await csr(["client.example.test"]) };
    const answer = await admin.send(form.form("certificates.renew"), given);
    expect(answer.location).toBe(path);
    const { data } = await ok("GET", `/api/v1${path}/versions`);
    expect(data).toHaveLength(2);
  });

  test("where there is none, what was never done is said in the same words on every page", async () => {
    const { ok } = site.product;
    const { id: quiet } = await joinAgent(site.product, { id: "quiet" });
    const { id } = await ok("POST", "/api/v1/targets", {
      name: "unused",
      type: "NGINX",
      agent_id: quiet,
      config: { cert_path: "/a", key_path: "/b" },
    });
    const target = (await admin.get(`/targets/${id}`)).html;
    expect(target).toContain("Nothing is in place here yet.");
    expect(target).not.toContain("In use");
    expect(target).toContain("No job is on record: nothing was deployed or tested here yet.");
    expect(target).toContain(`href="/certificates/new?target_ids=${id}"`);
    const agent = (await admin.get(`/agents/${quiet}`)).html;
    expect(agent).toContain("No job is on record: nothing was asked of it yet.");
    for (const html of [target, agent]) {
      expect(html).toContain("Switched on");
      expect(html).toContain("Not tested");
      expect(html).not.toContain("Untested");
    }
  });

  test("a schedule runs when it is told to", async () => {
    const page = await admin.get("/schedules");
    const answer = await admin.send(page.form("schedules.run", { name: "job-retry" }));
    expect(answer.location).toBe("/schedules");
    expect((await admin.get("/schedules")).html).toContain(" was told to run now.");
  });

  test("an agent with something hanging on it is retired with a reason only, and the counts are told", async () => {
    const { ok } = site.product;
    await ok("POST", "/api/v1/targets", {
      name: "t",
      type: "NGINX",
      agent_id: agentId,
      config: { cert_path: "/a", key_path: "/b" },
    });
    const page = await admin.get(`/agents/${agentId}/retire`);
    // What hangs on it makes the reason necessary, and the form says so.
    const reason = elementsIn(page.html).find(
      ({ attributes }) => attributes.get("name") === "reason",
    );
    expect(reason?.attributes.has("required")).toBe(true);
    expect(page.html).not.toMatch(/Reason<span class="sub"> optional/);
    const refused = await admin.send(page.form("agents.retire"));
    expect(refused.status).toBe(409);
    expect(refused.html).toContain("Active targets: 1");
    const forced = await admin.send(refused.form("agents.retire"), { force: "true" });
    expect(forced.html).toContain("is required with force");
    const done = await admin.send(forced.form("agents.retire"), { reason: "gone" });
    expect(done.status).toBe(303);
    expect((await admin.get("/agents/retired")).html).toContain(agentId);
  });
});
