import { beforeAll, expect, test } from "bun:test";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { joinAgent, openProduct, type TestProduct } from "#test/world.ts";

eachEngine("an order that is only looked at", (open) => {
  let product: TestProduct;
  let target: string;
  beforeAll(async () => {
    product = await openProduct(await open());
    const agent = await joinAgent(product);
    const config = { cert_path: "/etc/tls/a.pem", key_path: "/etc/tls/a.key" };
    const body = { name: "site", type: "NGINX", agent_id: agent.id, config };
    target = (await product.ok("POST", "/api/v1/targets", body)).id;
  }, 60_000);

  const look = async (body: object) => await product.ok("POST", "/api/v1/certificates/check", body);
  const total = async () => (await product.ok("GET", "/api/v1/certificates")).total as number;

  test("orders nothing, and tells what it would become", async () => {
    const before = await total();
    const seen = await look({ sans: ["www.example.test"], target_ids: [target] });
    expect(seen).toMatchObject({
      common_name: "www.example.test",
      sans: ["www.example.test"],
      key_algorithm: "ECDSA-P256",
      is_client_key: false,
      key_holders: 1,
      targets: 1,
      requires_approval: false,
      used_by: [],
      problems: [],
    });
    expect(Date.parse(seen.renew_at)).toBeLessThan(Date.parse(seen.not_after));
    expect(await total()).toBe(before);
  });

  test("tells everything that is wrong at once, each at its field", async () => {
    const seen = await look({
      sans: ["not a name"],
      owner_id: "o-none",
      issuer_id: "iss-none",
      certificate_profile_id: "prof-none",
      renewal_policy_id: "rp-none",
    });
    const paths = seen.problems.map((it: { path: string }) => it.path).toSorted();
    expect(paths).toEqual([
      "certificate_profile_id",
      "issuer_id",
      "owner_id",
      "renewal_policy_id",
      "sans.0",
      "target_ids",
    ]);
  });

  test("says the same as the order itself would", async () => {
    const profile = await product.ok("POST", "/api/v1/profiles", {
      name: "short",
      max_ttl_seconds: 86_400,
      allowed_key_algorithms: [{ algorithm: "RSA", min_size: 2_048 }],
    });
    const orders = [
      { sans: ["a.example.test"] },
      { csr_pem: await csr(["b.example.test"]), certificate_profile_id: profile.id },
      { csr_pem: await csr(["c.example.test"]), target_ids: [target] },
      { csr_pem: await csr(["d.example.test"]) },
      {
        sans: ["e.example.test"],
        target_ids: [target],
        certificate_profile_id: profile.id,
        validity_seconds: 864_000,
      },
    ];
    const refusals = async () => {
      const { counters } = await product.ok("GET", "/api/v1/metrics");
      return Object.entries(counters).filter(([name]) => name.includes("refused"));
    };
    const before = await refusals();
    for (const body of orders) await look(body);
    // A rehearsal is no refusal.
    expect(await refusals()).toEqual(before);
    for (const body of orders) {
      const { problems } = await look(body);
      const { status } = await product.request("POST", "/api/v1/certificates", {
        body,
        key: product.adminKey,
      });
      // Without a request the lifetime is refused when the agent hands one in; the look says it before.
      const isLater = "validity_seconds" in body;
      expect([body, problems.length === 0]).toEqual([body, status < 300 && !isLater]);
    }
  });

  test("names the certificates that have its name already, of the caller's teams only", async () => {
    const team = await product.ok("POST", "/api/v1/teams", { name: "other" });
    await product.ok("POST", "/api/v1/certificates", {
      csr_pem: await csr(["taken.example.test"]),
      team_id: team.id,
    });
    expect(
      (await look({ sans: ["taken.example.test"], target_ids: [target] })).used_by,
    ).toHaveLength(1);
    const { key } = await product.ok("POST", "/api/v1/api-keys", {
      name: "elsewhere",
      grants: [
        {
          role: "operator",
          team_id: (await product.ok("POST", "/api/v1/teams", { name: "t" })).id,
        },
      ],
    });
    const answer = await product.request("POST", "/api/v1/certificates/check", {
      body: { sans: ["taken.example.test"], target_ids: [] },
      key,
    });
    expect(answer.body.used_by).toEqual([]);
  });

  test("two versions are compared field by field", async () => {
    const made = await product.ok("POST", "/api/v1/certificates", {
      csr_pem: await csr(["twice.example.test"]),
    });
    const versions = async () =>
      (await product.ok("GET", `/api/v1/certificates/${made.id}/versions`)).data;
    const [only] = await versions();
    const path = `/api/v1/certificates/${made.id}/compare`;
    const same = await product.ok("GET", `${path}?from=${only.id}&to=${only.id}`);
    expect(same.fields.filter((it: { differs: boolean }) => it.differs)).toEqual([]);
    const field = (name: string) => same.fields.find((it: { field: string }) => it.field === name);
    expect(field("subjectAltName").to).toEqual(["twice.example.test"]);
    expect(field("notAfter").to[0]).toBe(only.not_after);
    expect(field("serialNumber").to[0]).toBe(only.serial_number);
    const none = await product.request("GET", `${path}?from=${only.id}&to=ver-none`, {
      key: product.adminKey,
    });
    expect(none.status).toBe(404);
  });
});
