/** Pages that are there for an operation say at once to whoever may not do it what is missing, and who has it. */
import { beforeAll, describe, expect, test } from "bun:test";
import { opener } from "#test/database/engines.ts";
import { openSite, type Site, type Visitor } from "./site.ts";

describe("a page for what somebody may not do", () => {
  const open = opener("sqlite");
  let site: Site;
  let viewer: Visitor;
  beforeAll(async () => {
    site = await openSite(await open());
    viewer = await site.userWith({ role: "viewer" });
  }, 60_000);

  test.each([
    ["/certificates/new", "certificates:write", "the roles operator and admin have"],
    ["/targets/new", "targets:write", "the roles operator and admin have"],
    ["/issuers/new", "issuers:write", "the role admin has"],
    ["/agents/new", "agents:write", "the roles operator and admin have"],
    ["/owners/new", "ownership:write", "the roles operator and admin have"],
    ["/users/new", "users:write", "the role admin has"],
  ])("%s", async (path, permission, who) => {
    const page = await viewer.get(path);
    expect(page.status).toBe(403);
    expect(page.html).toContain(`needs the permission ${permission}`);
    expect(page.html).toContain(who);
    expect(page.html).toContain("you have viewer.");
    expect(page.html).toContain("An administrator can change that under Users.");
    expect(page.forms.map((it) => it.action)).toEqual(["/ui/sessions.end"]);
  });
});
