/** `bun test/gui/screenshots.ts`: the pictures of the README and the guide, taken of a server with a past, into docs/images. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { type Inhabited, startInhabited } from "./inhabited.ts";
import { openTab, startBrowser } from "./rig.ts";
import { password } from "./stocked.ts";

const directory = join(import.meta.dir, "../../docs/images");

interface Shot {
  readonly name: string;
  readonly path: string;
  /** Of the window, in CSS pixels. */
  readonly height: number;
  readonly onPhone?: true;
}

async function shotsOf(server: Inhabited): Promise<readonly Shot[]> {
  const { data: certificates } = await server.call("GET", "/certificates?q=shop.example.org");
  return [
    { name: "dashboard", height: 1240, path: "/", onPhone: true },
    { name: "certificates", height: 860, path: "/certificates?sort=not_after", onPhone: true },
    { name: "certificate", height: 1000, path: `/certificates/${certificates[0].id}` },
    { name: "job", height: 560, path: `/jobs/${server.ids.get("job of forms.example.org")}` },
    { name: "issuers", height: 420, path: "/issuers" },
    { name: "agents", height: 560, path: "/agents" },
  ];
}

async function shoot(page: Page, { name, path }: Shot, suffix: string): Promise<void> {
  await page.goto(path);
  await page.evaluate("document.fonts.ready.then(() => undefined)");
  await page.screenshot({
    path: join(directory, `${name}${suffix}.png`),
    animations: "disabled",
    caret: "hide",
  });
}

mkdirSync(directory, { recursive: true });
const server = await startInhabited();
const browser = await startBrowser();
try {
  const shots = await shotsOf(server);
  for (const colorScheme of ["light", "dark"] as const) {
    const { page, close } = await openTab(browser, server.url, {
      colorScheme,
      reducedMotion: "reduce",
      viewport: { width: 1440, height: 900 },
    });
    await page.goto("/signin");
    await page.getByLabel("Name").fill("root");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${server.url}/`);
    for (const shot of shots) {
      await page.setViewportSize({ width: 1440, height: shot.height });
      await shoot(page, shot, `-${colorScheme}`);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    for (const shot of shots.filter((it) => it.onPhone)) {
      await shoot(page, shot, `-phone-${colorScheme}`);
    }
    await close();
  }
} finally {
  await browser.close();
  await server.stop();
}
