/** The ACME issuer of the environment: made at the first start, and after that as people left it. */
import { expect, test } from "bun:test";
import { ensureAcmeIssuer } from "#features/issuers/first-acme.ts";
import { eachEngine } from "#test/database/engines.ts";
import { openProduct } from "#test/world.ts";

const staging = {
  directory_url: "https://acme-staging-v02.api.letsencrypt.org/directory",
  email: "pki@example.com",
  eab_kid: "kid",
  eab_hmac: "c2VjcmV0LXNlY3JldC0x",
};

eachEngine("the ACME issuer of the environment", (open) => {
  test("is made once, its secret sealed, and is changed like any other", async () => {
    const { world, ok } = await openProduct(await open());
    await Promise.all([ensureAcmeIssuer(world, staging), ensureAcmeIssuer(world, staging)]);
    const path = "/api/v1/issuers/iss-acme-staging";
    const made = await ok("GET", path);
    expect(made).toMatchObject({
      name: "ACME acme-staging-v02.api.letsencrypt.org",
      type: "ACME",
      enabled: true,
      source: "environment",
      secrets_set: ["eab_hmac"],
      config: { directory_url: staging.directory_url, email: staging.email, eab_kid: "kid" },
    });
    expect(JSON.stringify(made)).not.toContain(staging.eab_hmac);
    await ok("PATCH", path, { name: "Ours", enabled: false });
    await ensureAcmeIssuer(world, { ...staging, email: "other@example.com" });
    expect(await ok("GET", path)).toMatchObject({
      name: "Ours",
      enabled: false,
      config: { email: staging.email },
    });
    expect((await ok("GET", "/api/v1/issuers")).total).toBe(2);
  });

  test("is named after what it is: any other directory is production", async () => {
    const { world, ok } = await openProduct(await open());
    await ensureAcmeIssuer(world, { directory_url: "https://ca.example/staging/dir" });
    expect(await ok("GET", "/api/v1/issuers/iss-acme-prod")).toMatchObject({
      name: "ACME ca.example",
      secrets_set: [],
    });
  });

  test("leaves an issuer alone that a person gave its name", async () => {
    const { world, ok, request, adminKey } = await openProduct(await open());
    const config = { directory_url: "https://ca.example/dir" };
    const theirs = { id: "iss-theirs", name: "ACME ca.example", type: "ACME", config };
    await ok("POST", "/api/v1/issuers", theirs);
    await ensureAcmeIssuer(world, config);
    const none = await request("GET", "/api/v1/issuers/iss-acme-prod", { key: adminKey });
    expect(none.status).toBe(404);
  });
});
