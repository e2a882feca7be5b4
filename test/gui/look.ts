/** A look at one page as a program can take it: widths, both directions, both themes, what moves, what shuts people out. */
import type { Page } from "playwright-core";
import { seriousFindings } from "./axe.ts";

/** 720 is a window of 1440 at 200 % zoom. */
const widths = [360, 720, 768, 1440, 3840] as const;

interface Measured {
  /** How much wider than its window the page is, with who does it; empty when it is not. */
  readonly over: string;
  /** The width of the main part in pixels where it is more than 90 rem; else 0. */
  readonly wide: number;
}

const measure = `(() => {
  const root = document.documentElement;
  const rem = Number.parseFloat(getComputedStyle(root).fontSize);
  const main = document.querySelector("main")?.getBoundingClientRect().width ?? 0;
  const over = root.scrollWidth - innerWidth;
  const culprits = [...document.querySelectorAll("body *")]
    .filter((it) => it.getBoundingClientRect().right > innerWidth + 1 && !it.closest(".tw"))
    .map((it) => it.tagName + "." + it.getAttribute("class"));
  return {
    over: over > 0 ? over + " px: " + culprits.slice(0, 4).join(" ") : "",
    wide: main > 90 * rem + 1 ? main : 0,
  };
})()`;

/** What has moved since the page began to load without anybody's doing (Layout Instability API); 0 to 1 and more. */
const moved = `new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const it of list.getEntries()) if (!it.hadRecentInput) sum += it.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 60);
})`;

/** Everything that is wrong with the page at `path`. */
export async function faultsAt(page: Page, path: string): Promise<readonly string[]> {
  const faults: string[] = [];
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(path);
  const shift = Number(await page.evaluate(moved));
  if (shift >= 0.02) faults.push(`moved by ${shift}`);
  faults.push(...(await widthFaults(page, "ltr", widths)));
  faults.push(...(await widthFaults(page, "rtl", [360, 1440])));
  await page.evaluate(`document.documentElement.dir = "ltr"`);
  faults.push(...(await shutOut(page)));
  return faults.map((it) => `${path}: ${it}`);
}

async function widthFaults(
  page: Page,
  dir: "ltr" | "rtl",
  of: readonly number[],
): Promise<readonly string[]> {
  const faults: string[] = [];
  await page.evaluate(`document.documentElement.dir = "${dir}"`);
  for (const width of of) {
    await page.setViewportSize({ width, height: 900 });
    const { over, wide }: Measured = await page.evaluate(measure);
    if (over !== "") faults.push(`${dir} ${width}: sideways by ${over}`);
    if (wide !== 0) faults.push(`${dir} ${width}: main is ${wide} px wide`);
  }
  return faults;
}

/** All rules where the layout differs; of the dark theme only what a theme can change. */
async function shutOut(page: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  const note = (where: string, found: readonly string[]) =>
    faults.push(...found.map((it) => `${where}: ${it}`));
  note("wide", await seriousFindings(page));
  await page.emulateMedia({ colorScheme: "dark" });
  note("dark", await seriousFindings(page, ["color-contrast"]));
  await page.setViewportSize({ width: 360, height: 800 });
  note("narrow, dark", await seriousFindings(page, ["color-contrast"]));
  await page.emulateMedia({ colorScheme: "light" });
  note("narrow", await seriousFindings(page));
  return faults;
}
