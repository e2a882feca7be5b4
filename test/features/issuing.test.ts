import { beforeAll, describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { joinAgent, openProduct, type TestProduct } from "#test/world.ts";

eachEngine("issuing", (open) => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openProduct(await open());
  }, 60_000);

  async function signerCalls(): Promise<number> {
    const { counters } = await product.ok("GET", "/api/v1/metrics");
    return counters['certctl_signer_calls_total{purpose="certificate"}'] ?? 0;
  }
  const order = (body: object) =>
    product.request("POST", "/api/v1/certificates", { body, key: product.adminKey });

  test("a signing request becomes a certificate at once, chained to the issuing CA", async () => {
    const answer = await order({ csr_pem: await csr(["a.example.test", "10.0.0.1"]) });
    expect(answer.status).toBe(201);
    const leaf = new X509Certificate(answer.body.certificate_pem);
    expect(leaf.subjectAltName).toBe("DNS:a.example.test, IP Address:10.0.0.1");
    const issuing = new X509Certificate(answer.body.chain_pem);
    expect(leaf.checkIssued(issuing)).toBe(true);
    expect(leaf.verify(issuing.publicKey)).toBe(true);
    expect(answer.body.status).toBe("Active");
    const { data } = await product.ok("GET", `/api/v1/certificates/${answer.body.id}/versions`);
    expect(data).toHaveLength(1);
    expect(data[0].serial_number).toBe(leaf.serialNumber.toLowerCase());
    expect(data[0].fingerprint).toBe(leaf.fingerprint256.replaceAll(":", "").toLowerCase());
    expect(Date.parse(data[0].not_before)).toBe(leaf.validFromDate.getTime());
    expect(Date.parse(data[0].not_after)).toBe(leaf.validToDate.getTime());
  });

  test("the answer to an order is the certificate as it is read afterwards", async () => {
    const team = await product.ok("POST", "/api/v1/teams", { name: "answered" });
    const owner = await product.ok("POST", "/api/v1/owners", {
      name: "answered",
      email: "answered@example.test",
      team_id: team.id,
    });
    const { body } = await order({
      csr_pem: await csr(["answered.example.test"]),
      owner_id: owner.id,
      environment: "prod",
      tags: { a: "b" },
    });
    const { job_id, job_url, certificate_pem, chain_pem, ...view } = body;
    expect(view.team_id).toBe(team.id);
    expect(await product.ok("GET", `/api/v1/certificates/${view.id}`)).toMatchObject(view);
  });

  test("is named by its common name, and by its id as well where that is taken, also by many at once", async () => {
    const orders = await Promise.all(
      Array.from({ length: 4 }, async () => order({ csr_pem: await csr(["named.example.test"]) })),
    );
    expect(orders.map((it) => it.status)).toEqual([201, 201, 201, 201]);
    const names = orders.map((it) => it.body.name).toSorted();
    const ids = orders.map((it) => it.body.id);
    expect(names[0]).toBe("named.example.test");
    for (const name of names.slice(1)) {
      expect(ids.map((id) => `named.example.test ${id}`)).toContain(name);
    }
  });

  test("the same request sent again finds its certificate and signs nothing", async () => {
    const body = { csr_pem: await csr(["again.example.test"]) };
    const first = await order(body);
    const before = await signerCalls();
    const second = await order(body);
    expect(second.body.id).toBe(first.body.id);
    expect(second.body.certificate_pem).toBe(first.body.certificate_pem);
    expect(await signerCalls()).toBe(before);
  });

  test("the key beside a signing request must be its key", async () => {
    const csr_pem = await csr(["kind.example.test"], { key: "RSA-2048" });
    const other = await order({ csr_pem, key_algorithm: "ECDSA-P256" });
    expect([other.status, other.body.errors]).toEqual([
      400,
      [{ path: "key_algorithm", message: "is not that of the request, which is RSA-2048" }],
    ]);
    const made = await order({ csr_pem, key_algorithm: "RSA-2048" });
    expect([made.status, made.body.key_algorithm]).toEqual([201, "RSA-2048"]);
    // A renewal takes the kind from its request alone.
    const path = `/api/v1/certificates/${made.body.id}/renew`;
    const body = { csr_pem, key_algorithm: "ECDSA-P256" };
    const renewal = await product.request("POST", path, { body, key: product.adminKey });
    expect([renewal.status, renewal.body.errors[0].path]).toEqual([400, "key_algorithm"]);
  });

  describe("is refused before the CA key is used", () => {
    const cases: readonly {
      name: string;
      body: () => Promise<object>;
      status: number;
      says: RegExp;
    }[] = [
      {
        name: "an RSA key where the profile wants ECDSA",
        body: async () => ({
          csr_pem: await csr(["r.example.test"], { key: "RSA-2048" }),
          certificate_profile_id: "ecdsa-only",
        }),
        status: 422,
        says: /RSA/,
      },
      {
        name: "a wildcard in the middle",
        body: async () => ({ csr_pem: await csr(["a.*.example.test"], { subject: "" }) }),
        status: 422,
        says: /wildcard|\*/i,
      },
      {
        name: "a common name that is not among the names",
        body: async () => ({
          csr_pem: await csr(["b.example.test"], { subject: "CN=c.example.test" }),
        }),
        status: 422,
        says: /common name/i,
      },
      {
        name: "a lifetime beyond the CA's own",
        body: async () => ({
          csr_pem: await csr(["d.example.test"]),
          validity_seconds: 300_000_000,
        }),
        status: 422,
        says: /beyond|issuer/i,
      },
      {
        name: "a lifetime under an hour without a profile for it",
        body: async () => ({ csr_pem: await csr(["s.example.test"]), validity_seconds: 600 }),
        status: 422,
        says: /short-lived/,
      },
      {
        name: "something that is no signing request",
        body: async () => ({
          csr_pem: "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
        }),
        status: 400,
        says: /signing request/,
      },
      {
        name: "names that contradict the request",
        body: async () => ({ csr_pem: await csr(["e.example.test"]), sans: ["f.example.test"] }),
        status: 422,
        says: /names differ/,
      },
      {
        name: "an issuer that is not there",
        body: async () => ({ csr_pem: await csr(["g.example.test"]), issuer_id: "iss-nobody" }),
        status: 400,
        says: /issuer_id/,
      },
    ];
    beforeAll(async () => {
      await product.ok("POST", "/api/v1/profiles", {
        id: "ecdsa-only",
        name: "ECDSA only",
        allowed_key_algorithms: [{ algorithm: "ECDSA", min_size: 256 }],
      });
    });
    test.each(cases)("$name", async ({ body, status, says }) => {
      const before = await signerCalls();
      const answer = await order(await body());
      expect(answer.status).toBe(status);
      expect(answer.body.detail).toMatch(says);
      expect(answer.body.type).toStartWith("urn:certctl:problem:");
      expect(await signerCalls()).toBe(before);
    });
  });

  test("a ten-minute certificate is possible where the profile says so", async () => {
    await product.ok("POST", "/api/v1/profiles", {
      id: "short",
      name: "Short",
      allow_short_lived: true,
      max_ttl_seconds: 600,
    });
    const answer = await order({
      csr_pem: await csr(["short.example.test"]),
      certificate_profile_id: "short",
    });
    expect(answer.status).toBe(201);
    const lifetime = Date.parse(answer.body.not_after) - Date.parse(answer.body.not_before);
    expect(lifetime).toBe(599_000);
  });

  test("renewing without a new request signs the known one again and keeps both versions", async () => {
    const made = await order({ csr_pem: await csr(["renew.example.test"]) });
    product.clock.move(60_000);
    const renewed = await product.ok("POST", `/api/v1/certificates/${made.body.id}/renew`, {});
    expect(renewed.version_id).toBeString();
    const { data } = await product.ok("GET", `/api/v1/certificates/${made.body.id}/versions`);
    expect(data.map((it: { is_current: boolean }) => it.is_current)).toEqual([true, false]);
    expect(data[0].serial_number).not.toBe(data[1].serial_number);
    const pem = await product.ok("GET", `/api/v1/certificates/${made.body.id}/export/pem`);
    expect(new X509Certificate(pem.cert_pem).fingerprint256.replaceAll(":", "").toLowerCase()).toBe(
      data[0].fingerprint,
    );
  });

  test("an archived certificate is not renewed until it is restored", async () => {
    const made = await order({ csr_pem: await csr(["archive.example.test"]) });
    const path = `/api/v1/certificates/${made.body.id}`;
    await product.ok("DELETE", path);
    expect((await product.ok("GET", path)).status).toBe("Archived");
    const refused = await product.request("POST", `${path}/renew`, {
      body: {},
      key: product.adminKey,
    });
    expect(refused.status).toBe(409);
    await product.ok("POST", `${path}/restore`);
    expect((await product.ok("GET", path)).status).toBe("Active");
  });

  test("a certificate is found by name, serial number, fingerprint and tag", async () => {
    const made = await order({
      csr_pem: await csr(["searchable-host.example.test"]),
      tags: { cost: "center-4711" },
    });
    const { data } = await product.ok("GET", `/api/v1/certificates/${made.body.id}/versions`);
    const wanted = [
      "searchable-host",
      data[0].serial_number,
      data[0].fingerprint.slice(0, 20),
      "center-4711",
    ];
    for (const q of wanted) {
      const found = await product.ok("GET", `/api/v1/certificates?q=${encodeURIComponent(q)}`);
      expect(found.data.map((it: { id: string }) => it.id)).toEqual([made.body.id]);
    }
  });

  test("one certificate names its targets, a list does not", async () => {
    const { id: agentId } = await joinAgent(product);
    const config = { cert_path: "/etc/tls/a.pem", key_path: "/etc/tls/a.key" };
    const target = { name: "named", type: "NGINX", agent_id: agentId, config };
    const { id: targetId } = await product.ok("POST", "/api/v1/targets", target);
    const order = { sans: ["named.example.test"], target_ids: [targetId] };
    const { id } = await product.ok("POST", "/api/v1/certificates", order);
    const path = `/api/v1/certificates/${id}`;
    expect((await product.ok("GET", path)).target_ids).toEqual([targetId]);
    const [row] = (await product.ok("GET", "/api/v1/certificates?q=named.example")).data;
    expect([row.id, "target_ids" in row]).toEqual([id, false]);
    expect((await product.ok("PATCH", path, { target_ids: [] })).target_ids).toEqual([]);
  });
});
