/** Choosing certificates in a browser: a page of them, all that match, and the same without a script. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { openTab, startBrowser, type Tab } from "./rig.ts";
import { addCertificate, password, type Stocked, startStocked } from "./stocked.ts";

describe("choosing certificates", () => {
  let server: Stocked;
  let browser: Browser;
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    server = await startStocked();
    stops.push(() => server.stop());
    for (let n = 0; n < 7; n++) await addCertificate(server, `s${n}.select.test`);
    browser = await startBrowser();
    stops.push(() => browser.close());
  }, 60_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  const path = "/certificates?q=select.test&per_page=5";

  async function enter(options: BrowserContextOptions = {}): Promise<Tab> {
    const tab = await openTab(browser, server.url, options);
    const { page } = tab;
    await page.goto(`/signin?next=${encodeURIComponent(path)}`);
    await page.getByLabel("Name").fill("root");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(/per_page=5/);
    return tab;
  }

  test("one box takes the page, a link takes all that match, and Tag… is about those", async () => {
    const { page, complaints, close } = await enter();
    await page.locator("html[data-script]").waitFor();
    const bar = page.getByRole("toolbar", { name: "With the chosen certificates" });
    const all = page.getByRole("checkbox", { name: "Choose all on this page" });
    expect(await bar.isVisible()).toBe(false);
    const first = page.getByRole("checkbox", { name: /^Choose s/ }).first();
    await first.check();
    await bar.getByText("1 chosen", { exact: true }).waitFor();
    expect(await all.evaluate((it) => (it as HTMLInputElement).indeterminate)).toBe(true);
    await all.check();
    await bar.getByText("5 chosen", { exact: true }).waitFor();
    const more = page.locator(".selall");
    expect(await more.textContent()).toContain("All 5 on this page are chosen.");
    await first.uncheck();
    expect(await more.isVisible()).toBe(false);
    await all.check();
    await more.getByRole("link", { name: "Choose all 7 that match" }).click();
    await page.waitForURL(/chosen=all/);
    await page.getByText("All 7 that match are chosen.").waitFor();
    await bar.getByText("All 7 chosen", { exact: true }).waitFor();
    expect(await bar.getByRole("button").allInnerTexts()).toEqual(
      ["Renew…", "Reassign…", "Tag…", "Archive…"].map((it) => expect.stringContaining(it)),
    );
    await bar.getByRole("button", { name: "Tag…" }).click();
    await page.waitForURL("**/certificates/bulk-tag?q=select.test");
    await page.getByRole("button", { name: "Tag 7 certificates" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);

  test("without a script a tick brings the bar, and a link in it takes all", async () => {
    const { page, complaints, close } = await enter({ javaScriptEnabled: false });
    expect(await page.getByRole("checkbox", { name: "Choose all on this page" }).count()).toBe(0);
    await page
      .getByRole("checkbox", { name: /^Choose s/ })
      .first()
      .check();
    const bar = page.getByRole("toolbar", { name: "With the chosen certificates" });
    await bar.getByRole("link", { name: "Choose all 7 that match" }).click();
    await bar.getByRole("button", { name: "Archive…" }).click();
    await page.getByLabel("Confirm").fill("archive 6 certificates");
    await page.getByRole("button", { name: "Archive 7 certificates" }).click();
    await page.getByText('is not "archive 7 certificates"').first().waitFor();
    await page.getByLabel("Confirm").fill("archive 7 certificates");
    await page.getByRole("button", { name: "Archive 7 certificates" }).click();
    await page.waitForURL("**/jobs/*");
    // The browser says of every refused form that it was refused.
    expect(complaints.filter((it) => !it.includes("400 (Bad Request)"))).toEqual([]);
    await close();
  }, 60_000);
});
