/** Finding one's way in a list, on a desk and on a phone: filters within reach, the order said, pages both ways. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { openTab, startBrowser, type Tab } from "./rig.ts";
import { addCertificate, password, type Stocked, startStocked } from "./stocked.ts";

describe("a list", () => {
  let server: Stocked;
  let browser: Browser;
  let tab: Tab;
  let page: Page;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    server = await startStocked();
    stops.push(() => server.stop());
    for (let n = 0; n < 7; n++) await addCertificate(server, `w${n}.example.test`);
    browser = await startBrowser();
    stops.push(() => browser.close());
    tab = await openTab(browser, server.url);
    page = tab.page;
    await page.goto("/signin?next=/certificates");
    await page.getByLabel("Name").fill("root");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator("html[data-script]").waitFor();
  }, 60_000);
  afterAll(async () => {
    expect(tab.complaints).toEqual([]);
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  for (const [width, height] of [
    [1440, 900],
    [768, 700],
    [360, 640],
  ] as const) {
    test(`at ${width} px every filter has one width, and Apply is in sight`, async () => {
      await page.setViewportSize({ width, height });
      await page.goto("/certificates");
      await page.getByText("Filter", { exact: true }).click();
      const apply = await page.getByRole("button", { name: "Apply" }).first().boundingBox();
      expect(apply?.y ?? -1).toBeGreaterThan(0);
      expect((apply?.y ?? height) + (apply?.height ?? 0)).toBeLessThanOrEqual(height);
      const widths = await page
        .locator(".pop.wide :is(input:not([type=checkbox]), select, textarea)")
        .evaluateAll((all) =>
          all
            .filter((it) => it.getAttribute("type") !== "hidden")
            .map((it) => Math.round(it.getBoundingClientRect().width)),
        );
      expect(widths.length).toBeGreaterThan(5);
      expect(new Set(widths).size).toBe(1);
    }, 30_000);
  }

  test("on a phone the order is said and chosen beside the filters", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto("/certificates");
    await page.getByText("Sorted by Added").click();
    await page.getByRole("link", { name: "Certificate, ascending" }).click();
    await page.waitForURL("**/certificates?sort=name");
    await page.getByText("Sorted by Certificate").waitFor();
    const first = page.locator("main tbody tr a.n").first();
    expect(await first.textContent()).toBe("w0.example.test");
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(await page.getByText("Sorted by Certificate").isVisible()).toBe(false);
  }, 30_000);

  test("] and [ go to the next page and to the one before", async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto("/certificates?sort=name&per_page=2");
    await page.locator("html[data-script]").waitFor();
    const first = (name: string) =>
      page.locator("main tbody tr:first-child", { hasText: name }).waitFor();
    for (const [key, name] of [
      ["]", "w2"],
      ["]", "w4"],
      ["]", "w6"],
      ["[", "w4"],
      ["[", "w2"],
      ["[", "w0"],
    ] as const) {
      await page.keyboard.press(key);
      await first(name);
    }
    expect(await page.locator("a[rel=prev], a[rel=first]").count()).toBe(0);
  }, 30_000);

  test("the keys as a page are all in sight, and on a wide screen everything is one column", async () => {
    await page.goto("/keyboard");
    const cut = await page
      .locator("main .dlg, main .dlg > div")
      .evaluateAll((all) => all.map((it) => it.scrollHeight - it.clientHeight));
    expect(cut).toEqual([0, 0]);
    await page.setViewportSize({ width: 3840, height: 1200 });
    await page.goto("/certificates");
    const main = await page.locator("main").boundingBox();
    const top = await page.locator(".top").boundingBox();
    expect([top?.x, top?.width]).toEqual([main?.x, main?.width]);
    const side = await page.locator(".side").boundingBox();
    const sides = (side?.x ?? 0) + (main?.x ?? 0) + (main?.width ?? 0);
    expect(Math.abs(sides - 3840)).toBeLessThan(2);
  }, 30_000);
});
