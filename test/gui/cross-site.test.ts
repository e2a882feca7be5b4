/** What another origin can do to a person who is signed in, and what somebody's words can do on pages and in exports: nothing. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { pages } from "#server/pages.ts";
import { csr } from "#test/csr.ts";
import { type RefusingAcme, startRefusingAcme } from "#test/peers/refusing-acme.ts";
import { agentFacts } from "#test/world.ts";
import { openTab, startBrowser, type Tab } from "./rig.ts";
import { password, type Stocked, startStocked } from "./stocked.ts";

describe("a page of another origin", () => {
  let server: Stocked;
  let browser: Browser;
  let evil: { readonly url: string; stop(): Promise<void> };
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    server = await startStocked();
    stops.push(() => server.stop());
    evil = startEvil(server.url);
    stops.push(() => evil.stop());
    browser = await startBrowser();
    stops.push(() => browser.close());
  }, 60_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  const teams = async (): Promise<number> => (await server.call("GET", "/teams")).total;

  // Of the same host the browser sends even cookies that are SameSite=Strict: ports do not count (RFC 6265bis).
  test.each(["127.0.0.1", "localhost"])(
    "at %s changes nothing, by form or by script",
    async (host) => {
      const { page, close } = await signedIn(browser, server);
      const before = await teams();
      await page.goto(`${evil.url.replace("127.0.0.1", host)}/forge`);
      const answered = page.waitForResponse(/\/ui\/teams\.create/);
      await page.getByRole("button", { name: "Win a prize" }).click();
      expect((await answered).status()).toBe(403);
      await page.goto(`${evil.url.replace("127.0.0.1", host)}/forge`);
      const tried = await page.evaluate("attack()");
      expect(tried).toEqual(Array(4).fill("refused"));
      expect(await teams()).toBe(before);
      await close();
    },
    30_000,
  );

  test("cannot show our pages inside its own", async () => {
    const { page, complaints, close } = await signedIn(browser, server);
    await page.goto(`${evil.url}/frame`);
    await page.waitForLoadState("networkidle");
    const inside = page.frames().filter((it) => it !== page.mainFrame());
    expect(inside.length).toBe(2);
    for (const frame of inside) {
      expect(frame.url()).toStartWith("chrome-error://");
      expect(await frame.getByRole("heading", { name: "Dashboard" }).count()).toBe(0);
    }
    expect(complaints.filter((it) => /frame-ancestors|X-Frame-Options/.test(it))).toHaveLength(2);
    await close();
  }, 30_000);
});

/** A site that would like to be us. */
function startEvil(victim: string): { readonly url: string; stop(): Promise<void> } {
  const documents: Readonly<Record<string, string>> = {
    "/forge": `<!doctype html><form method="post" action="${victim}/ui/teams.create">
      <input type="hidden" name="name" value="forged"><button>Win a prize</button></form>
      <script>
        const body = JSON.stringify({ name: "forged" });
        const at = "${victim}/api/v1/teams";
        const send = (init, url = at) => fetch(url, { method: "POST", credentials: "include", body, ...init })
          .then((it) => it.type, () => "refused");
        const form = new URLSearchParams({ name: "forged" });
        const attack = () => Promise.all([
          send({ mode: "no-cors" }),
          send({ mode: "no-cors", body: form }, "${victim}/ui/teams.create"),
          send({ headers: { "content-type": "application/json" } }),
          send({ method: "GET", body: undefined }),
        ]);
      </script>`,
    "/frame": `<!doctype html><iframe src="${victim}/"></iframe><iframe src="${victim}/signin"></iframe>`,
  };
  const server = Bun.serve({
    port: 0,
    fetch: ({ url }) =>
      new Response(documents[new URL(url).pathname] ?? "", {
        headers: { "content-type": "text/html" },
      }),
  });
  return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
}

async function signedIn(browser: Browser, server: Stocked): Promise<Tab> {
  const tab = await openTab(browser, server.url);
  await tab.page.goto("/signin");
  await tab.page.getByLabel("Name").fill("root");
  await tab.page.getByLabel("Password").fill(password);
  await tab.page.getByRole("button", { name: "Sign in" }).click();
  await tab.page.waitForURL(`${server.url}/`);
  return tab;
}

describe("markup in every field", () => {
  const hostile = `<img src=x onerror=alert(1)><script>alert(2)</script>"'&lt;b&gt;`;
  let server: Stocked;
  let acme: RefusingAcme;
  let browser: Browser;
  let things: readonly string[] = [];
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    acme = await startRefusingAcme(`no, says ${hostile}`);
    stops.push(() => acme.stop());
    server = await startStocked();
    stops.push(() => server.stop());
    things = await fill();
    browser = await startBrowser();
    stops.push(() => browser.close());
  }, 60_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, 60_000);

  /** One of everything, all of whose words are hostile; answers with their pages. */
  async function fill(): Promise<readonly string[]> {
    const made: string[] = [];
    const add = async (path: string, body: object, page = path): Promise<string> => {
      const { id } = await server.call("POST", `/${path}`, body);
      made.push(`/${page}/${id}`);
      return id;
    };
    const words = { name: hostile, description: hostile };
    const team_id = await add("teams", words);
    const owner_id = await add("owners", { name: hostile, email: "o@example.test", team_id });
    const profile = await add("profiles", words);
    const policy = await add("renewal-policies", { name: hostile }, "policies");
    const issuer_id = await add("issuers", { name: hostile, type: "ACME", config: acme.config });
    const agent_id = await joinHostile(made);
    const config = {
      cert_path: `/etc/${hostile}.pem`,
      key_path: "/etc/a.key",
      reload_command: ["x", hostile],
    };
    const target = await add("targets", { name: hostile, type: "NGINX", agent_id, config });
    const common = {
      owner_id,
      environment: hostile.slice(0, 50),
      tags: { [hostile.slice(0, 64)]: hostile },
    };
    await add("certificates", {
      ...common,
      name: hostile,
      certificate_profile_id: profile,
      renewal_policy_id: policy,
      csr_pem: await csr(["a.example.test"], {
        subject: `CN=a.example.test,O=<script>alert(3)</script>`,
      }),
    });
    await add("certificates", {
      ...common,
      name: `2 ${hostile}`,
      sans: ["b.example.test"],
      target_ids: [target],
    });
    const refused = await server.call("POST", "/certificates", {
      ...common,
      name: `3 ${hostile}`,
      issuer_id,
      csr_pem: await csr(["c.example.test"]),
    });
    made.push(`/certificates/${refused.id}`, `/jobs/${await failed(refused.job_id)}`);
    return made;
  }

  async function joinHostile(made: string[]): Promise<string> {
    const { token } = await server.call("POST", "/agents/join-tokens", { name: hostile });
    const said = {
      os: hostile.slice(0, 64),
      version: hostile.slice(0, 64),
      ip_address: hostile.slice(0, 64),
    };
    const { id } = await server.call("POST", "/agents/join", {
      token,
      ...agentFacts(hostile),
      ...said,
    });
    made.push(`/agents/${id}`);
    return id;
  }

  async function failed(job: string): Promise<string> {
    for (let i = 0; i < 200; i++) {
      const { status } = await server.call("GET", `/jobs/${job}`);
      if (status === "Failed") return job;
      await Bun.sleep(50);
    }
    throw new Error(`${job} did not fail`);
  }

  /** Elements that only the hostile words would make. */
  const strangers = (page: Page) =>
    page.evaluate(
      `document.querySelectorAll("body script:not([nonce]), [onerror], img[src=x], dd b > b").length`,
    );

  test("is shown as text on every page", async () => {
    const { page, complaints, close } = await signedIn(browser, server);
    page.on("dialog", (it) => {
      complaintsOf.push(it.message());
      void it.dismiss();
    });
    const complaintsOf: string[] = [];
    const lists = pages
      .map((it) => it.path)
      .filter((it) => !it.includes(":") && !["/setup", "/signin"].includes(it));
    for (const path of [...lists, ...things, `/palette?q=${encodeURIComponent(hostile)}`]) {
      const answer = await page.goto(path);
      expect([path, answer?.status()]).toEqual([path, 200]);
      expect([path, await strangers(page)]).toEqual([path, 0]);
      if (things.includes(path) && !path.startsWith("/jobs/")) {
        expect([path, await page.getByRole("heading", { level: 1 }).textContent()]).toEqual([
          path,
          expect.stringContaining("<img src=x onerror=alert(1)>"),
        ]);
      }
    }
    await page.goto(things.at(-1) ?? "");
    await page.getByText(`no, says ${hostile}`).first().waitFor();
    expect([...complaints, ...complaintsOf]).toEqual([]);
    await close();
  }, 90_000);

  test("and formulas stay text in exports", async () => {
    const formulas = ["=1+1", "+1", "-1", "@SUM(A1)"];
    for (const name of formulas) {
      const { token } = await server.call("POST", "/agents/join-tokens", { name });
      await server.call("POST", "/agents/join", { token, ...agentFacts(name) });
    }
    const grants = [{ role: "admin" }];
    const { key } = await server.call("POST", "/api-keys", { name: "export", grants });
    const taken = async (format: string, requestId: string) => {
      const answer = await fetch(`${server.url}/api/v1/audit/export?format=${format}`, {
        headers: { authorization: `Bearer ${key}`, "x-request-id": requestId },
        tls: { rejectUnauthorized: false },
      });
      expect(answer.headers.get("content-disposition")).toContain("attachment");
      return await answer.text();
    };
    for (const it of formulas) await taken("ndjson", it);
    const csv = await taken("csv", "last");
    // RFC 4180: a cell begins after a comma or a line's end, quoted or not; OWASP, "CSV injection".
    expect(csv).not.toMatch(/(^|,|\r\n)"?[=+\-@\t\r]/);
    const events = (await taken("ndjson", "last"))
      .trim()
      .split("\n")
      .map((it) => JSON.parse(it));
    expect(events.map((it) => it.details.name)).toContain(hostile);
    for (const name of formulas) expect(events.map((it) => it.details.name)).toContain(name);
  }, 30_000);
});
