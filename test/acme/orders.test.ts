import { beforeAll, expect, test } from "bun:test";
import { newId, systemRandom } from "#base/random.ts";
import { days, hours, later } from "#base/time.ts";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { freePort } from "#test/peers/free-port.ts";
import { makePair } from "#test/peers/pair.ts";
import { openProduct, type TestProduct } from "#test/world.ts";

eachEngine("orders at somebody else's CA", (open) => {
  let product: TestProduct;
  let issuerId: string;
  beforeAll(async () => {
    product = await openProduct(await open());
    const nobody = `https://localhost:${await freePort()}/dir`;
    const fields = { name: "ACME", type: "acme", config: { directory_url: nobody } };
    issuerId = (await product.ok("POST", "/api/v1/issuers", fields)).id;
  }, 60_000);

  const order = async (names: readonly string[], more: object = {}) => ({
    body: { csr_pem: await csr(names), issuer_id: issuerId, ...more },
    key: product.adminKey,
  });
  const send = (it: { body: object; key: string }) =>
    product.request("POST", "/api/v1/certificates", it);
  const job = (id: string) => product.ok("GET", `/api/v1/jobs/${id}`);

  test("are queued with a job, and the same request sent again finds it", async () => {
    const request = await order(["queued.test"]);
    const first = await send(request);
    const second = await send(request);
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(first.body.job_id).toStartWith("job-");
    expect([second.body.id, second.body.job_id]).toEqual([first.body.id, first.body.job_id]);
    expect(first.headers.get("location") ?? first.body.job_url).toContain(first.body.job_id);
  });

  test("sent twice at the same moment are one", async () => {
    const request = await order(["twice.test"]);
    const answers = await Promise.all([send(request), send(request), send(request)]);
    expect(new Set(answers.map((it) => it.status))).toEqual(new Set([202]));
    expect(new Set(answers.map((it) => it.body.id)).size).toBe(1);
  });

  test("of a server that is away are tried again, and say why", async () => {
    const made = await send(await order(["away.test"]));
    await product.engine.drain();
    const seen = await job(made.body.job_id);
    expect(seen).toMatchObject({ status: "Pending", attempts: 1 });
    expect(seen.last_error).toMatch(/^directory: localhost:\d+ refuses connections$/);
    await product.ok("POST", `/api/v1/jobs/${made.body.job_id}/cancel`);
  });

  test("wait as long as a busy server asks for", async () => {
    const pair = makePair(["localhost"]);
    const busy = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      tls: { cert: pair.certificatePem, key: pair.privateKeyPem },
      fetch: () => new Response("", { status: 503, headers: { "retry-after": "3600" } }),
    });
    const config = {
      directory_url: `https://localhost:${busy.port}/dir`,
      ca_bundle: pair.chainPem,
    };
    const fields = { name: "busy", type: "ACME", config };
    const { id } = await product.ok("POST", "/api/v1/issuers", fields);
    const made = await send(await order(["busy.test"], { issuer_id: id }));
    await product.engine.drain();
    await busy.stop(true);
    const seen = await job(made.body.job_id);
    expect(seen).toMatchObject({ status: "Pending", attempts: 1 });
    expect(Date.parse(seen.run_after)).toBe(product.clock.now() + hours(1));
  });

  test("that cannot be are refused for good, and the same request may be sent again", async () => {
    const request = await order(["mail@refused.test"]);
    const first = await send(request);
    expect(first.status).toBe(202);
    await product.engine.drain();
    const failed = await job(first.body.job_id);
    expect(failed).toMatchObject({ status: "Failed", attempts: 1 });
    expect(failed.last_error).toContain("is an e-mail address; ACME orders DNS names");
    const { status } = await product.ok("GET", `/api/v1/certificates/${first.body.id}`);
    expect(status).toBe("Failed");
    const again = await send(request);
    expect(again.status).toBe(202);
    expect(again.body.job_id).not.toBe(first.body.job_id);
    await product.engine.drain();
  });

  test("for names that break a rule are refused at once, not by the job", async () => {
    const before = (await product.ok("GET", "/api/v1/jobs")).total;
    const answer = await send(
      await order(["bad.test"], { csr_pem: await csr(["a..b"], { subject: "" }) }),
    );
    expect(answer.status).toBe(422);
    expect((await product.ok("GET", "/api/v1/jobs")).total).toBe(before);
  });

  test("what was kept of them is forgotten after a month, and only that", async () => {
    const { database, clock } = product.world;
    const row = await database.reader
      .selectFrom("issuers")
      .select("pk")
      .where("id", "=", issuerId)
      .executeTakeFirstOrThrow();
    const at = (age: number) => newId("ver", later(clock.now(), -days(age)), systemRandom);
    const names = [`orders/${at(31)}`, `orders/${at(29)}`, "account/x", "account-key/x"];
    await database.transaction(async (db) => {
      for (const name of names) {
        const state = { issuer_pk: row.pk, name, sealed: Buffer.from("x") };
        await db.insertInto("issuer_state").values(state).execute();
      }
    });
    await product.ok("POST", "/api/v1/schedules/challenge-cleanup/run", {});
    await product.timetable.runDue();
    const left = await database.reader.selectFrom("issuer_state").select("name").execute();
    expect(new Set(left.map((it) => it.name))).toEqual(new Set(names.slice(1)));
  });
});
