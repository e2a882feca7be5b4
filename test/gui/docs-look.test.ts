import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { seriousFindings } from "./axe.ts";
import { type FreshServer, startBrowser, startFreshServer } from "./rig.ts";

describe("the manual in a browser, signed out", () => {
  let server: FreshServer;
  let browser: Browser;

  beforeAll(async () => {
    server = await startFreshServer();
    browser = await startBrowser();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const paths = [
    "/docs",
    "/docs?q=renewal+policy",
    "/docs?q=zzz",
    "/docs/getting-started",
    "/docs/troubleshooting",
    "/docs/operations",
    "/about",
  ];
  const looks = [
    { width: 360, scheme: "light" },
    { width: 360, scheme: "dark" },
    { width: 1440, scheme: "light" },
    { width: 1440, scheme: "dark" },
  ] as const;

  test.each(looks)(
    "reads well at $width px, $scheme",
    async ({ width, scheme }) => {
      const context = await browser.newContext({
        ignoreHTTPSErrors: true,
        // For axe-core; that the policy holds is looked at elsewhere.
        bypassCSP: true,
        colorScheme: scheme,
        viewport: { width, height: 900 },
      });
      const page = await context.newPage();
      const said: string[] = [];
      page.on("console", (it) => said.push(it.text()));
      page.on("request", (it) => {
        if (!it.url().startsWith(server.url)) said.push(it.url());
      });
      for (const path of paths) {
        await page.goto(server.url + path);
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect([path, wider]).toEqual([path, 0]);
        expect([path, await seriousFindings(page)]).toEqual([path, []]);
      }
      expect(said).toEqual([]);
      await context.close();
    },
    60_000,
  );

  test("is searched without a script, and its results lead to the heading", async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${server.url}/docs`);
    await page.getByLabel("Search the documentation").fill("backup");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("link", { name: "Backup", exact: true }).click();
    expect(page.url()).toBe(`${server.url}/docs/operating#backup`);
    expect(await page.getByRole("heading", { name: "Backup" }).isVisible()).toBe(true);
    await context.close();
  }, 30_000);
});
