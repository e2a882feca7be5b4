/** Long reads on SQLite: off the main thread, bounded in number and time, and served again after a Worker died. */
import { expect, test } from "bun:test";
import { sql } from "kysely";
import { silent } from "#base/log.ts";
import { systemClock } from "#base/time.ts";
import { Scanner, type ScannerOptions } from "#db/sqlite-scanner.ts";
import { opener } from "./engines.ts";
import { failure } from "./failure.ts";

const open = opener("sqlite");

/** Counts to `n` in SQLite: about ten million a second. */
const slow = (n: number) =>
  sql<{
    n: number;
  }>`with recursive c(x) as (select 1 union all select x + 1 from c where x < ${n}) select count(*) as n from c`;

/** A scanner on a database of its own; statements are raw. */
async function scannerOn(
  options: Partial<ScannerOptions>,
): Promise<{ scanner: Scanner; query: (n: number) => Promise<unknown> }> {
  const url = await open.url();
  const database = await open.raw(url);
  await database.transaction((tx) => sql`create table t (x integer)`.execute(tx));
  const scanner = new Scanner({
    path: url.slice("sqlite:".length),
    clock: systemClock,
    log: silent,
    timeout: 10_000,
    maxWaiting: 10,
    maxRestartsPerMinute: 2,
    ...options,
  });
  const query = (n: number) => scanner.query(slow(n).compile(database.scanner));
  return { scanner, query };
}

test("a long read does not hold up the event loop", async () => {
  const database = await open();
  let turns = 0;
  let running: boolean = true;
  const spin = async () => {
    while (running) {
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const spinning = spin();
  const { rows } = await slow(2_000_000).execute(database.scanner);
  running = false;
  await spinning;
  expect(rows).toEqual([{ n: 2_000_000 }]);
  // On the main thread there would be two or three.
  expect(turns).toBeGreaterThan(50);
});

test("a transaction does not wait for a long read", async () => {
  const database = await open();
  let read = false;
  const reading = slow(5_000_000)
    .execute(database.scanner)
    .then(() => (read = true));
  await database.transaction((tx) => tx.insertInto("settings").values({ name: "a" }).execute());
  expect(read).toBe(false);
  await reading;
});

test("a read that takes too long is given up, and those behind it are served", async () => {
  const { scanner, query } = await scannerOn({ timeout: 300 });
  const endless = failure(query(2_000_000_000));
  const behind = query(10);
  expect(await endless).toMatchObject({
    kind: "unavailable",
    detail: "the query took longer than 0.3 s",
  });
  expect(await behind).toEqual({ rows: [{ n: 10 }] });
  expect(scanner.counts).toEqual({ completed: 1, timedOut: 1, restarts: 1 });
  await scanner.close();
});

test("Workers that die again and again are not replaced for ever", async () => {
  const { scanner, query } = await scannerOn({ timeout: 100 });
  for (let i = 0; i < 3; i++)
    expect(await failure(query(2_000_000_000))).toMatchObject({ kind: "unavailable" });
  expect(await failure(query(1))).toMatchObject({ detail: "long reads fail again and again" });
  expect(scanner.counts.restarts).toBe(2);
  await scanner.close();
});

test("more reads than the limit do not wait but are refused", async () => {
  const { scanner, query } = await scannerOn({ maxWaiting: 3 });
  const settled = await Promise.allSettled(Array.from({ length: 10 }, () => query(10)));
  // One runs, three wait.
  expect(settled.filter((it) => it.status === "rejected")).toHaveLength(6);
  expect(await query(10)).toEqual({ rows: [{ n: 10 }] });
  await scanner.close();
});

test("a database that cannot be opened is said by every read, and costs few Workers", async () => {
  const { scanner, query } = await scannerOn({ path: "/nonexistent/certctl.db" });
  for (let i = 0; i < 3; i++) {
    expect(await failure(query(1))).toMatchObject({ code: "SQLITE_CANTOPEN" });
  }
  expect(await failure(query(1))).toMatchObject({ detail: "long reads fail again and again" });
  await scanner.close();
});

test("closing waits for the reads that were taken in", async () => {
  const { scanner, query } = await scannerOn({});
  const reads = [query(1_000_000), query(10)];
  await scanner.close();
  expect(await Promise.all(reads)).toEqual([{ rows: [{ n: 1_000_000 }] }, { rows: [{ n: 10 }] }]);
  expect(await failure(query(1))).toMatchObject({ kind: "unavailable" });
});
