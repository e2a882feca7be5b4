/** The search over everything: what is found by what, and what stays hidden from whom. */
import { beforeAll, expect, test } from "bun:test";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { joinAgent, openProduct, type TestProduct } from "#test/world.ts";

interface Hit {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly status: string | null;
  readonly facts: readonly string[];
  readonly path: string;
}

eachEngine("search over everything", (open) => {
  let product: TestProduct;
  let teamId = "";
  let otherId = "";
  let certificate: { id: string; serial: string; fingerprint: string };
  let jobId = "";

  const find = async (q: string, key?: string, limit = 5) => {
    const path = `/api/v1/search?q=${encodeURIComponent(q)}&limit=${limit}`;
    const { status, body } = await product.request("GET", path, { key: key ?? product.adminKey });
    expect([q, status]).toEqual([q, 200]);
    return body as { data: readonly Hit[]; more: readonly string[] };
  };
  const paths = async (q: string, key?: string) => (await find(q, key)).data.map((it) => it.path);

  beforeAll(async () => {
    product = await openProduct(await open());
    const { ok } = product;
    teamId = (await ok("POST", "/api/v1/teams", { name: "payments", description: "money" })).id;
    otherId = (await ok("POST", "/api/v1/teams", { name: "other", description: "" })).id;
    const owner = await ok("POST", "/api/v1/owners", {
      name: "Pat",
      email: "pat@payments.test",
      team_id: teamId,
    });
    await ok("POST", "/api/v1/profiles", { name: "payments-short" });
    await ok("POST", "/api/v1/renewal-policies", { name: "payments-early" });
    await ok("POST", "/api/v1/users", {
      name: "payments-boss",
      password: "correct horse battery",
      grants: [{ role: "viewer" }],
    });
    await ok("POST", "/api/v1/api-keys", { name: "payments-key" });
    const agent = await joinAgent(product, { id: "payments-host", team_id: teamId });
    await ok("POST", "/api/v1/targets", {
      name: "payments-lb",
      type: "NGINX",
      agent_id: agent.id,
      config: { cert_path: "/a", key_path: "/b" },
    });
    const made = await ok("POST", "/api/v1/certificates", {
      name: "payments.example.test",
      csr_pem: await csr(["payments.example.test", "till.example.test"]),
      owner_id: owner.id,
      team_id: teamId,
    });
    const [version] = (await ok("GET", `/api/v1/certificates/${made.id}/versions`)).data;
    certificate = {
      id: made.id,
      serial: version.serial_number,
      fingerprint: version.fingerprint,
    };
    await ok("POST", "/api/v1/certificates", {
      name: "api.payments.example.test",
      csr_pem: await csr(["api.payments.example.test"]),
      team_id: otherId,
    });
    const waiting = await ok("POST", "/api/v1/certificates", {
      name: "slow.example.test",
      sans: ["slow.example.test"],
      agent_id: agent.id,
      team_id: teamId,
    });
    jobId = waiting.job_id;
  }, 60_000);

  test("finds one of every kind by its name, what begins with the text before what has it inside", async () => {
    const { data, more } = await find("payments");
    expect(new Set(data.map((it) => it.type))).toEqual(
      new Set([
        "certificate",
        "agent",
        "target",
        "profile",
        "renewal_policy",
        "owner",
        "team",
        "user",
        "api_key",
      ]),
    );
    expect(more).toEqual([]);
    const certificates = data.filter((it) => it.type === "certificate");
    expect(certificates.map((it) => it.name)).toEqual([
      "payments.example.test",
      "api.payments.example.test",
    ]);
    expect(certificates[0]?.status).toBe("Active");
    expect(certificates[0]?.facts).toContain("Pat");
    expect(certificates[0]?.facts.some((it) => /^notAfter 20\d\d-/.test(it))).toBe(true);
    const few = await find("payments", undefined, 1);
    expect([few.data.length, few.more]).toEqual([9, ["certificate"]]);
  });

  test("every path of an answer is a path of its kind", async () => {
    for (const { type, path, id } of (await find("payments")).data) {
      expect([type, path]).toEqual([type, type === "api_key" ? "/keys" : `${pathOf(type)}/${id}`]);
    }
  });

  test("finds certificates by subjectAltName, id, serial number and fingerprint, with colons or without", async () => {
    const path = `/certificates/${certificate.id}`;
    const colons = certificate.fingerprint.replace(/..(?=.)/g, "$&:").toUpperCase();
    for (const q of [
      "till.example",
      "TILL example",
      certificate.id,
      certificate.serial,
      certificate.serial.slice(0, 10),
      certificate.fingerprint,
      certificate.fingerprint.slice(0, 9),
      colons,
    ]) {
      expect([q, await paths(q)]).toEqual([q, [path]]);
    }
    expect(await paths("till payments nowhere")).toEqual([]);
  });

  test("finds a job by its whole id, everything else by a part of it", async () => {
    expect(await paths(jobId)).toEqual([`/jobs/${jobId}`]);
    expect(await paths(jobId.slice(0, -1))).toEqual([]);
    const { data } = await find(jobId);
    expect(data[0]?.name).toBe("Issuance of slow.example.test");
    expect(data[0]?.status).toBe("AwaitingCSR");
    expect(await paths("payments-ho")).toEqual(["/agents/payments-host"]);
  });

  test("takes what people type as it stands", async () => {
    for (const q of ["%", "_%", "\\", '"', "' or 1=1 --", "pay_ents", "PAY%"]) {
      expect([q, await paths(q)]).toEqual([q, []]);
    }
    for (const q of ["", " ", "x".repeat(201)]) {
      const path = `/api/v1/search?q=${encodeURIComponent(q)}`;
      const { status } = await product.request("GET", path, { key: product.adminKey });
      expect([q, status]).toEqual([q, 400]);
    }
  });

  test("shows nobody what they may not read: other teams, kinds without permission, anything without a key", async () => {
    const mine = await product.key({ role: "viewer", team_id: teamId });
    const theirs = await product.key({ role: "admin", team_id: otherId });
    const names = async (key: string) => (await find("payments", key)).data.map((it) => it.name);
    expect(await names(mine)).toEqual([
      "payments.example.test",
      "payments-host",
      "payments-lb",
      "payments-short",
      "payments-early",
      "Pat",
      "payments",
    ]);
    expect(await names(theirs)).toEqual([
      "api.payments.example.test",
      "payments-short",
      "payments-early",
      "payments",
    ]);
    expect(await paths(certificate.fingerprint, theirs)).toEqual([]);
    expect(await paths(jobId, theirs)).toEqual([]);
    const { status } = await product.request("GET", "/api/v1/search?q=payments", {
      key: undefined,
      headers: {},
    });
    expect(status).toBe(401);
  });
});

function pathOf(type: string): string {
  return type === "renewal_policy" ? "/policies" : `/${type}s`;
}
