import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { look } from "#test/main-job/look.ts";
import { type NginxRig, startNginx } from "#test/peers/nginx.ts";
import {
  type FreshServer,
  openTab,
  startAgentWith,
  startBrowser,
  startFreshServer,
} from "./rig.ts";

const password = "correct horse battery";
const states = (page: Page, text: string) => page.locator(".st", { hasText: text });

describe("in a browser", () => {
  let server: FreshServer;
  let browser: Browser;
  let nginx: NginxRig;
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    nginx = await startNginx({ names: ["www.example.test"] });
    stops.push(() => nginx.stop());
    server = await startFreshServer();
    stops.push(() => server.stop());
    browser = await startBrowser();
    stops.push(() => browser.close());
  }, 60_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  test("from the setup code to a certificate that the page says is deployed", async () => {
    const { page, complaints, close } = await openTab(browser, server.url);

    await page.goto("/");
    await page.getByLabel("Setup code").fill(server.setupCode);
    await page.getByLabel("Name", { exact: true }).fill("root");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Make the administrator" }).click();
    await page.getByRole("heading", { name: "Your certification authority" }).waitFor();
    await page.getByRole("link", { name: "Go on to the first agent" }).click();
    await page.getByRole("heading", { name: "Your first agent" }).waitFor();

    await page.getByLabel("Signed in as root").click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Name").fill("root");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();

    await page.getByRole("heading", { name: "First steps" }).waitFor();
    await page.getByRole("link", { name: "Add agent" }).click();
    await page.getByLabel("Name").fill("web");
    await page.getByRole("button", { name: "Make the join command" }).click();
    const command =
      (await page.getByLabel("Join command", { exact: true }).locator("code").textContent()) ?? "";
    const agent = startAgentWith(command, server.directory);
    stops.push(() => agent.stop());
    await page.getByRole("link", { name: "among the agents" }).click();
    await page.getByRole("link", { name: "web" }).click();
    await states(page, "Online").waitFor();

    await page.getByRole("link", { name: "Targets", exact: true }).click();
    await page.getByRole("link", { name: "New target" }).first().click();
    await page.getByRole("link", { name: "NGINX" }).click();
    await page.getByLabel("Name", { exact: true }).fill("site");
    await page.getByLabel("Agent", { exact: true }).selectOption({ label: "web" });
    await page.getByLabel("Certificate file", { exact: true }).fill(nginx.certPath);
    await page.getByLabel("Private key file", { exact: true }).fill(nginx.keyPath);
    await page.getByLabel("Main configuration file").fill(nginx.configFile);
    await page.getByLabel("Reload command").fill(nginx.reloadCommand.join(" "));
    await page.getByLabel("Test command").fill(nginx.validateCommand.join(" "));
    await page.getByLabel("Endpoint").fill(nginx.endpoint);
    await page.getByRole("button", { name: "Next: review and test" }).click();
    await page.getByText(`the private key to ${nginx.keyPath}`).waitFor();
    await page.getByRole("button", { name: "Add and test" }).click();
    // Nothing is clicked from here: the page keeps itself fresh.
    await states(page, "Passed").first().waitFor();

    await page.getByRole("link", { name: "Certificates", exact: true }).click();
    await page.getByRole("link", { name: "New certificate" }).first().click();
    await page.getByLabel("Names").fill("www.example.test");
    await page.getByRole("button", { name: "Next: where it goes" }).click();
    await page.getByRole("checkbox", { name: "site" }).check();
    await page.getByRole("button", { name: "Next: owner and renewal" }).click();
    // An owner is made on the way, and chosen; what was typed stays.
    await page.getByLabel("Environment").fill("Production");
    await page.getByRole("button", { name: "New owner" }).click();
    await page.getByLabel("Name", { exact: true }).first().fill("Ada");
    await page.getByLabel(/^e-?mail/i).fill("ada@example.test");
    await page.getByRole("button", { name: "Add the owner" }).click();
    await page.getByRole("button", { name: "Next: review and order" }).click();
    await page.getByText("Names, key, place and profile agree").waitFor();
    await page.getByText("Production").waitFor();
    await page.getByRole("button", { name: "Order the certificate" }).click();
    await states(page, "Deployed").waitFor({ timeout: 30_000 });
    await states(page, "Active").waitFor();
    const { fingerprint } = await look(nginx.port, "www.example.test", "");
    await page.locator(`[title="${fingerprint}"]`).first().waitFor();
    await page.getByRole("link", { name: "Ada" }).waitFor();

    await page.getByRole("link", { name: "Deployment", exact: true }).click();
    await page.getByText("Look at what is served", { exact: true }).waitFor();

    expect(complaints).toEqual([]);
    await close();
  }, 120_000);

  async function signIn(page: Page): Promise<void> {
    await page.goto("/signin");
    await page.getByLabel("Name").fill("root");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForURL((url) => url.pathname === "/");
  }

  test("sorting and filtering exchange the list alone, keep the focus, and can be gone back from", async () => {
    const { page, complaints, close } = await openTab(browser, server.url);
    await signIn(page);
    await page.goto("/certificates");
    let loads = 0;
    page.on("load", () => loads++);
    await page.getByRole("link", { name: "Expires" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/certificates?sort=not_after");
    await page.locator("th[aria-sort=ascending]", { hasText: "Expires" }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain("Expires");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/certificates?sort=-not_after");
    await page.locator("summary", { hasText: "Filter" }).click();
    await page.getByRole("combobox", { name: "Status" }).selectOption("Failed");
    await page.getByRole("button", { name: "Apply" }).first().click();
    await page.getByText("No certificate matches.").waitFor();
    expect(new URL(page.url()).searchParams.get("sort")).toBe("-not_after");
    await page.goBack();
    await page.getByRole("link", { name: "www.example.test" }).first().waitFor();
    expect(loads).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);

  test("injected markup does nothing: neither scripts nor htmx attributes without the page's nonce", async () => {
    const { page, complaints, close } = await openTab(browser, server.url);
    await signIn(page);
    const refused = await page.evaluate(async () => {
      const result: string[] = [];
      document.addEventListener("securitypolicyviolation", (it) => {
        result.push(it.effectiveDirective);
      });
      try {
        document.body.innerHTML += "<b>x</b>";
      } catch (error) {
        result.push((error as Error).name);
      }
      const script = document.createElement("script");
      try {
        script.setAttribute("src", "/assets/evil.js");
      } catch (error) {
        result.push(`script: ${(error as Error).name}`);
      }
      const button = document.createElement("button");
      button.setAttribute("hx-get", "/teams");
      document.body.append(button);
      Reflect.get(window, "htmx").process(button);
      result.push(`hx-get: ${button.getAttribute("hx-get")}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return result;
    });
    expect(refused).toContain("TypeError");
    expect(refused).toContain("require-trusted-types-for");
    expect(refused).toContain("script: TypeError");
    expect(refused).toContain("hx-get: null");
    expect(complaints.length).toBeGreaterThan(0);
    await close();
  }, 60_000);

  test("without JavaScript every read and a write work the same", async () => {
    const { page, complaints, close } = await openTab(browser, server.url, {
      javaScriptEnabled: false,
    });
    await signIn(page);
    const links = await page
      .getByRole("navigation", { name: "Main", exact: true })
      .getByRole("link")
      .all();
    const paths = await Promise.all(links.map((it) => it.getAttribute("href")));
    // The brand leads to the dashboard as well.
    expect(paths.length).toBe(17);
    for (const path of paths) {
      const answer = await page.goto(path ?? "");
      expect([path, answer?.status()]).toEqual([path, 200]);
      expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
    }
    await page.goto("/certificates?q=www");
    await page.getByRole("link", { name: "www.example.test" }).first().click();
    const download = page.waitForEvent("download");
    await page.locator("summary", { hasText: "Download" }).click();
    await page.getByRole("link", { name: "Certificate with its chain (PEM)" }).click();
    expect((await download).suggestedFilename()).toEndWith(".pem");

    await page.getByRole("link", { name: "Edit", exact: true }).click();
    await page.getByLabel("Tags").fill("site=main\nnote=a, b");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(" was changed.").waitFor();
    await page.getByText("note: a, b").waitFor();

    await page.getByRole("button", { name: "Renew now" }).click();
    const replaced = page.getByText("Replaced since").first();
    for (let i = 0; i < 50 && (await replaced.count()) === 0; i++) {
      await page.waitForTimeout(200);
      await page.goto(page.url());
    }
    expect(await replaced.count()).toBe(1);
    expect(complaints).toEqual([]);
    await close();
  }, 120_000);

  test("fits a phone, in light and in dark", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page, complaints, close } = await openTab(browser, server.url, {
        viewport: { width: 390, height: 844 },
        colorScheme,
      });
      await signIn(page);
      const certificate = await page.goto("/certificates").then(async () => {
        return await page
          .getByRole("link", { name: "www.example.test" })
          .first()
          .getAttribute("href");
      });
      for (const path of [
        "/",
        "/certificates",
        certificate ?? "",
        "/targets/new?type=NGINX",
        "/audit",
      ]) {
        await page.goto(path);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect([path, width]).toEqual([path, 390]);
      }
      expect(complaints).toEqual([]);
      await close();
    }
  }, 60_000);
});
