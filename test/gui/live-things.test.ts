/** Pages of owners and their like keep themselves fresh in a real browser, by what happens to the thing and to its certificates. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { openTab, startBrowser, type Tab } from "./rig.ts";
import { addCertificate, password, type Stocked, startStocked } from "./stocked.ts";

describe("an open page of what people keep", () => {
  let server: Stocked;
  let browser: Browser;
  let certificate = "";
  let owner = "";
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    server = await startStocked();
    stops.push(() => server.stop());
    certificate = await addCertificate(server, "live.example.test");
    const body = { name: "Ann", email: "ann@example.test" };
    owner = (await server.call("POST", "/owners", body)).id;
    browser = await startBrowser();
    stops.push(() => browser.close());
  }, 60_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  async function enter(path: string): Promise<Tab> {
    const tab = await openTab(browser, server.url);
    const { page } = tab;
    await page.goto(`/signin?next=${encodeURIComponent(path)}`);
    await page.getByLabel("Name").fill("root");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator('.foot [data-live="live"]').waitFor();
    return tab;
  }

  test("follows its thing and the certificates of it", async () => {
    const { page, complaints, close } = await enter(`/owners/${owner}`);
    await page.getByText("No certificate belongs to this owner.").first().waitFor();
    await server.call("PATCH", `/certificates/${certificate}`, { owner_id: owner });
    await page.getByText("1 certificate belongs to this owner").waitFor();
    await page.getByRole("link", { name: "live.example.test" }).waitFor();
    await server.call("PATCH", `/owners/${owner}`, { name: "Ann and Bob" });
    await page.getByRole("heading", { name: "Ann and Bob" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);

  test("its list says that something changed, and shows it when it is asked to", async () => {
    const { page, complaints, close } = await enter("/owners");
    await server.call("POST", "/owners", { name: "Carol", email: "carol@example.test" });
    await page.getByText("1 change", { exact: true }).waitFor();
    expect(await page.getByRole("link", { name: "Carol" }).count()).toBe(0);
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByRole("link", { name: "Carol" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);

  test("what refers to it is said in a dialog above the page, before anything is tried", async () => {
    const { page, complaints, close } = await enter(`/owners/${owner}`);
    await page.getByRole("link", { name: "Delete…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("cannot be deleted yet").waitFor();
    await dialog.getByRole("link", { name: "1 certificate", exact: true }).waitFor();
    await dialog.getByRole("link", { name: "Back" }).click();
    await dialog.waitFor({ state: "hidden" });
    expect(new URL(page.url()).pathname).toBe(`/owners/${owner}`);
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);
});
