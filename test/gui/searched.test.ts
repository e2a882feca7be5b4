/** Where there are more things than a list can show, one is chosen by its name, with a script and without. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { csr } from "#test/csr.ts";
import { opener } from "#test/database/engines.ts";
import { openTab, startBrowser } from "./rig.ts";
import { openSite, type Site, type Visitor } from "./site.ts";
import { password, type Stocked, startStocked } from "./stocked.ts";

const many = 503;
const name = (i: number): string => `Service group ${String(i).padStart(3, "0")}`;

describe("a form with very many to choose from", () => {
  const open = opener("sqlite");
  let site: Site;
  let admin: Visitor;
  let id = "";
  const ids = new Map<string, string>();
  beforeAll(async () => {
    site = await openSite(await open());
    admin = site.visitor();
    await admin.signIn("root");
    const { ok } = site.product;
    for (let i = 1; i <= many; i++) {
      const owner = await ok("POST", "/api/v1/owners", { name: name(i), email: `o${i}@x.test` });
      ids.set(owner.name, owner.id);
    }
    const given = { name: "many.example.test", csr_pem: await csr(["many.example.test"]) };
    id = (await ok("POST", "/api/v1/certificates", given)).id;
  }, 60_000);

  const ownerNow = async () =>
    (await site.product.ok("GET", `/api/v1/certificates/${id}`)).owner_id as string | null;

  test("takes the name, shows it again, and leaves it when nothing is touched", async () => {
    const path = `/certificates/${id}/edit`;
    const form = (await admin.get(path)).form("certificates.update");
    expect((await admin.send(form, { owner_id: name(7) })).status).toBe(303);
    expect(await ownerNow()).toBe(ids.get(name(7)) ?? "");
    const again = (await admin.get(path)).form("certificates.update");
    expect(again.fields.get("owner_id")).toBe(name(7));
    expect((await admin.send(again, { environment: "test" })).status).toBe(303);
    expect(await ownerNow()).toBe(ids.get(name(7)) ?? "");
    expect((await admin.send(again, { owner_id: ids.get(name(8)) ?? "" })).status).toBe(412);
  });

  test("says which name nobody has, and keeps what was typed", async () => {
    const form = (await admin.get(`/certificates/${id}/edit`)).form("certificates.update");
    const answer = await admin.send(form, { owner_id: "Service group" });
    expect(answer.status).toBe(400);
    expect(answer.html).toContain("no owner has this name or id");
    expect(answer.form("certificates.update").fields.get("owner_id")).toBe("Service group");
  });

  test("a filter by name becomes the filter by id, and its chip says the name", async () => {
    const query = new URLSearchParams({ owner_id: name(7), status: "Active" });
    const answer = await admin.get(`/certificates?${query}`);
    expect(answer.status).toBe(303);
    expect(answer.location).toBe(`/certificates?owner_id=${ids.get(name(7))}&status=Active`);
    const page = await admin.get(answer.location ?? "");
    expect(page.html).toContain(`Remove the filter Owner: ${name(7)}`);
    expect(page.html).toContain("many.example.test");
    const none = await admin.get("/certificates?owner_id=nobody");
    expect([none.status, none.html.includes("many.example.test")]).toEqual([200, false]);
  });

  test("the same name twice is chosen with its id", async () => {
    const { ok } = site.product;
    for (const team of ["north", "south"]) {
      const { id: teamId } = await ok("POST", "/api/v1/teams", { name: team });
      const twin = { name: "Twin", email: `${team}@x.test`, team_id: teamId };
      const made = await ok("POST", "/api/v1/owners", twin);
      ids.set(`Twin ${team}`, made.id);
    }
    const form = (await admin.get(`/certificates/${id}/edit`)).form("certificates.update");
    const answer = await admin.send(form, { owner_id: "Twin" });
    expect(answer.html).toContain("several have this name: choose one with its id");
    const chosen = `Twin (${ids.get("Twin south")})`;
    expect((await admin.send(form, { owner_id: chosen })).status).toBe(303);
    expect(await ownerNow()).toBe(ids.get("Twin south") ?? "");
  });
});

describe("with a script", () => {
  let server: Stocked;
  let browser: Browser;
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    server = await startStocked({ CERTCTL_RATE_LIMIT_ENABLED: "false" });
    stops.push(() => server.stop());
    browser = await startBrowser();
    stops.push(() => browser.close());
    for (let i = 1; i <= many; i++) {
      await server.call("POST", "/owners", { name: name(i), email: `o${i}@x.test` });
    }
  }, 60_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  test("what matches is offered while somebody types, and the order takes it", async () => {
    const { page, complaints, close } = await openTab(browser, server.url);
    await page.goto("/signin?next=/certificates/new?step=3");
    await page.getByLabel("Name").fill("root");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    const owner = page.locator("input[name=owner_id]").first();
    await owner.waitFor({ state: "attached" });
    await owner.focus();
    await page.keyboard.type("group 31");
    const offered = page.locator(`#${await owner.getAttribute("list")} option`);
    await offered.first().waitFor({ state: "attached" });
    const values = await offered.evaluateAll((all) => all.map((it) => it.getAttribute("value")));
    expect(values.length).toBeGreaterThan(5);
    expect(values.every((it) => it?.startsWith("Service group 31"))).toBe(true);
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);
});
