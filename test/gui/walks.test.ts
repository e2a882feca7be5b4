/** Walks that people take, in a real browser: among thousands, by keyboard alone, in two tabs, past the end of a session. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { csr } from "#test/csr.ts";
import { type RefusingAcme, startRefusingAcme } from "#test/peers/refusing-acme.ts";
import { openTab, startBrowser, type Tab } from "./rig.ts";
import { password, type Stocked, startStocked } from "./stocked.ts";

const root = join(import.meta.dir, "../..");

/** A data directory with so many certificates, made as `certctl bench seed` makes them. */
function seed(dataDir: string, certificates: number): void {
  const words = ["bench", "seed", "--certificates", String(certificates), "--data-dir", dataDir];
  const made = Bun.spawnSync([process.execPath, join(root, "src/main.ts"), ...words]);
  if (made.exitCode !== 0) throw new Error(`${made.stdout}${made.stderr}`);
}

async function enter(browser: Browser, url: string, path: string): Promise<Tab> {
  const tab = await openTab(browser, url);
  await tab.page.goto(`/signin?next=${encodeURIComponent(path)}`);
  await signIn(tab.page);
  await tab.page.waitForURL(`${url}${path}`);
  await tab.page.locator("html[data-script]").waitFor();
  return tab;
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel("Name").fill("root");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Presses Tab until what has the focus says `words`. */
async function tabTo(page: Page, words: RegExp): Promise<void> {
  const said: string[] = [];
  for (let i = 0; i < 400; i++) {
    await page.keyboard.press("Tab");
    const text = String(
      await page.evaluate(
        "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()",
      ),
    );
    if (words.test(text)) return;
    said.push(text.slice(0, 30));
  }
  throw new Error(`Tab did not lead to ${words}; it led to ${said.slice(0, 40).join(" | ")}`);
}

describe("among five thousand certificates", () => {
  let server: Stocked;
  let acme: RefusingAcme;
  let browser: Browser;
  const directory = mkdtempSync(join(tmpdir(), "certctl-walks-"));
  const stops: (() => Promise<void>)[] = [
    async () => rmSync(directory, { recursive: true, force: true }),
  ];
  beforeAll(async () => {
    const dataDir = join(directory, "data");
    seed(dataDir, 5_000);
    acme = await startRefusingAcme("This name is on the list of names that we do not certify");
    stops.push(() => acme.stop());
    server = await startStocked({ CERTCTL_DATA_DIR: dataDir });
    stops.push(() => server.stop());
    browser = await startBrowser();
    stops.push(() => browser.close());
  }, 120_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  test("one is found, and its job says why it failed and what to try, by keyboard alone", async () => {
    const issuer = await server.call("POST", "/issuers", {
      name: "Strict CA",
      type: "ACME",
      config: acme.config,
    });
    const name = "needle.example.test";
    const body = { name, csr_pem: await csr([name]), issuer_id: issuer.id };
    await server.call("POST", "/certificates", body);
    const { page, complaints, close } = await enter(browser, server.url, "/");
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await page.waitForURL("**/certificates");
    await page.locator("html[data-script]").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("needle");
    await page.keyboard.press("Enter");
    await page.waitForURL(/q=needle/);
    await page.getByRole("link", { name }).waitFor();
    // Out of the field, to the rows.
    await page.keyboard.press("Escape");
    await page.evaluate("document.activeElement.blur()");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name }).waitFor();
    await page.getByText("on the list of names that we do not certify").first().waitFor();
    await tabTo(page, /^Issuance$/);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/jobs/*");
    await page.getByText("order from another issuer").waitFor();
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);

  test("all are renewed by keyboard alone, with a pause, watched live", async () => {
    const { page, complaints, close } = await enter(browser, server.url, "/certificates?q=seed");
    await tabTo(page, /^Choose all on this page$/);
    await page.keyboard.press("Space");
    await tabTo(page, /^Choose all [\d,]+ that match$/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/chosen=all/);
    await page.locator("html[data-script]").waitFor();
    await tabTo(page, /^Renew…/);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/certificates/bulk-renew?*");
    await tabTo(page, /^Renew [\d,]+ certificates$/);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/jobs/*");
    const done = async () => {
      const text = await page.getByText(/ of [\d,]+ done/).textContent();
      return Number(/^[\d,]+/.exec(text ?? "")?.[0].replaceAll(",", ""));
    };
    // Nothing is pressed meanwhile: the page tells by itself that it goes on.
    while ((await done()) === 0) await Bun.sleep(50);
    await tabTo(page, /^Pause$/);
    await page.keyboard.press("Enter");
    await page.getByText("It is paused").first().waitFor();
    await Bun.sleep(1_000);
    const stopped = await done();
    await Bun.sleep(1_500);
    expect(await done()).toBe(stopped);
    expect(stopped).toBeLessThan(5_000);
    await tabTo(page, /^(Go on|Resume)/);
    await page.keyboard.press("Enter");
    await page.getByText(/^5,00\d of 5,00\d done/).waitFor({ timeout: 60_000 });
    expect(await done()).toBeGreaterThanOrEqual(5_000);
    expect(complaints).toEqual([]);
    await close();
  }, 120_000);
});

describe("a form", () => {
  let server: Stocked;
  let browser: Browser;
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    server = await startStocked();
    stops.push(() => server.stop());
    browser = await startBrowser();
    stops.push(() => browser.close());
  }, 60_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  test("of a thing that another tab has changed meanwhile says so, and keeps what was typed", async () => {
    const { id } = await server.call("POST", "/teams", { name: "shared", description: "at first" });
    const first = await enter(browser, server.url, `/teams/${id}/edit`);
    const second = await first.page.context().newPage();
    await second.goto(`/teams/${id}/edit`);
    const [mine, theirs] = [first.page, second].map((it) => it.getByLabel("Description"));
    await theirs?.fill("typed in the second tab");
    await mine?.fill("typed in the first tab");
    await first.page.getByRole("button", { name: /save/i }).first().click();
    await first.page.getByText("shared was changed.").first().waitFor();
    await second.getByRole("button", { name: /save/i }).first().click();
    const root = second.getByText("root changed it");
    await root.waitFor();
    const kept = second.getByRole("radio", { name: "Keep theirs: typed in the first tab" });
    const own = second.getByRole("radio", { name: "Save mine: typed in the second tab" });
    expect([await kept.isChecked(), await own.isChecked()]).toEqual([false, false]);
    // Without a choice the browser sends nothing.
    await second.getByRole("button", { name: /save/i }).first().click();
    const now = async () => (await server.call("GET", `/teams/${id}`)).description;
    expect(await now()).toBe("typed in the first tab");
    await own.focus();
    await second.keyboard.press("Space");
    await second.getByRole("button", { name: /save/i }).first().click();
    await second.getByText("shared was changed.").first().waitFor();
    expect(await now()).toBe("typed in the second tab");
    await first.close();
  }, 60_000);

  test("that meets the end of the session asks who it is, and comes back as it was typed", async () => {
    const { page, close } = await enter(browser, server.url, "/owners/new");
    await page.getByLabel("Name").first().fill("Typed before the end");
    await page.getByLabel(/mail/i).fill("typed@example.test");
    await page.context().clearCookies();
    await page
      .getByRole("button", { name: /add|make|save/i })
      .last()
      .click();
    await page.getByText("what you typed is kept").waitFor();
    await signIn(page);
    await page.getByRole("heading", { level: 1, name: /owner/i }).waitFor();
    expect(await page.getByLabel("Name").first().inputValue()).toBe("Typed before the end");
    expect(await page.getByLabel(/mail/i).inputValue()).toBe("typed@example.test");
    await page
      .getByRole("button", { name: /add|make|save/i })
      .last()
      .click();
    await page.waitForURL("**/owners**");
    const { data } = await server.call("GET", "/owners?q=Typed");
    expect(data.map((it: { name: string }) => it.name)).toEqual(["Typed before the end"]);
    await close();
  }, 60_000);
});
