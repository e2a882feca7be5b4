import { beforeAll, describe, expect, test } from "bun:test";
import { opener } from "#test/database/engines.ts";
import { joinAgent } from "#test/world.ts";
import { openSite, type Site, type Visitor } from "./site.ts";

describe("an order in steps", () => {
  const open = opener("sqlite");
  let site: Site;
  let admin: Visitor;
  let target: string;

  beforeAll(async () => {
    site = await openSite(await open());
    admin = site.visitor();
    await admin.signIn("root");
    const agent = await joinAgent(site.product);
    const config = { cert_path: "/etc/tls/a.pem", key_path: "/etc/tls/a.key" };
    const body = { name: "site", type: "NGINX", agent_id: agent.id, config };
    target = (await site.product.ok("POST", "/api/v1/targets", body)).id;
  }, 60_000);

  /** The page that the step's form leads to by its button. */
  const go = async (from: string, changes: Readonly<Record<string, string>>): Promise<string> => {
    const shown = await admin.get(from);
    const form = shown.forms.find((it) => it.action === "/certificates/new");
    if (!form) throw new Error(`no step at ${from}`);
    const fields = new URLSearchParams(form.fields);
    for (const [name, value] of Object.entries(changes)) fields.set(name, value);
    return `/certificates/new?${fields}`;
  };

  test("keeps what was typed from step to step, makes an owner on the way, and orders at the end alone", async () => {
    const total = async () => (await site.product.ok("GET", "/api/v1/certificates")).total;
    let at = await go("/certificates/new", { sans: "www.example.test\nb.example.test", step: "2" });
    at = await go(at, { target_ids: target, step: "3" });
    at = await go(at, { environment: "Production", make: "owner" });
    const making = await admin.get(at);
    expect(making.html).toContain('aria-current="step"><span>3</span>');
    const made = await admin.send(making.form("owners.create"), {
      name: "Ada",
      email: "ada@example.test",
    });
    expect(made.status).toBe(303);
    const owner = (await site.product.ok("GET", "/api/v1/owners")).data[0];
    expect(new URL(made.location ?? "", "https://x").searchParams.get("owner_id")).toBe(owner.id);
    const back = await go(made.location ?? "", { step: "4" });
    expect(await total()).toBe(0);
    const review = await admin.get(back);
    expect(review.html).toContain("Names, key, place and profile agree");
    expect(review.html).toContain("Production");
    expect(review.html).toContain(">Ada<");
    const ordered = await admin.send(review.form("certificates.create"));
    expect(ordered.status).toBe(303);
    const id = /^\/certificates\/(mc-[^/]+)$/.exec(ordered.location ?? "")?.[1];
    const certificate = await site.product.ok("GET", `/api/v1/certificates/${id}`);
    expect(certificate).toMatchObject({
      sans: ["www.example.test", "b.example.test"],
      target_ids: [target],
      owner_id: owner.id,
      environment: "Production",
    });
  });

  test("leads to the steps of a new target and back, with it chosen beside the others", async () => {
    const { data } = await site.product.ok("GET", "/api/v1/agents");
    const away = await go("/certificates/new?step=2&name=%7Bid%7D.example.test", {
      target_ids: target,
      make: "target",
    });
    const { status, location } = await admin.get(away);
    expect(status).toBe(303);
    expect(location).toStartWith("/targets/new?next=");
    const types = await admin.get(location ?? "");
    expect(types.html).toContain("Back to the order");
    const type = /href="(\/targets\/new\?[^"]*type=NGINX[^"]*)"/.exec(types.html)?.[1] ?? "";
    const configure = await admin.get(type.replaceAll("&amp;", "&"));
    const form = configure.forms.find((it) => it.action === "/targets/new");
    const fields = new URLSearchParams(form?.fields);
    const typed = { name: "second", agent_id: data[0].id, step: "3" };
    const paths = { "config.cert_path": "/etc/tls/b.pem", "config.key_path": "/etc/tls/b.key" };
    for (const [name, value] of Object.entries({ ...typed, ...paths })) fields.set(name, value);
    const review = await admin.get(`/targets/new?${fields}`);
    const stored = await admin.send(review.form("targets.create"));
    expect(stored.status).toBe(303);
    const back = new URL(stored.location ?? "", "https://x");
    const made = (await site.product.ok("GET", "/api/v1/targets?q=second")).data[0];
    expect(back.pathname).toBe("/certificates/new");
    expect(back.searchParams.getAll("target_ids")).toEqual([target, made.id]);
    expect(back.searchParams.get("name")).toBe("{id}.example.test");
    expect(back.searchParams.get("step")).toBe("2");
  });

  test("a new target leads back to no other site", async () => {
    for (const next of ["https://evil.test/", "//evil.test", "javascript:x"]) {
      const { html } = await admin.get(`/targets/new?next=${encodeURIComponent(next)}`);
      expect(html).not.toContain('evil.test/"');
      expect(html).not.toContain("Back to the order");
    }
  });

  test("offers no button while something is wrong, and leads to the step where it is", async () => {
    const { html, forms } = await admin.get("/certificates/new?step=4&sans=not%20a%20name");
    expect(forms.some((it) => it.action === "/ui/certificates.create")).toBe(false);
    expect(html).toContain("2 things need a change before it can be ordered");
    const links = [...html.matchAll(/href="(\/certificates\/new\?[^"]*step=(\d))"/g)];
    expect(links.map((it) => it[2])).toContain("1");
    expect(links.map((it) => it[2])).toContain("2");
  });

  test("leads nobody past what would be refused", async () => {
    const { status, location } = await admin.get("/certificates/new?step=2&sans=not%20a%20name");
    expect(status).toBe(303);
    const back = await admin.get(location ?? "");
    expect(back.html).toContain('value="2"');
    expect(back.html).toContain("not a name");
    expect(back.html).toContain('aria-invalid="true"');
    const { html } = await admin.get("/certificates/new?step=4&sans=not%20a%20name");
    expect(html).toContain("needs a change");
  });

  test("takes what cannot be a step, a field or a number without falling over", async () => {
    for (const query of [
      "step=99",
      "step=-1",
      "step=x",
      "nothing=1",
      "validity_seconds=abc",
      "tags=x",
    ]) {
      expect([query, (await admin.get(`/certificates/new?${query}`)).status]).toEqual([query, 200]);
    }
  });
});
