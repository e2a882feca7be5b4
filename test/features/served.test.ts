/** What is deployed where: what was put in place last, whatever came before and whatever failed since. */
import { beforeAll, expect, test } from "bun:test";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { joinAgent, openProduct, type TestProduct } from "#test/world.ts";

interface Version {
  readonly id: string;
  readonly fingerprint: string;
  readonly is_current: boolean;
}

eachEngine("what is served", (open) => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openProduct(await open());
  }, 60_000);

  /** A certificate on two targets of one agent, twice issued, and both times seen at both. */
  async function given(name: string) {
    const agent = await joinAgent(product, { id: name });
    const config = { cert_path: "/etc/tls/l.pem", key_path: "/etc/tls/l.key" };
    const target = async (it: string) =>
      (
        await product.ok("POST", "/api/v1/targets", {
          ...{ name: it, type: "nginx", agent_id: agent.id, config },
        })
      ).id;
    const target_ids = [await target("one"), await target("two")];
    const sans = [`${name}.example.test`];
    const { id } = await product.ok("POST", "/api/v1/certificates", { sans, target_ids });
    const path = `/api/v1/agents/${agent.id}`;
    const key = agent.credential;
    const work = async () => (await product.request("GET", `${path}/work`, { key })).body.jobs;
    const versions = async (): Promise<readonly Version[]> =>
      (await product.ok("GET", `/api/v1/certificates/${id}/versions`)).data;
    const sign = async () => {
      const [{ id: job_id }] = await work();
      await product.request("POST", `${path}/csr`, {
        key,
        body: { job_id, csr_pem: await csr(sans) },
      });
    };
    /** Ends everything that is to be done, and says that this was seen; nothing: not looked. */
    const end = async (outcome: string, seen?: string) => {
      for (const it of await work()) {
        const { fingerprint } = (await versions()).find((each) => each.id === it.version_id) ?? {};
        const at = new Date(product.clock.now()).toISOString();
        const sight = seen === "itself" ? fingerprint : seen;
        const failed = outcome === "failed" || outcome === "rolled-back";
        const body = {
          status: failed ? "Failed" : "Completed",
          ...{ outcome, lease_token: it.lease_token, retryable: false },
          seen: sight && {
            ...{ endpoint: "127.0.0.1:443", fingerprint: sight, chain: [], at },
            tls_version: "TLSv1.3",
          },
        };
        const answer = await product.request("POST", `${path}/jobs/${it.id}/status`, { key, body });
        expect(answer.body).toEqual({ status: "updated", counted: true });
      }
    };
    const states = async () => {
      const { data } = await product.ok("GET", `/api/v1/certificates/${id}/deployments`);
      const of = (isCurrent: boolean) =>
        data
          .filter((it: Version) => it.is_current === isCurrent)
          .map((it: { state: string }) => it.state);
      return { current: of(true), earlier: of(false) };
    };
    const inPlace = async () =>
      (await product.ok("GET", `/api/v1/certificates/${id}/deployments?in_place=true`)).data.map(
        (it: { version_id: string }) => it.version_id,
      );
    await sign();
    await end("deployed", "itself");
    await product.ok("POST", `/api/v1/certificates/${id}/renew`);
    await sign();
    await end("deployed", "itself");
    const all = await versions();
    const [current, earlier] = [all.find((it) => it.is_current), all.find((it) => !it.is_current)];
    if (!current || !earlier) throw new Error("there are no two versions");
    const redeploy = () =>
      product.ok("POST", `/api/v1/certificates/${id}/versions/${earlier.id}/redeploy`);
    return { id, current, earlier, redeploy, end, states, inPlace };
  }
  const twice = (state: string) => [state, state];

  test("the newer version replaces the older", async () => {
    const { states, inPlace, current } = await given("newer");
    expect(await states()).toEqual({ current: twice("Deployed"), earlier: twice("Superseded") });
    expect(await inPlace()).toEqual(twice(current.id));
  });

  test("the older one, deployed again and seen, replaces the current one", async () => {
    const { states, inPlace, redeploy, end, earlier } = await given("older");
    await redeploy();
    expect((await states()).current).toEqual(twice("Deployed"));
    await end("deployed", "itself");
    expect(await states()).toEqual({ current: twice("Superseded"), earlier: twice("Deployed") });
    expect(await inPlace()).toEqual(twice(earlier.id));
  });

  test("so does one that was installed and that nobody saw", async () => {
    const { states, redeploy, end } = await given("unseen");
    await redeploy();
    await end("installed-not-seen");
    expect(await states()).toEqual({
      current: twice("Superseded"),
      earlier: twice("InstalledNotSeen"),
    });
  });

  test.each(["rolled-back", "failed"])("one that %s replaces nothing", async (outcome) => {
    const { states, inPlace, redeploy, end, current } = await given(outcome);
    await redeploy();
    await end(outcome);
    const state = outcome === "failed" ? "Failed" : "RolledBack";
    expect(await states()).toEqual({ current: twice("Deployed"), earlier: twice(state) });
    expect(await inPlace()).toEqual(twice(current.id));
  });

  test("a look that finds nothing brings back nothing that was there before", async () => {
    const { id, states, inPlace, end, current, earlier } = await given("looked-at");
    await product.ok("POST", `/api/v1/certificates/${id}/validate`);
    await end("failed", earlier.fingerprint);
    expect(await states()).toEqual({ current: twice("Failed"), earlier: twice("Superseded") });
    expect(await inPlace()).toEqual(twice(current.id));
    product.clock.move(1_000);
    await product.ok("POST", `/api/v1/certificates/${id}/validate`);
    await end("deployed", "itself");
    expect((await states()).current).toEqual(twice("Deployed"));
  });

  test("is left alone by whoever archives what is not served, and archived by whoever means it", async () => {
    const { id } = await given("archived");
    const chosen = { certificate_ids: [id] };
    const about = await product.ok("POST", "/api/v1/certificates/bulk-preview", chosen);
    expect(about).toMatchObject({ total: 1, counts: { served: 1, targets: 2 } });
    const single = await product.request(
      "DELETE",
      `/api/v1/certificates/${id}?unless_served=true`,
      { key: product.adminKey },
    );
    expect([single.status, single.body.detail]).toEqual([
      409,
      "2 targets serve the certificate now",
    ]);
    const archive = async (more: object) => {
      const { job_id } = await product.ok("POST", "/api/v1/certificates/bulk-archive", {
        ...{ ...chosen, confirm: "archive 1 certificate", ...more },
      });
      while ((await product.engine.drain()) > 0);
      return (await product.ok("GET", `/api/v1/jobs/${job_id}/items`)).data;
    };
    expect(await archive({})).toMatchObject([{ status: "skipped" }]);
    expect(await archive({ unless_served: false })).toMatchObject([{ status: "succeeded" }]);
    const { counts } = await product.ok("POST", "/api/v1/certificates/bulk-preview", chosen);
    expect(counts).toMatchObject({ served: 0, archived: 1 });
  });
});
