/** Every page at every width, in both themes: nothing sideways, nothing moves, nothing complains, nobody is shut out. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { pages } from "#server/pages.ts";
import { seriousFindings } from "./axe.ts";
import { type Inhabited, startInhabited } from "./inhabited.ts";
import { faultsAt } from "./look.ts";
import { openTab, startBrowser, type Tab } from "./rig.ts";
import { addCertificate, password, startStocked } from "./stocked.ts";

/** What people may put into fields; each becomes a certificate, an owner, a team and tags. */
const long = "w".repeat(255);
const script = `<script>alert(1)</script><img src=x onerror=alert(2)>"'&amp;`;
const names = [long, "אישור של חנות הספרים", "شهادة المتجر الإلكتروني", script];

/** Pages that need nothing but a name in their address. */
const fixed = pages
  .map((it) => it.path)
  .filter((it) => !it.includes(":") && !["/setup", "/signin", "/docs"].includes(it));

interface Entered extends Tab {
  /** What was asked of anybody but the server. */
  readonly foreign: readonly string[];
}

async function enter(browser: Browser, url: string, name = "root"): Promise<Entered> {
  // A button that fades from theme to theme is neither while axe-core looks.
  const tab = await openTab(browser, url, { reducedMotion: "reduce" });
  const foreign: string[] = [];
  tab.page.on("request", (it) => {
    if (!it.url().startsWith(url)) foreign.push(it.url());
  });
  await tab.page.goto("/signin");
  await tab.page.getByLabel("Name").fill(name);
  await tab.page.getByLabel("Password").fill(password);
  await tab.page.getByRole("button", { name: "Sign in" }).click();
  await tab.page.waitForURL(`${url}/`);
  return { ...tab, foreign };
}

/** Looks at all of them, and says what is wrong. */
async function look(tab: Entered, paths: readonly string[]): Promise<void> {
  const faults: string[] = [];
  for (const path of paths) faults.push(...(await faultsAt(tab.page, path)));
  expect(faults).toEqual([]);
  await leave(tab);
}

async function leave({ complaints, foreign, close }: Entered): Promise<void> {
  // The browser says so itself of every page that is not there, or refused.
  expect(complaints.filter((it) => !/status of 4\d\d/.test(it))).toEqual([]);
  expect(foreign).toEqual([]);
  await close();
}

describe("every page", () => {
  let browser: Browser;
  let server: Inhabited;
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    server = await startInhabited({ names, refusal: `refused: ${script}` });
    stops.push(() => server.stop());
    browser = await startBrowser();
    stops.push(() => browser.close());
  }, 60_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  const idOf = (name: string) => server.ids.get(name) ?? "none";

  /** One certificate of every state, and its pages. */
  async function certificatePaths(): Promise<readonly string[]> {
    const { data } = await server.call("GET", "/certificates?per_page=100&sort=name");
    const states = new Map<string, string>();
    for (const { id, name, status } of data) {
      if (!names.includes(name)) states.set(status, id);
    }
    const { data: strange } = await server.call("GET", "/certificates?environment=staging");
    const archived = await server.call("GET", "/certificates?status=archived");
    const longest = strange.find((it: { name: string }) => it.name === long).id;
    return [
      ...[...states.values(), archived.data[0].id].map((it) => `/certificates/${it}`),
      ...strange.map((it: { id: string }) => `/certificates/${it.id}`),
      ...["edit", "archive", "renew"].map((it) => `/certificates/${longest}/${it}`),
    ];
  }

  /** One job of each type and state. */
  async function jobPaths(): Promise<readonly string[]> {
    const { data } = await server.call("GET", "/jobs?per_page=100");
    const kinds = new Map<string, string>();
    for (const { type, status, id } of data) kinds.set(`${type} ${status}`, `/jobs/${id}`);
    expect([...kinds.keys()]).toContain("Issuance Failed");
    expect([...kinds.keys()]).toContain("Issuance AwaitingApproval");
    return [...kinds.values()];
  }

  test("with an address of its own", async () => {
    await look(await enter(browser, server.url), fixed);
  }, 180_000);

  test("of one thing, in every state that it can be in", async () => {
    const { data: users } = await server.call("GET", "/users");
    await look(await enter(browser, server.url), [
      ...(await certificatePaths()),
      ...(await jobPaths()),
      ...["old-mail", "edge-2"].map((it) => `/agents/${idOf(it)}`),
      `/targets/${idOf("NGINX on edge-2")}`,
      ...["NGINX", "HAProxy"].map((it) => `/targets/new?type=${it}`),
      ...["GenericCA", "ACME"].map((it) => `/issuers/new?type=${it}`),
      ...[idOf("Public CA"), "iss-local"].map((it) => `/issuers/${it}`),
      `/profiles/${idOf("Payment pages")}`,
      `/policies/${idOf("By hand")}`,
      `/teams/${idOf("Payments")}`,
      `/owners/${idOf("Payments on call")}`,
      `/owners/${idOf("Web on call")}`,
      `/policies/${idOf("30 days before")}/edit`,
      `/teams/${idOf("Payments")}/delete`,
      `/profiles/${idOf("Web servers")}/delete`,
      `/users/${users[0].id}`,
    ]);
  }, 180_000);

  test("that answers a search, a mistake, a dead link and somebody who may not", async () => {
    await look(await enter(browser, server.url), [
      "/palette?q=example",
      "/palette?q=zzz",
      "/certificates?q=zzz",
      "/certificates?status=happy",
      "/certificates/none",
      "/no/such/page",
    ]);
    const viewer = { name: "viewer", password, grants: [{ role: "viewer" }] };
    await server.call("POST", "/users", viewer);
    await look(await enter(browser, server.url, "viewer"), ["/users", "/", "/certificates"]);
  }, 60_000);

  test("with a form that was refused", async () => {
    const tab = await enter(browser, server.url);
    const { page } = tab;
    for (const [path, button] of [
      ["/profiles/new", /add|make|save/i],
      ["/owners/new", /add|make|save/i],
      ["/users/new", /add|make|save/i],
    ] as const) {
      await page.goto(path);
      await page.evaluate("for (const it of document.forms) it.noValidate = true");
      await page.getByRole("button", { name: button }).last().click();
      await page.locator("[aria-invalid=true]").first().waitFor();
      expect([path, await findings(page)]).toEqual([path, []]);
    }
    await leave(tab);
  }, 60_000);

  test("under a dialog or the palette", async () => {
    const tab = await enter(browser, server.url);
    const { page } = tab;
    await page.goto("/certificates");
    await page.locator("html[data-script]").waitFor();
    for (const key of ["Control+k", "?"]) {
      await page.keyboard.press(key);
      await page.locator("#over[open]").waitFor();
      if (key !== "?") {
        await page.keyboard.type("example");
        await page.getByRole("group", { name: "Certificates" }).waitFor();
      }
      expect([key, await findings(page)]).toEqual([key, []]);
      await page.keyboard.press("Escape");
      await page.locator("#over[open]").waitFor({ state: "detached" });
    }
    await leave(tab);
  }, 60_000);

  /** In both themes and on a phone, where the page stays as it is. */
  async function findings(page: Page): Promise<readonly string[]> {
    const all: string[] = [];
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        all.push(...(await seriousFindings(page)));
      }
      const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      if (Number(over) > 0) all.push(`${width}: sideways by ${over} px`);
    }
    return all;
  }

  test("of a server with nothing, and of one with a single certificate", async () => {
    const young = await startStocked();
    try {
      const lists = fixed.filter((it) => !/\/(new|bulk-\w+)$/.test(it));
      await look(await enter(browser, young.url), lists);
      await addCertificate(young, "one.example.test");
      await look(await enter(browser, young.url), ["/", "/certificates", "/jobs", "/audit"]);
    } finally {
      await young.stop();
    }
  }, 120_000);
});
