/** A search for what very many have: the same rows as ever, page after page, and a count that may stop. */
import { beforeAll, expect, test } from "bun:test";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { openProduct, type TestProduct } from "#test/world.ts";
import { repeatCertificate } from "./many-rows.ts";

/** More than a bounded count counts. */
const many = 10_050;

eachEngine("a search for a common word", (open) => {
  let product: TestProduct;
  const get = async (query: string) =>
    (await product.ok("GET", `/api/v1/certificates?per_page=100&q=${query}`)) as {
      data: { id: string }[];
      total: number;
      total_is_exact: boolean;
      next_cursor: string | null;
    };
  beforeAll(async () => {
    product = await openProduct(await open());
    await product.ok("POST", "/api/v1/certificates", { csr_pem: await csr(["one.example.test"]) });
    await repeatCertificate(product.world.database, many);
  }, 60_000);

  test("counts all of them, unless it need not", async () => {
    expect(await get("staging")).toMatchObject({ total: many, total_is_exact: true });
    expect(await get("staging&count=bounded")).toMatchObject({
      total: 10_000,
      total_is_exact: false,
    });
    const end = await get("staging&count=bounded&page=101");
    expect(end).toMatchObject({ total: many, total_is_exact: true });
    expect(end.data).toHaveLength(50);
    const rare = await get("host-77.staging&count=bounded");
    expect(rare).toMatchObject({ total: 1, total_is_exact: true, data: [{ id: "mc-77" }] });
  }, 60_000);

  test("a list of all, of jobs and of events is counted to the same end", async () => {
    for (const path of ["certificates?per_page=1", "jobs?per_page=1", "audit?per_page=1"]) {
      const exact = await product.ok("GET", `/api/v1/${path}`);
      const bounded = await product.ok("GET", `/api/v1/${path}&count=bounded`);
      const isCutOff = open.engine === "postgres" && exact.total > 10_000;
      expect(bounded.total).toBe(isCutOff ? 10_000 : exact.total);
      expect([exact.total_is_exact, bounded.total_is_exact]).toEqual([true, !isCutOff]);
    }
    expect(await product.ok("GET", "/api/v1/teams")).not.toHaveProperty("total_is_exact");
  });

  test("has the newest first, or the oldest, and goes on behind each page", async () => {
    for (const { sort, numbers } of [
      { sort: "-created_at", numbers: [many, many - 99, many - 100] },
      { sort: "created_at", numbers: [1, 100, 101] },
    ]) {
      const first = await get(`staging&sort=${sort}&cursor=`);
      const second = await get(`staging&sort=${sort}&cursor=${first.next_cursor}`);
      const paged = await get(`staging&sort=${sort}&page=2`);
      const found = [first.data[0]?.id, first.data[99]?.id, second.data[0]?.id];
      expect(found).toEqual(numbers.map((it) => `mc-${it}`));
      expect(paged.data).toEqual(second.data);
    }
  }, 60_000);
});
