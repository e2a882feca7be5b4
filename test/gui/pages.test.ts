import { beforeAll, describe, expect, test } from "bun:test";
import { type Role, roleHas, roles } from "#base/permission.ts";
import { contracts } from "#features/apis.ts";
import { pages } from "#server/pages.ts";
import { opener } from "#test/database/engines.ts";
import { joinAgent } from "#test/world.ts";
import { assets } from "#views/assets.ts";
import { faultsIn } from "./html.ts";
import { openSite, type Site, type Visitor } from "./site.ts";

describe("the pages", () => {
  const open = opener("sqlite");
  let site: Site;
  let admin: Visitor;
  /** One of everything, by the collection's path. */
  const ids: Record<string, string> = {};
  const hostile = `<script>alert(1)</script>"'&amp;`;

  beforeAll(async () => {
    site = await openSite(await open());
    const { ok } = site.product;
    admin = site.visitor();
    await admin.signIn("root");
    const add = async (path: string, body: object): Promise<string> => {
      const { id } = await ok("POST", `/api/v1/${path}`, body);
      ids[path] = id;
      return id;
    };
    const team = await add("teams", { name: hostile, description: hostile });
    await add("owners", { name: hostile, email: "o@example.test", team_id: team });
    await add("profiles", { name: "short", max_ttl_seconds: 86_400 });
    ids["policies"] = await add("renewal-policies", { name: hostile });
    ids["tokens"] = (await ok("POST", "/api/v1/agents/join-tokens", { name: hostile })).id;
    ids["agents"] = (await joinAgent(site.product, { team_id: team })).id;
    const config = { cert_path: "/etc/tls/a.pem", key_path: "/etc/tls/a.key" };
    const target = await add("targets", {
      name: "site",
      type: "NGINX",
      agent_id: ids["agents"],
      config,
    });
    const made = await ok("POST", "/api/v1/certificates", {
      name: hostile,
      sans: ["www.example.test"],
      target_ids: [target],
      owner_id: ids["owners"],
      tags: { [hostile]: hostile },
    });
    ids["certificates"] = made.id;
    ids["jobs"] = made.job_id;
    ids["issuers"] = "iss-local";
    ids["users"] = (await ok("GET", "/api/v1/users")).data[0].id;
    await ok("POST", "/api/v1/api-keys", { name: "one" });
  }, 60_000);

  const every = () =>
    pages
      .filter((it) => !it.isPublic && !/\/(pem|compare)$/.test(it.path))
      .map(({ path }) => path.replace("new/:id", () => `new/${ids["tokens"]}`))
      .map((path) => path.replace(":id", () => ids[path.split("/")[1] ?? ""] ?? "none"))
      .concat([
        `/certificates/new?step=4&sans=new.example.test&target_ids=${ids["targets"]}`,
        "/certificates/new?step=1&make=profile",
        "/certificates/new?step=3&make=owner&sans=new.example.test",
      ])
      .concat(["/targets/new?type=NGINX", "/targets/new?type=HAProxy", "/targets/new?type=json"])
      .concat([
        `/targets/new?type=HAProxy&step=3&name=h&agent_id=${ids["agents"]}&config.pem_path=%2Fa`,
        "/targets/new?type=NGINX&step=3&name=x&config.cert_path=relative",
      ])
      .concat(["/issuers/new?type=GenericCA", "/issuers/new?type=ACME", "/issuers/new?type=json"]);

  test("answer, each with its own policy, without a fault in its markup and without anybody's markup", async () => {
    const nonces = new Set<string>();
    for (const path of every()) {
      const { status, html, headers } = await admin.get(path);
      expect([path, status]).toEqual([path, 200]);
      expect([path, faultsIn(html)]).toEqual([path, []]);
      expect(html).not.toContain("<script>alert");
      const policy = headers.get("content-security-policy") ?? "";
      const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? "";
      expect(policy).toContain("require-trusted-types-for 'script'");
      expect(headers.get("cache-control")).toBe("no-store");
      const used = [...html.matchAll(/nonce="([^"]*)"/g)].map((it) => it[1]);
      expect(new Set(used)).toEqual(new Set([nonce]));
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(every().length);
  }, 60_000);

  test("offer a form for every operation of people", async () => {
    const offered = new Set<string>();
    const look = async (who: Visitor, paths: readonly string[]) => {
      for (const path of paths) {
        for (const form of (await who.get(path)).forms) offered.add(form.action.slice(4));
      }
    };
    await look(admin, every());
    await look(site.visitor(), ["/signin"]);
    // These show when the thing is in another state.
    const { ok } = site.product;
    await ok("DELETE", `/api/v1/certificates/${ids["certificates"]}`);
    await look(admin, [`/certificates/${ids["certificates"]}`]);
    // What is used says by what; what is not can be deleted.
    const team = await ok("POST", "/api/v1/teams", { name: "of nobody" });
    const owner = await ok("POST", "/api/v1/owners", { name: "of nothing", email: "a@b.test" });
    await look(admin, [`/teams/${team.id}/delete`, `/owners/${owner.id}/delete`]);
    await ok("POST", `/api/v1/certificates/${ids["certificates"]}/restore`);
    const writes = contracts
      .filter((it) => it.effect === "write" && it.method !== "PUT")
      .filter((it) => !it.machine || it.name.startsWith("sessions."))
      .map((it) => it.name);
    const elsewhere = [
      "setup.complete",
      "jobs.approve",
      "jobs.reject",
      "jobs.retry",
      "jobs.cancel",
      "jobs.pause",
      "jobs.resume",
      "certificates.redeploy",
      "certificates.bulk-renew",
      "certificates.bulk-reassign",
      "certificates.bulk-tag",
      "certificates.bulk-archive",
      // For each of many; one has its tags in the form that changes it.
      "certificates.tag",
      "views.create",
      "views.delete",
    ];
    const missing = writes.filter((it) => !offered.has(it) && !elsewhere.includes(it));
    expect(missing).toEqual([]);
  }, 60_000);

  test("show every role what it may see, refuse the rest, and never lead there", async () => {
    for (const role of roles) {
      const visitor = await site.userWith({ role });
      const first = await visitor.get("/");
      const links = [...first.html.matchAll(/<a href="([^"]+)"[^>]* data-g=/g)].map(
        (it) => it[1] ?? "",
      );
      for (const link of links) {
        expect([role, link, (await visitor.get(link)).status]).toEqual([role, link, 200]);
      }
      for (const path of every()) {
        const { status, forms } = await visitor.get(path);
        expect([role, path, status === 200 || status === 403]).toEqual([role, path, true]);
        for (const form of forms) expect(maySend(role, form.action)).toBe(true);
      }
      expect((await visitor.get("/users")).status).toBe(role === "admin" ? 200 : 403);
    }
  }, 120_000);

  function maySend(role: Role, action: string): boolean {
    const contract = contracts.find((it) => `/ui/${it.name}` === action);
    // Filters lead to pages.
    if (!contract) return !action.startsWith("/ui/");
    const { permission } = contract;
    if (permission === "public" || permission === "self") return true;
    return permission !== "agent" && roleHas(role, permission);
  }

  test("keep to the team of the role, on pages as in the API", async () => {
    const { ok } = site.product;
    const other = await ok("POST", "/api/v1/teams", { name: "other" });
    const visitor = await site.userWith({ role: "operator", team_id: other.id });
    for (const thing of ["certificates", "jobs", "agents", "targets", "owners"]) {
      expect([thing, (await visitor.get(`/${thing}/${ids[thing]}`)).status]).toEqual([thing, 404]);
      expect((await visitor.get(`/${thing}`)).html).not.toContain(ids[thing] ?? "none");
    }
  });

  test("are asked for again after sign-in, and lead nowhere else", async () => {
    const visitor = site.visitor();
    const asked = await visitor.get("/audit?outcome=denied");
    expect(asked.location).toBe("/signin?next=%2Faudit%3Foutcome%3Ddenied");
    const page = await visitor.get(asked.location ?? "");
    const answer = await visitor.send(page.form("sessions.create"), {
      name: "root",
      password: "correct horse battery",
    });
    expect(answer.location).toBe("/audit?outcome=denied");
    for (const next of ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:x"]) {
      const again = await admin.get(`/signin?next=${encodeURIComponent(next)}`);
      expect([next, again.location]).toEqual([next, "/"]);
    }
  });

  test("answer a dead link as page to people, as problem to programs", async () => {
    const page = await admin.get("/no/such/page");
    expect([page.status, page.headers.get("content-type")]).toEqual([
      404,
      "text/html; charset=utf-8",
    ]);
    expect(page.html).toContain("There is nothing at /no/such/page");
    const problem = await admin.get("/no/such/page", { accept: "application/json" });
    expect(problem.headers.get("content-type")).toBe("application/problem+json");
    expect((await admin.get("/api/v1/nothing")).headers.get("content-type")).toBe(
      "application/problem+json",
    );
    expect((await admin.get("/certificates/none")).status).toBe(404);
  });

  test("name a bad filter and an unknown one beside the filters", async () => {
    for (const [query, complaint] of [
      ["status=nonsense", "must be one of"],
      ["colour=red", "is not a parameter of certificates.list"],
      ["cursor=x", "is not one of ours"],
      ["expires_before=tomorrow", "must be a moment such as"],
    ]) {
      const { status, html } = await admin.get(`/certificates?${query}`);
      expect([query, status]).toEqual([query, 400]);
      expect(html).toContain(complaint ?? "");
    }
    const good = await admin.get("/certificates?expires_before=2030-01-01T00:00&q=&status=");
    expect(good.status).toBe(200);
  });

  test("page through a list by links alone", async () => {
    const { ok } = site.product;
    for (let i = 0; i < 5; i++) await ok("POST", "/api/v1/teams", { name: `team ${i}` });
    const walk = async (start: string, rel: "next" | "prev") => {
      const shown: string[][] = [];
      let path = start;
      for (;;) {
        const { html } = await admin.get(path);
        const names = html.matchAll(/href="\/teams\/t-[^"]+"[^>]*>([^<]+)</g);
        shown.push([...names].map((it) => it[1] ?? ""));
        const href = new RegExp(`href="([^"]+)" rel="${rel}"`).exec(html)?.[1];
        if (href === undefined) return { shown, path };
        path = href.replaceAll("&amp;", "&");
      }
    };
    const there = await walk("/teams?per_page=2&sort=-name", "next");
    const back = await walk(there.path, "prev");
    expect(there.shown.length).toBeGreaterThan(2);
    expect(back.shown).toEqual(there.shown.toReversed());
    const seen = there.shown.flat();
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((it) => it.startsWith("team "))).toEqual([
      "team 4",
      "team 3",
      "team 2",
      "team 1",
      "team 0",
    ]);
  });

  test("say it in place when a refresh meets an ended session", async () => {
    const path = `/certificates/${ids["certificates"]}`;
    const { html, status } = await site.visitor().get(path, { "hx-request": "true" });
    expect(status).toBe(200);
    expect(html).toContain('id="live"');
    expect(html).toContain(`/signin?next=${encodeURIComponent(path)}`);
    const boosted = await site.visitor().get(path, { "hx-request": "true", "hx-boosted": "true" });
    expect(boosted.headers.get("hx-redirect")).toStartWith("/signin?next=");
  });

  test("hand out their assets zipped and for good; a first visit is less than 60 KB", async () => {
    for (const path of ["/", "/certificates", `/certificates/${ids["certificates"]}`]) {
      const { html } = await admin.get(path);
      const used = [...html.matchAll(/(?:src|href)="(\/assets\/[^"#]+)/g)].map((it) => it[1] ?? "");
      let size = Bun.gzipSync(html).length;
      for (const asset of new Set(used)) {
        const zipped = await admin.get(asset, { "accept-encoding": "gzip" });
        expect(zipped.headers.get("cache-control")).toContain("immutable");
        const known = Object.values(assets).find((it) => it.path === asset);
        expect(zipped.headers.get("content-encoding")).toBe(known?.isText ? "gzip" : null);
        const bytes = known?.bytes ?? new Uint8Array(100_000);
        size += known?.isText ? Bun.gzipSync(bytes, { level: 9 }).length : bytes.length;
      }
      expect([path, size < 60_000, size]).toEqual([path, true, size]);
    }
  });

  test("are compressed, and never twice with the same form token", async () => {
    const page = async () => await admin.get("/teams/new");
    const [one, two] = [await page(), await page()];
    const token = ({ forms }: typeof one) => forms.at(-1)?.fields.get("_csrf");
    expect(token(one)).not.toBe(token(two));
    const zipped = await admin.get("/teams/new", { "accept-encoding": "gzip, br" });
    expect(zipped.headers.get("content-encoding")).toBe("gzip");
    for (const shown of [one, two]) {
      const name = `team of ${token(shown)?.slice(0, 6)}`;
      const sent = await admin.send(shown.form("teams.create"), { name });
      expect(sent.status).toBe(303);
    }
    const forged = await admin.send(one.form("teams.create"), { name: "x", _csrf: "A".repeat(86) });
    expect(forged.status).toBe(403);
  });
});
