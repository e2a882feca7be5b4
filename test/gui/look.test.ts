/** Every page at every width, in both themes: nothing sideways, nothing moves, nothing complains, nobody is shut out. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { pages } from "#server/pages.ts";
import { seriousFindings } from "./axe.ts";
import { type Inhabited, startInhabited } from "./inhabited.ts";
import { openTab, startBrowser, startFreshServer, type Tab } from "./rig.ts";
import { password } from "./stocked.ts";

/** What people may put into fields; each becomes a certificate, an owner, a team and tags. */
const names = [
  "w".repeat(255),
  "אישור של חנות הספרים",
  "شهادة المتجر الإلكتروني",
  `<script>alert(1)</script><img src=x onerror=alert(2)>"'&amp;`,
];

const widths = [360, 720, 768, 1440, 3840] as const;

/** How far the page is wider than its window, and what of its main part is wider than 90 rem. */
const measured = `(() => {
  const root = document.documentElement;
  const rem = Number.parseFloat(getComputedStyle(root).fontSize);
  const main = document.querySelector("main")?.getBoundingClientRect().width ?? 0;
  const over = root.scrollWidth - innerWidth;
  const culprit = over <= 0 ? "" : [...document.querySelectorAll("body *")]
    .filter((it) => it.getBoundingClientRect().right > innerWidth + 1 && !it.closest(".tw"))
    .map((it) => it.tagName + "." + it.getAttribute("class")).slice(0, 4).join(" ");
  return { over: over > 0 ? over + " px: " + culprit : 0, wide: main > 90 * rem + 1 ? main : 0 };
})()`;

/** The sum of what has moved since the page began to load without anybody's doing. */
const moved = `new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const it of list.getEntries()) if (!it.hadRecentInput) sum += it.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 60);
})`;

interface World {
  readonly url: string;
  readonly paths: readonly string[];
}

describe("every page", () => {
  let browser: Browser;
  let server: Inhabited;
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    server = await startInhabited({ names, refusal: `refused: ${names[3]}` });
    stops.push(() => server.stop());
    browser = await startBrowser();
    stops.push(() => browser.close());
  }, 60_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  async function enter(url: string): Promise<Tab & { readonly foreign: string[] }> {
    // A button that fades from theme to theme is neither while axe-core looks.
    const tab = await openTab(browser, url, { reducedMotion: "reduce" });
    const foreign: string[] = [];
    tab.page.on("request", (it) => {
      if (!it.url().startsWith(url)) foreign.push(it.url());
    });
    await tab.page.goto("/signin");
    await tab.page.getByLabel("Name").fill("root");
    await tab.page.getByLabel("Password").fill(password);
    await tab.page.getByRole("button", { name: "Sign in" }).click();
    await tab.page.waitForURL(`${url}/`);
    return { ...tab, foreign };
  }

  /** One page as a person would look at it: narrow and wide, light and dark. Answers with what is wrong. */
  async function faultsAt(page: Page, path: string, withAxe: boolean): Promise<readonly string[]> {
    const faults: string[] = [];
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(path);
    const shift = await page.evaluate(moved);
    if (Number(shift) >= 0.02) faults.push(`moved by ${shift}`);
    for (const dir of ["ltr", "rtl"]) {
      await page.evaluate(`document.documentElement.dir = "${dir}"`);
      for (const width of dir === "ltr" ? widths : [360, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        const { over, wide } = (await page.evaluate(measured)) as { over: unknown; wide: number };
        if (over !== 0) faults.push(`${dir} ${width}: sideways by ${over}`);
        if (wide !== 0) faults.push(`${dir} ${width}: main is ${wide} px wide`);
      }
    }
    await page.evaluate(`document.documentElement.dir = "ltr"`);
    if (withAxe) faults.push(...(await axeAt(page)));
    return faults.map((it) => `${path}: ${it}`);
  }

  async function axeAt(page: Page): Promise<readonly string[]> {
    const wide = await seriousFindings(page);
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await seriousFindings(page, ["color-contrast"]);
    await page.setViewportSize({ width: 360, height: 800 });
    await page.emulateMedia({ colorScheme: "light" });
    const narrow = await seriousFindings(page);
    return [
      ...wide.map((it) => `light ${it}`),
      ...dark.map((it) => `dark ${it}`),
      ...narrow.map((it) => `360 ${it}`),
    ];
  }

  const fixed = () =>
    pages
      .map((it) => it.path)
      .filter((it) => !it.includes(":") && !["/setup", "/signin", "/docs"].includes(it));

  const firstOf = (name: string) => server.ids.get(name) ?? "none";

  test(
    "of a company with a past",
    async () => {
      const tab = await enter(server.url);
      const { data: jobs } = await server.call("GET", "/jobs?per_page=100");
      const seen = new Map<string, string>(
        jobs.map((it: { type: string; status: string; id: string }) => [`${it.type} ${it.status}`, it.id]),
      );
      const { data: users } = await server.call("GET", "/users");
      const certificates = ["shop.example.org", "legacy.example.com", "partner.example.org", "pending.example.com", "retired.example.com", names[0] ?? "", names[1] ?? "", names[3] ?? ""];
      const { data: listed } = await server.call("GET", "/certificates?per_page=100");
      const idOf = (name: string) =>
        listed.find((it: { name: string }) => it.name === name)?.id ?? firstOf(name);
      const paths = [
        ...fixed(),
        ...certificates.map((it) => `/certificates/${idOf(it)}`),
        ...["edit", "archive", "renew"].map((it) => `/certificates/${idOf(names[0] ?? "")}/${it}`),
        ...[...seen.values()].map((it) => `/jobs/${it}`),
        ...["old-mail", "edge-2"].map((it) => `/agents/${firstOf(it)}`),
        `/targets/${firstOf("NGINX on edge-2")}`,
        ...["NGINX", "HAProxy"].map((it) => `/targets/new?type=${it}`),
        ...["GenericCA", "ACME"].map((it) => `/issuers/new?type=${it}`),
        `/issuers/${firstOf("Public CA")}`,
        "/issuers/iss-local",
        `/profiles/${firstOf("Payment pages")}`,
        `/policies/${firstOf("By hand")}`,
        `/teams/${firstOf("Payments")}`,
        `/owners/${firstOf("Payments on call")}`,
        `/users/${users[0].id}`,
        "/palette?q=example",
        "/certificates?q=zzz",
        "/no/such/page",
        "/certificates/none",
        "/certificates?status=happy",
      ];
      const faults: string[] = [];
      for (const path of paths) faults.push(...(await faultsAt(tab.page, path, true)));
      expect(faults).toEqual([]);
      const usual = /status of 40[04]/;
      expect(tab.complaints.filter((it) => !usual.test(it))).toEqual([]);
      expect(tab.foreign).toEqual([]);
      await tab.close();
    },
    180_000,
  );
});
