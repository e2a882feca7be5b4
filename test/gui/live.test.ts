/** Pages that keep themselves fresh, in a real browser over a line that can be cut. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { agentFacts } from "#test/world.ts";
import { type Line, openLine } from "./flaky-line.ts";
import { openTab, startBrowser, type Tab } from "./rig.ts";
import { addCertificate, password, type Stocked, startStocked } from "./stocked.ts";

describe("an open page", () => {
  let server: Stocked;
  let line: Line;
  let url = "";
  let browser: Browser;
  let id = "";
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    server = await startStocked();
    stops.push(() => server.stop());
    line = await openLine(Number(new URL(server.url).port));
    stops.push(() => line.close());
    url = `https://127.0.0.1:${line.port}`;
    id = await addCertificate(server, "live.example.test");
    browser = await startBrowser();
    stops.push(() => browser.close());
  }, 60_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  async function enter(path: string): Promise<Tab> {
    const tab = await openTab(browser, url);
    const { page } = tab;
    await page.goto(`/signin?next=${encodeURIComponent(path)}`);
    await page.getByLabel("Name").fill("root");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await foot(page, "live");
    return tab;
  }

  const foot = async (page: Page, state: string) =>
    await page.locator(`.foot [data-live="${state}"]`).waitFor();
  const tag = async (text: string) =>
    await server.call("PATCH", `/certificates/${id}`, { tags: { note: text } });
  const fetched = (page: Page, path: string) => {
    const seen: string[] = [];
    page.on("request", (request) => {
      if (new URL(request.url()).pathname === path && request.method() === "GET") {
        seen.push(request.headers()["x-certctl-background"] ?? "");
      }
    });
    return seen;
  };

  test("says how long ago things were as of now, and without a script when it was made", async () => {
    const { page, complaints, close } = await enter(`/certificates/${id}`);
    const said = await page.evaluate(() => {
      const time = document.querySelector("time[data-ago]");
      const at = new Date(Date.now() - 2 * 3_600_000 - 5_000).toISOString();
      time?.setAttribute("datetime", at);
      const before = time?.querySelector(".sub")?.textContent;
      // As when somebody comes back to the tab.
      document.dispatchEvent(new Event("visibilitychange"));
      const after = time?.querySelector(".sub")?.textContent;
      return { words: time?.firstChild?.textContent, isKept: before === after };
    });
    expect(said).toEqual({ words: "2 hours ago", isKept: true });
    expect(complaints).toEqual([]);
    const state = await page.context().storageState();
    await close();
    const plain = await openTab(browser, url, { javaScriptEnabled: false, storageState: state });
    await plain.page.goto(`/certificates/${id}`);
    const made = plain.page.locator(".foot [data-live]");
    expect(await made.textContent()).toMatch(/^Page of \d\d:\d\d:\d\d UTC$/);
    await plain.close();
  });

  test("shows what happened to its thing, and asks for itself only then", async () => {
    const { page, complaints, close } = await enter(`/certificates/${id}`);
    expect(await page.locator(".foot [data-live]").textContent()).toMatch(
      /Live, \d\d:\d\d:\d\d UTC/,
    );
    const asked = fetched(page, `/certificates/${id}`);
    await addCertificate(server, "unrelated.example.test");
    await page.waitForTimeout(1_500);
    expect(asked).toEqual([]);
    await tag("first");
    await page.getByText("first").first().waitFor();
    expect(asked).toEqual(["true"]);
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);

  test("keeps focus and scroll, and moves nothing", async () => {
    const { token } = await server.call("POST", "/agents/join-tokens", { name: "live-host" });
    const agent = await server.call("POST", "/agents/join", { token, ...agentFacts("live-host") });
    const target = await server.call("POST", "/targets", {
      name: "watched",
      type: "NGINX",
      agent_id: agent.id,
      config: { cert_path: "/a", key_path: "/b" },
    });
    const { page, complaints, close } = await enter(`/targets/${target.id}`);
    const button = page.locator("main a.btn").last();
    await button.focus();
    const focused = await button.getAttribute("href");
    await page.evaluate(() => scrollTo(0, 120));
    const before = await page.evaluate(() => {
      const record = { shift: 0 };
      Reflect.set(window, "record", record);
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) record.shift += Reflect.get(entry, "value");
      }).observe({ type: "layout-shift" });
      return scrollY;
    });
    await server.call("PATCH", `/targets/${target.id}`, { enabled: false });
    await server.call("PATCH", `/targets/${target.id}`, { enabled: true });
    await server.call("POST", `/targets/${target.id}/test`);
    await page.locator("main .st", { hasText: "Being tested" }).first().waitFor();
    const after = await page.evaluate(() => ({
      scroll: scrollY,
      focus: document.activeElement?.getAttribute("href"),
      shift: Reflect.get(window, "record").shift,
    }));
    expect([after.scroll, after.focus]).toEqual([before, focused]);
    // A new row takes its place; a page that is drawn anew would have shifted by more than one.
    expect(after.shift).toBeLessThan(0.05);
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);

  test("a list never moves by itself: it says how much has changed, and shows it when asked to", async () => {
    const { page, complaints, close } = await enter("/certificates?sort=-created_at");
    const first = page.locator("main tbody tr").first();
    const top = await first.getAttribute("id");
    await addCertificate(server, "one.example.test");
    await page
      .getByRole("status")
      .getByText(/^\d+ changes?$/)
      .waitFor();
    await addCertificate(server, "two.example.test");
    await page.waitForTimeout(1_500);
    expect(await page.locator("#toasts .toast1").count()).toBe(1);
    expect(await first.getAttribute("id")).toBe(top);
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByRole("link", { name: "two.example.test" }).waitFor();
    expect(await page.locator("#toasts .toast1").count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);

  test("is told at most once a second, however much happens", async () => {
    const { page, complaints, close } = await enter(`/certificates/${id}`);
    const asked = fetched(page, `/certificates/${id}`);
    const began = performance.now();
    for (let i = 0; performance.now() - began < 3_000; i++) {
      await tag(`burst ${i}`);
      await page.waitForTimeout(60);
    }
    await tag("last of all");
    await page.getByText("last of all").first().waitFor();
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.length).toBeLessThan(7);
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);

  test("a lost connection is said, and what happened meanwhile is shown when it is back", async () => {
    const { page, close } = await enter(`/certificates/${id}`);
    line.cut();
    await foot(page, "paused");
    expect(await page.locator(".foot [data-live]").textContent()).toContain("Updates paused");
    await tag("while away");
    line.mend();
    await page.getByText("while away").first().waitFor({ timeout: 30_000 });
    await foot(page, "live");
    await close();
  }, 60_000);

  test("a page that nobody looks at listens to nothing, and hears what it missed", async () => {
    const { page, complaints, close } = await enter(`/certificates/${id}`);
    const see = async (state: "hidden" | "visible") =>
      await page.evaluate((value) => {
        Object.defineProperty(document, "visibilityState", { value, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, state);
    const asked = fetched(page, `/certificates/${id}`);
    await see("hidden");
    await foot(page, "paused");
    await tag("unseen");
    await page.waitForTimeout(1_500);
    expect(asked).toEqual([]);
    await see("visible");
    await page.getByText("unseen").first().waitFor();
    await foot(page, "live");
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);

  test("says that the session has ended, and leads back to where one was", async () => {
    const { page, complaints, close } = await enter("/jobs?status=Failed");
    // Signed out elsewhere: all sessions of the person end.
    const elsewhere = await enter("/agents");
    await elsewhere.page.locator(".top details summary").click();
    await elsewhere.page.getByRole("button", { name: "Sign out" }).click();
    await elsewhere.page.waitForURL("**/signin");
    await elsewhere.close();
    await addCertificate(server, "after-the-end.example.test");
    await page.getByText("Your session has ended.").waitFor({ timeout: 30_000 });
    await foot(page, "ended");
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.waitForURL("**/signin?next=%2Fjobs%3Fstatus%3DFailed");
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);

  test("the server stops at once, whoever still listens", async () => {
    const { page, close } = await enter("/");
    const began = performance.now();
    await server.stop();
    expect(performance.now() - began).toBeLessThan(3_000);
    stops.splice(0, 1);
    await foot(page, "paused");
    await close();
  }, 60_000);
});
