/** Pages of owners, teams, profiles and renewal policies: what they count, where their numbers lead, what blocks deletion. */
import { beforeAll, describe, expect, test } from "bun:test";
import { days } from "#base/time.ts";
import { csr } from "#test/csr.ts";
import { opener } from "#test/database/engines.ts";
import { joinAgent } from "#test/world.ts";
import { elementsIn } from "./html.ts";
import { openSite, type Site, type Visitor } from "./site.ts";

describe("pages of what people keep", () => {
  const open = opener("sqlite");
  let site: Site;
  let admin: Visitor;
  const ids = { team: "", owner: "", profile: "", policy: "", spare: "" };

  beforeAll(async () => {
    site = await openSite(await open());
    const { ok, clock } = site.product;
    const add = async (path: string, body: object) =>
      (await ok("POST", `/api/v1/${path}`, body)).id;
    ids.team = await add("teams", { name: "Payments" });
    const email = "ann@example.test";
    ids.owner = await add("owners", { name: "Ann", email, team_id: ids.team });
    ids.spare = await add("owners", { name: "Nobody", email });
    ids.profile = await add("profiles", { name: "web", max_ttl_seconds: 90 * 86_400 });
    ids.policy = await add("renewal-policies", { name: "early", renewal_window_days: 30 });
    for (const [name, lifetime] of [
      ["one", 90],
      ["two", 90],
      ["soon", 10],
      ["gone", 2],
      ["kept", 90],
    ] as const) {
      const id = await add("certificates", {
        name,
        csr_pem: await csr([`${name}.example.test`]),
        owner_id: ids.owner,
        team_id: ids.team,
        certificate_profile_id: ids.profile,
        renewal_policy_id: ids.policy,
        validity_seconds: lifetime * 86_400,
      });
      if (name === "kept") await ok("DELETE", `/api/v1/certificates/${id}`);
    }
    await joinAgent(site.product, { id: "edge", team_id: ids.team });
    clock.move(days(8));
    admin = site.visitor();
    await admin.signIn("root");
  }, 60_000);

  const textOf = (html: string, tag: string, name = ""): string[] =>
    elementsIn(html)
      .filter((it) => it.tag === tag && (it.attributes.get("class") ?? "").includes(name))
      .map((it) => it.text.replace(/\s+/g, " ").trim());

  /** Links of the page with these words, by their path and query. */
  const linksTo = (html: string, path: string) =>
    elementsIn(html)
      .filter((it) => it.tag === "a")
      .map((it) => [it.text.trim(), it.attributes.get("href")?.replaceAll("&amp;", "&") ?? ""])
      .filter(([, href]) => href?.startsWith(path));

  test.each([
    { path: "/owners", id: "owner", filter: "owner_id" },
    { path: "/teams", id: "team", filter: "team_id" },
    { path: "/profiles", id: "profile", filter: "profile_id" },
    { path: "/policies", id: "policy", filter: "renewal_policy_id" },
  ] as const)(
    "$path: the sentence is computed, and each number leads to as many",
    async ({ path, id, filter }) => {
      const { html, status } = await admin.get(`${path}/${ids[id]}`);
      expect(status).toBe(200);
      expect(textOf(html, "p", "lede")).toEqual([
        "1 of 4 certificates is expired, 1 ends soon; the next ends in 47 hours.",
      ]);
      const numbers = linksTo(html, `/certificates?${filter}=`);
      expect(numbers.length).toBeGreaterThan(3);
      for (const [words = "", href = ""] of numbers) {
        const n = /^(?:All )?(\d+)/.exec(words)?.[1];
        const { html: list } = await admin.get(href);
        const total = /<b>(\d+|1) certificates?<\/b>/.exec(list)?.[1];
        if (n !== undefined) expect([href, total]).toEqual([href, n]);
      }
      const row = textOf((await admin.get(path)).html, "tr").find((it) =>
        it.includes("1 is expired"),
      );
      expect(row).toContain("1 ends soon");
      expect(row).toContain("4");
    },
  );

  test("a policy and a profile say what they mean, a team what belongs to it", async () => {
    const policy = (await admin.get(`/policies/${ids.policy}`)).html;
    expect(policy).toContain("A certificate of 90 days renews 30 days before its end, on day 60.");
    const profile = (await admin.get(`/profiles/${ids.profile}`)).html;
    expect(profile).toContain("At most 90 days. ");
    expect(profile).toContain("RSA from 2,048 bits");
    const team = (await admin.get(`/teams/${ids.team}`)).html;
    expect(linksTo(team, "/owners/")).toEqual([["Ann", `/owners/${ids.owner}`]]);
    expect(linksTo(team, "/agents/")).toEqual([["edge", "/agents/edge"]]);
    const row = textOf((await admin.get("/teams")).html, "tr").find((it) =>
      it.includes("Payments"),
    );
    expect(row).toStartWith("Payments114");
  });

  test("a change says what it touches, and leads back", async () => {
    const page = await admin.get(`/policies/${ids.policy}/edit`);
    expect(textOf(page.html, "p", "lede")[0]).toStartWith("4 certificates renew by it.");
    const sent = await admin.send(page.form("renewal_policies.update"), { max_retries: "3" });
    expect(sent.location).toBe(`/policies/${ids.policy}`);
    const { html } = await admin.get(sent.location ?? "");
    expect(html).toContain("is tried 3 more times");
    const stale = await admin.send(page.form("renewal_policies.update"), { max_retries: "4" });
    expect(stale.status).toBe(412);
    const none = await admin.get(`/owners/${ids.spare}/edit`);
    expect(textOf(none.html, "p", "lede")).toEqual([
      "No certificate belongs to this owner: the change touches none.",
    ]);
  });

  test("a wrong value is said at its field as the rule is", async () => {
    const page = await admin.get(`/policies/${ids.policy}/edit`);
    const sent = await admin.send(page.form("renewal_policies.update"), {
      lifetime_share_percent: "99",
    });
    expect(sent.status).toBe(400);
    expect(textOf(sent.html, "p", "f-err")).toEqual(["must be at most 95"]);
  });

  test("what is referred to cannot be deleted, and says by what, with the way there", async () => {
    const owner = await admin.get(`/owners/${ids.owner}/delete`);
    expect(owner.forms.some((it) => it.action === "/ui/owners.delete")).toBe(false);
    expect(linksTo(owner.html, "/certificates?")).toEqual([
      ["4 certificates", `/certificates?owner_id=${ids.owner}&archived=false`],
      ["1 archived certificate", `/certificates?owner_id=${ids.owner}&archived=true`],
    ]);
    const team = await admin.get(`/teams/${ids.team}/delete`);
    const said = textOf(team.html, "li").join("; ");
    expect(said).toContain("1 owner");
    expect(said).toContain("1 agent");
    expect(said).toContain("1 join token that was made for it, on record");
    expect(team.html).toContain("Records are kept for good");
    // What the page says is what the operation does.
    for (const path of [`owners/${ids.owner}`, `teams/${ids.team}`, `profiles/${ids.profile}`]) {
      const key = site.product.adminKey;
      const answer = await site.product.request("DELETE", `/api/v1/${path}`, { key });
      expect([path, answer.status]).toEqual([path, 409]);
    }
  });

  test("what nothing refers to is deleted", async () => {
    const page = await admin.get(`/owners/${ids.spare}/delete`);
    const gone = await admin.send(page.form("owners.delete"));
    expect(gone.location).toBe("/owners");
    expect((await admin.get(`/owners/${ids.spare}`)).status).toBe(404);
  });

  test("an installation without any offers to add the first", async () => {
    const empty = await openSite(await open());
    const visitor = empty.visitor();
    await visitor.signIn("root");
    for (const [path, one] of [
      ["/owners", "owner"],
      ["/teams", "team"],
      ["/profiles", "profile"],
      ["/policies", "renewal policy"],
    ]) {
      const { html } = await visitor.get(path ?? "");
      expect(html).toContain(`No ${one} yet`);
      expect(linksTo(html, `${path}/new`).length).toBeGreaterThan(0);
    }
  });

  test("counts are of the reader's teams, and what may not be done is not offered", async () => {
    const { id: other } = await site.product.ok("POST", "/api/v1/teams", { name: "Other" });
    const visitor = await site.userWith({ role: "viewer", team_id: other });
    const { html } = await visitor.get(`/profiles/${ids.profile}`);
    expect(textOf(html, "p", "lede")).toEqual(["No certificate uses it."]);
    expect(html).not.toContain("/edit");
    expect(html).not.toContain("/delete");
    expect((await visitor.get(`/owners/${ids.owner}`)).status).toBe(404);
    expect((await visitor.get(`/profiles/${ids.profile}/edit`)).html).not.toContain(
      'action="/ui/profiles.update"',
    );
  });
});
