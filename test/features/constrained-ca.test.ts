import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { joinAgent, openProduct, type TestProduct, testClock } from "#test/world.ts";

const directory = mkdtempSync(join(tmpdir(), "certctl-constrained-"));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (name: string) => join(directory, name);

function openssl(...argv: readonly string[]): string {
  const it = Bun.spawnSync(["openssl", ...argv], { cwd: directory });
  if (it.exitCode !== 0) throw new Error(it.stderr.toString());
  return it.stdout.toString();
}

/** A root, and below it a CA that may speak of corp.example alone, as a company's PKI gives one away. */
function makeCa() {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650"];
  openssl(
    ...["req", "-x509", ...key, "-subj", "/CN=Company Root", "-keyout", "root.key"],
    ...["-out", "root.pem", "-addext", "keyUsage=critical,keyCertSign,cRLSign"],
  );
  writeFileSync(
    at("sub.cnf"),
    `basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
nameConstraints=critical,permitted;DNS:corp.example,excluded;DNS:secret.corp.example
`,
  );
  openssl(
    "req",
    "-new",
    ...key.slice(0, 5),
    "-subj",
    "/CN=Sub",
    "-keyout",
    "sub.key",
    "-out",
    "sub.csr",
  );
  openssl(
    ...["x509", "-req", "-in", "sub.csr", "-CA", "root.pem", "-CAkey", "root.key", "-days", "1825"],
    ...["-extfile", "sub.cnf", "-out", "sub.pem"],
  );
  return {
    certificatePem: readFileSync(at("sub.pem"), "utf8") + readFileSync(at("root.pem"), "utf8"),
    keyPem: readFileSync(at("sub.key"), "utf8"),
  };
}

eachEngine("a CA with name constraints", (open) => {
  let product: TestProduct;
  beforeAll(async () => {
    const ca = makeCa();
    product = await openProduct(await open(), { ca, clock: testClock(Date.now()) });
  }, 60_000);

  const order = (body: object) =>
    product.request("POST", "/api/v1/certificates", { body, key: product.adminKey });
  async function signerCalls(): Promise<number> {
    const { counters } = await product.ok("GET", "/api/v1/metrics");
    return counters['certctl_signer_calls_total{purpose="certificate"}'] ?? 0;
  }

  test("issues what it may, and OpenSSL finds the chain valid", async () => {
    const answer = await order({ csr_pem: await csr(["www.corp.example"]) });
    expect(answer.status).toBe(201);
    writeFileSync(at("leaf.pem"), answer.body.certificate_pem);
    expect(openssl("verify", "-CAfile", "root.pem", "-untrusted", "sub.pem", "leaf.pem")).toContain(
      "leaf.pem: OK",
    );
  });

  test.each(["www.other.example", "a.secret.corp.example"])(
    "refuses %s before its key is used, for it would be valid nowhere",
    async (name) => {
      const before = await signerCalls();
      const answer = await order({ csr_pem: await csr([name]) });
      expect([answer.status, answer.body.rules]).toEqual([422, ["names-outside-issuer"]]);
      expect(answer.body.detail).toContain(name);
      expect(await signerCalls()).toBe(before);
    },
  );

  test("refuses names before an agent has made a key for them", async () => {
    const agent = await joinAgent(product);
    const answer = await order({ sans: ["www.other.example"], agent_id: agent.id });
    expect([answer.status, answer.body.rules]).toEqual([422, ["names-outside-issuer"]]);
    const { total } = await product.ok("GET", "/api/v1/jobs");
    expect(total).toBe(0);
  });
});
