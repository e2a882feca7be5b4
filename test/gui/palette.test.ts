/** The palette finds what may be done: with the thing on the page first, then from anywhere; and nothing that may not. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { openTab, startBrowser, type Tab } from "./rig.ts";
import { addCertificate, password, type Stocked, startStocked } from "./stocked.ts";

describe("the palette", () => {
  let server: Stocked;
  let browser: Browser;
  let certificate = "";
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    server = await startStocked();
    stops.push(() => server.stop());
    certificate = await addCertificate(server, "shop.example.test");
    await server.call("POST", "/users", { name: "eve", password, grants: [{ role: "viewer" }] });
    await server.call("POST", "/api-keys", { name: "pipeline", grants: [{ role: "viewer" }] });
    browser = await startBrowser();
    stops.push(() => browser.close());
  }, 60_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  async function enter(name: string, path: string): Promise<Tab> {
    const tab = await openTab(browser, server.url, {});
    const { page } = tab;
    await page.goto(`/signin?next=${encodeURIComponent(path)}`);
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${server.url}${path}`);
    await page.locator("html[data-script]").waitFor();
    return tab;
  }

  /** What is offered for `q`, group by group, once the server has answered. */
  async function offered(page: Page, q: string): Promise<Readonly<Record<string, string[]>>> {
    const box = page.getByRole("combobox", { name: "Search or jump to" });
    if (!(await box.isVisible())) await page.keyboard.press("Control+k");
    await box.waitFor();
    const answer = page.waitForResponse((it) => new URL(it.url()).searchParams.get("q") === q);
    await box.fill(q);
    await answer;
    await page.waitForTimeout(100);
    const groups = page.locator("#over [role=group]");
    const pairs = (await groups.all()).map(async (it) => [
      (await it.getAttribute("aria-label")) ?? "",
      (await it.getByRole("option").allInnerTexts()).map((text) => text.split("\n")[0] ?? ""),
    ]);
    return Object.fromEntries(await Promise.all(pairs));
  }

  const said = (page: Page) => page.locator("#pal-n").textContent();

  test("an administrator finds every operation of the certificate on the page before all else", async () => {
    const tab = await enter("root", `/certificates/${certificate}`);
    const { page } = tab;
    const wanted = {
      archive: "Archive…",
      reassign: "Edit",
      owner: "Edit",
      tag: "Edit",
      edit: "Edit",
      renew: "Renew with a new signing request",
      force: "Renew by force…",
    };
    for (const [q, label] of Object.entries(wanted)) {
      const groups = await offered(page, q);
      expect(Object.keys(groups)[0]).toBe("On this page");
      expect(groups["On this page"]).toContain(label);
      expect(await said(page)).toMatch(/^\d+ results?$/);
    }
    await offered(page, "archive…");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: /Archive/ }).waitFor();
    expect(tab.complaints).toEqual([]);
    await tab.close();
  }, 60_000);

  test("what the person may do is found from anywhere", async () => {
    const tab = await enter("root", "/");
    const { page } = tab;
    const wanted: Readonly<Record<string, string>> = {
      "sign out": "Sign out",
      logout: "Sign out",
      dark: "Theme: dark",
      appearance: "Theme: light",
      password: "Your account and sessions",
      export: "Export the audit trail",
      approve: "Approve or reject what waits for it",
      revoke: "Revoke an API key",
      archive: "Archive many certificates",
      reassign: "Give many certificates to another owner",
      keyboard: "Keyboard",
      manual: "Manual",
    };
    for (const [q, label] of Object.entries(wanted)) {
      expect({ q, found: (await offered(page, q))["Do"] ?? [] }).toEqual({
        q,
        found: expect.arrayContaining([label]),
      });
    }
    expect((await offered(page, "settings"))["Go to"]).toEqual(["Settings"]);
    await offered(page, "theme: dark");
    await page.keyboard.press("Enter");
    await page.locator("html[data-theme=certctl-dark]").waitFor();
    expect(new URL(page.url()).pathname).toBe("/");
    expect(tab.complaints).toEqual([]);
    await tab.close();
  }, 60_000);

  test("a button in a row is found with what the row is about, and is only gone to where it is dangerous", async () => {
    const tab = await enter("root", "/keys");
    const { page } = tab;
    const { "On this page": here = [] } = await offered(page, "revoke pipeline");
    expect(here).toEqual(["Revoke pipeline"]);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const focused = await page.evaluate(() => document.activeElement?.textContent?.trim());
    expect(focused).toBe("Revoke pipeline");
    expect(await page.getByText("revoked").count()).toBe(0);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  }, 60_000);

  test("a viewer finds what is theirs, and nothing that they would be refused", async () => {
    const tab = await enter("eve", `/certificates/${certificate}`);
    const { page } = tab;
    for (const q of ["archive", "reassign", "renew", "approve", "new target", "deploy"]) {
      const { "On this page": here = [], Do: does = [] } = await offered(page, q);
      expect({ q, here, does }).toEqual({ q, here: [], does: [] });
    }
    expect(await offered(page, "zzqx")).toEqual({});
    expect(await said(page)).toBe("Nothing you may see has “zzqx” in it.");
    expect((await offered(page, "sign out"))["Do"]).toEqual(["Sign out"]);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  }, 60_000);
});
