/** What the client script does, in a real browser that reports every complaint. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { openTab, startBrowser, type Tab } from "./rig.ts";
import { addCertificate, password, type Stocked, startStocked } from "./stocked.ts";

describe("with a script", () => {
  let server: Stocked;
  let browser: Browser;
  const ids: string[] = [];
  const nameOf = (n: number) => `w${String(n).padStart(2, "0")}.example.test`;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    server = await startStocked();
    stops.push(() => server.stop());
    for (let n = 0; n < 25; n++) ids.push(await addCertificate(server, nameOf(n)));
    browser = await startBrowser();
    stops.push(() => browser.close());
  }, 60_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  async function enter(path: string, options: BrowserContextOptions = {}): Promise<Tab> {
    const tab = await openTab(browser, server.url, options);
    const { page } = tab;
    await page.goto(`/signin?next=${encodeURIComponent(path)}`);
    await page.getByLabel("Name").fill("root");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${server.url}${path}`);
    await page.locator("html[data-script]").waitFor();
    return tab;
  }

  async function leave({ complaints, close }: Tab): Promise<void> {
    expect(complaints).toEqual([]);
    await close();
  }

  const palette = (page: Page) => page.getByRole("combobox", { name: "Search or jump to" });
  const chosen = (page: Page) => page.locator("#over [role=option][aria-selected=true]");
  const focusedText = (page: Page) =>
    page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");

  test("is under 6 KB compressed", () => {
    const built = readFileSync(join(import.meta.dir, "../../views/assets/built/client.js"));
    expect(Bun.gzipSync(new Uint8Array(built), { level: 9 }).length).toBeLessThan(6_144);
  });

  test("Ctrl+K finds anything while it is typed, and Enter goes there", async () => {
    const tab = await enter("/certificates");
    const { page } = tab;
    await page.getByRole("link", { name: "New certificate" }).first().focus();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("w17.exam");
    await palette(page).waitFor();
    await page.getByRole("option", { name: /w17\.example\.test/ }).waitFor();
    expect(await palette(page).inputValue()).toBe("w17.exam");
    expect(await palette(page).getAttribute("aria-activedescendant")).toBe(
      await chosen(page).getAttribute("id"),
    );
    expect(await page.locator("#over mark").first().textContent()).toBe("w17.exam");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/certificates/${ids[17]}`);

    await page.keyboard.press("Control+k");
    await palette(page).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#over[open]").waitFor({ state: "detached" });
    expect(await page.locator("#over").evaluate((it) => it.childElementCount)).toBe(0);
    await leave(tab);
  }, 60_000);

  test("the palette begins what may begin, does what the page can do, and gives the focus back", async () => {
    const tab = await enter(`/certificates/${ids[3]}`);
    const { page } = tab;
    const opener = page.getByRole("link", { name: "Search or jump to" });
    await opener.click();
    await palette(page).waitFor();
    await page.getByRole("group", { name: "Do" }).getByText("New certificate").waitFor();
    const here = page.getByRole("group", { name: "On this page" });
    expect(await here.getByRole("option").count()).toBeGreaterThan(0);
    expect(await here.getByText("Renew").count()).toBeGreaterThan(0);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    // Up from the first is the last.
    expect(await chosen(page).textContent()).toContain("Settings");
    await page.keyboard.press("Escape");
    await page.locator("#over[open]").waitFor({ state: "detached" });
    expect(await opener.evaluate((it) => it === document.activeElement)).toBe(true);

    await page.keyboard.press("Control+k");
    await palette(page).waitFor();
    await page.keyboard.type("add an agent");
    await page.getByRole("option", { name: "Add an agent" }).waitFor();
    await page.locator("#over [role=option]").nth(1).waitFor({ state: "detached" });
    await page.keyboard.press("Enter");
    await page.waitForURL("**/agents/new");
    await leave(tab);
  }, 60_000);

  test("the newest answer wins, however late an older one comes", async () => {
    const tab = await enter("/");
    const { page } = tab;
    await page.route(/\/palette\?.*q=w0(&|$)/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 800));
      await route.continue().catch(() => undefined);
    });
    await page.keyboard.press("Control+k");
    await palette(page).waitFor();
    await page.keyboard.type("w0");
    await page.waitForTimeout(200);
    await page.keyboard.type("9");
    await page.getByRole("option", { name: /w09\.example/ }).waitFor();
    await page.waitForTimeout(1_000);
    expect(await page.getByRole("option", { name: /w01\.example/ }).count()).toBe(0);
    await leave(tab);
  }, 60_000);

  test("g and a letter goes, / searches, c makes a new one, and letters rest in fields", async () => {
    const tab = await enter("/");
    const { page } = tab;
    const keys = await page
      .locator(".side [data-g]")
      .evaluateAll((links) =>
        links.map(
          (it) => [it.getAttribute("data-g") ?? "", it.getAttribute("href") ?? ""] as const,
        ),
      );
    expect(keys.length).toBeGreaterThan(10);
    expect(new Set(keys.map(([key]) => key)).size).toBe(keys.length);
    for (const [key, path] of keys) {
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      await page.waitForURL(`${server.url}${path}`);
      await page.locator("html[data-script]").waitFor();
    }
    await page.goto("/certificates");
    await page.locator("html[data-script]").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("c?x");
    expect(await page.getByRole("searchbox").inputValue()).toBe("c?x");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+c");
    expect(new URL(page.url()).pathname).toBe("/certificates");
    await page.keyboard.press("c");
    await page.waitForURL("**/certificates/new");
    await leave(tab);
  }, 60_000);

  test("j and k go through the rows, x ticks, Enter opens, [ and ] turn pages", async () => {
    const tab = await enter("/certificates?per_page=10&sort=name");
    const { page } = tab;
    await page.keyboard.press("j");
    expect(await focusedText(page)).toBe(nameOf(0));
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    expect(await focusedText(page)).toBe(nameOf(2));
    await page.keyboard.press("k");
    expect(await focusedText(page)).toBe(nameOf(1));
    const ticked = () => page.locator("main tbody input:checked").count();
    await page.keyboard.press("x");
    expect(await ticked()).toBe(1);
    for (let i = 0; i < 3; i++) await page.keyboard.press("j");
    await page.keyboard.press("Shift+X");
    expect(await ticked()).toBe(4);
    await page.keyboard.press("x");
    expect(await ticked()).toBe(3);
    await page.keyboard.press("Escape");
    expect(await ticked()).toBe(0);
    await page.keyboard.press("]");
    await page.getByRole("link", { name: nameOf(10) }).waitFor();
    await page.keyboard.press("[");
    await page.getByRole("link", { name: nameOf(0) }).waitFor();
    await page.keyboard.press("j");
    const row = await focusedText(page);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: row }).waitFor();
    await leave(tab);
  }, 60_000);

  test("? shows the keys in a dialog, where single letters can be turned off", async () => {
    const tab = await enter("/jobs");
    const { page } = tab;
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Keyboard" });
    await dialog.waitFor();
    await dialog.getByText("Tick the row", { exact: true }).waitFor();
    await dialog.getByRole("checkbox", { name: /Single letters/ }).uncheck();
    await dialog.getByRole("link", { name: "Close" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.keyboard.press("?");
    await page.keyboard.press("g");
    await page.keyboard.press("d");
    await page.waitForTimeout(300);
    expect([await dialog.count(), new URL(page.url()).pathname]).toEqual([0, "/jobs"]);
    // What has a modifier stays.
    await page.keyboard.press("Control+k");
    await palette(page).waitFor();
    await page.keyboard.press("Escape");
    await page.goto("/keyboard");
    const box = page.getByRole("checkbox", { name: /Single letters/ });
    expect(await box.isChecked()).toBe(false);
    await box.check();
    await page.keyboard.press("g");
    await page.keyboard.press("d");
    await page.waitForURL(`${server.url}/`);
    await leave(tab);
  }, 60_000);

  test("a click outside closes a dialog; with Ctrl the link is a tab of its own", async () => {
    const tab = await enter("/");
    const { page } = tab;
    const link = page.locator(".foot").getByRole("link", { name: "Keyboard" });
    await link.click();
    await page.getByRole("dialog").waitFor();
    await page.mouse.click(4, 4);
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const other = page.context().waitForEvent("page");
    await link.click({ modifiers: ["Control"] });
    await (await other).waitForURL("**/keyboard");
    expect(await page.getByRole("dialog").count()).toBe(0);
    await leave(tab);
  }, 60_000);

  test("a secret is copied with one button, which says so", async () => {
    const tab = await enter("/keys/new", { permissions: ["clipboard-read", "clipboard-write"] });
    const { page } = tab;
    await page.getByLabel("Name").first().fill("copied");
    await page
      .getByRole("button", { name: /make|add/i })
      .last()
      .click();
    const secret = page.locator("code[id]").first();
    await page.locator("[data-copy]").first().click();
    await page.getByRole("status").getByText("Copied.").waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toBe(((await secret.textContent()) ?? "").trim());
    await page.getByRole("button", { name: "Close this message" }).click();
    expect(await page.getByText("Copied.").count()).toBe(0);
    await leave(tab);
  }, 60_000);

  test("the theme changes at once and is remembered, with a script or without", async () => {
    const tab = await enter("/", { colorScheme: "light" });
    const { page } = tab;
    const theme = () => page.locator("html").getAttribute("data-theme");
    let loads = 0;
    page.on("load", () => loads++);
    const seen: (string | null)[] = [await theme()];
    for (const words of ["light", "dark", "follows the system"]) {
      await page.locator("[data-theme-set]").click();
      await page.locator(`[data-theme-set][aria-label*="${words}"]`).waitFor();
      seen.push(await theme());
    }
    expect(seen).toEqual([null, "certctl", "certctl-dark", null]);
    expect(loads).toBe(0);
    await page.locator("[data-theme-set]").click();
    await page.locator('html[data-theme="certctl"]').waitFor();
    await page.reload();
    expect(await theme()).toBe("certctl");
    await leave(tab);
    const plain = await openTab(browser, server.url, { javaScriptEnabled: false });
    await plain.page.goto("/theme?set=dark&from=/signin");
    expect(new URL(plain.page.url()).pathname).toBe("/signin");
    expect(await plain.page.locator("html").getAttribute("data-theme")).toBe("certctl-dark");
    await plain.close();
  }, 60_000);

  test("leaving a form that somebody has begun asks first; one that is as it was does not", async () => {
    const tab = await enter("/teams/new");
    const { page } = tab;
    const asked: string[] = [];
    page.on("dialog", (dialog) => {
      asked.push(dialog.type());
      void dialog.accept();
    });
    const field = page.getByLabel("Name").first();
    await field.fill("x");
    await field.fill("");
    await page.goto("/teams");
    expect(asked).toEqual([]);
    await page.goto("/teams/new");
    await page.locator("html[data-script]").waitFor();
    await field.click();
    await page.keyboard.type("half a name");
    await page.goto("/teams");
    expect(asked).toEqual(["beforeunload"]);
    await page.goto("/teams/new");
    await field.fill("whole");
    await page
      .getByRole("button", { name: /add|make|save/i })
      .last()
      .click();
    await page.waitForURL("**/teams");
    expect(asked).toEqual(["beforeunload"]);
    await leave(tab);
  }, 60_000);

  test("without a script the palette is a search page, and the keys are a page", async () => {
    const tab = await openTab(browser, server.url, { javaScriptEnabled: false });
    const { page } = tab;
    await page.goto("/signin?next=/palette");
    await page.getByLabel("Name").fill("root");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("searchbox", { name: "Search" }).fill("w05");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("1 result", { exact: true }).waitFor();
    await page.getByRole("link", { name: /w05\.example\.test/ }).click();
    await page.getByRole("heading", { level: 1, name: nameOf(5) }).waitFor();
    await page.locator(".foot").getByRole("link", { name: "Keyboard" }).click();
    await page.getByRole("heading", { level: 1, name: "Keyboard" }).waitFor();
    await leave(tab);
  }, 60_000);
});
