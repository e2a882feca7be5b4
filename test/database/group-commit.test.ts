/** The SQLite writer: shared commits, a bounded queue, members that hang, locks of others, and a disk that is full. */
import { Database as File } from "bun:sqlite";
import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { sql } from "kysely";
import { instant } from "#base/time.ts";
import type { Database } from "#db/database.ts";
import { opener } from "./engines.ts";
import { failure } from "./failure.ts";

const open = opener("sqlite");

const team = (name: string) => ({
  id: `t-${name}`,
  name,
  description: "",
  revision: 1,
  created_at: instant(1),
  updated_at: instant(1),
});

const insert = (database: Database, name: string) =>
  database.transaction((tx) => tx.insertInto("teams").values(team(name)).execute());

const count = async (database: Database) =>
  (await database.reader.selectFrom("teams").select("pk").execute()).length;

test("transactions that come together share commits", async () => {
  const database = await open();
  const before = database.metrics();
  await Promise.all(Array.from({ length: 100 }, (_, i) => insert(database, `n${i}`)));
  const after = database.metrics();
  expect(after.commits - before.commits).toBeLessThan(20);
  expect(after.largestGroup).toBeGreaterThan(5);
  expect(await count(database)).toBe(100);
});

test("a group is bounded in size", async () => {
  const database = await open({ sqlite: { maxMembers: 8, maxGroupAge: 1_000 } });
  await Promise.all(Array.from({ length: 64 }, (_, i) => insert(database, `n${i}`)));
  expect(database.metrics().largestGroup).toBe(8);
});

test("nothing settles before its group is durable, not even a rejection", async () => {
  const database = await open();
  const before = database.metrics().commits;
  const commitsWhen = async (promise: Promise<unknown>) => {
    await promise.catch(() => undefined);
    return database.metrics().commits - before;
  };
  const first = commitsWhen(insert(database, "a"));
  const refused = commitsWhen(insert(database, "a"));
  const thrown = commitsWhen(database.transaction(() => Promise.reject(new Error("no"))));
  expect(await Promise.all([first, refused, thrown])).toEqual([1, 1, 1]);
});

test("a reader never sees what is not committed", async () => {
  const database = await open();
  const release = Promise.withResolvers<void>();
  const writing = database.transaction(async (tx) => {
    await tx.insertInto("teams").values(team("a")).execute();
    await release.promise;
  });
  await Bun.sleep(5);
  expect(await count(database)).toBe(0);
  release.resolve();
  await writing;
  expect(await count(database)).toBe(1);
});

test("a member that waits for something else is rolled back, its neighbours are not", async () => {
  const database = await open();
  const late = Promise.withResolvers<unknown>();
  let woke = false;
  const hanging = database.transaction(async (tx) => {
    await tx.insertInto("teams").values(team("hanging")).execute();
    await Bun.sleep(500);
    woke = true;
    late.resolve(await failure(tx.insertInto("teams").values(team("late")).execute()));
  });
  const others = [insert(database, "a"), insert(database, "b")];
  expect(await failure(hanging)).toMatchObject({
    message: expect.stringContaining("waited 50 ms"),
  });
  await Promise.all(others);
  expect(woke).toBe(false);
  expect(await late.promise).toMatchObject({ message: "the transaction has ended" });
  expect(await count(database)).toBe(2);
});

test("a member that waits a little is not rolled back", async () => {
  const database = await open();
  await database.transaction(async (tx) => {
    await Bun.sleep(1);
    await tx.insertInto("teams").values(team("a")).execute();
  });
  expect(await count(database)).toBe(1);
});

test("more than the limit do not wait but are refused", async () => {
  const database = await open({ sqlite: { maxWaiting: 10 } });
  const settled = await Promise.allSettled(
    Array.from({ length: 30 }, (_, i) => insert(database, `n${i}`)),
  );
  const refused = settled.filter((it) => it.status === "rejected");
  // One runs, ten wait.
  expect(refused).toHaveLength(19);
  for (const it of refused) expect(it.reason).toMatchObject({ kind: "unavailable" });
  expect(await count(database)).toBe(11);
  await insert(database, "later");
});

test("waits for the lock of another process without holding up the event loop, and not for ever", async () => {
  const url = await open.url();
  const database = await open.raw(url, { sqlite: { busyTimeout: 300 } });
  await database.transaction((tx) => sql`create table t (x integer)`.execute(tx));
  const other = new File(url.slice("sqlite:".length));
  const add = () => database.transaction((tx) => sql`insert into t values (1)`.execute(tx));
  other.run("BEGIN IMMEDIATE");
  const waiting = add();
  let turns = 0;
  const ticks = setInterval(() => turns++, 1);
  await Bun.sleep(100);
  clearInterval(ticks);
  // With SQLite's own busy handler there would be none.
  expect(turns).toBeGreaterThan(3);
  other.run("COMMIT");
  await waiting;
  other.run("BEGIN IMMEDIATE");
  expect(await failure(add())).toMatchObject({
    kind: "unavailable",
    detail: expect.stringContaining("another process"),
  });
  other.run("COMMIT");
  await add();
  other.close();
});

test("a full disk refuses those who meet it, spares the others, and is not fatal", async () => {
  let fatal = 0;
  const database = await open({
    onFatal: () => fatal++,
    sqlite: { pragmas: ["max_page_count = 160"] },
  });
  const big = (i: number) =>
    database.transaction(async (tx) => {
      await tx
        .insertInto("teams")
        .values(team(`small${i}`))
        .execute();
      await tx
        .insertInto("chains")
        .values({ hash: Uint8Array.of(i), certificates: new Uint8Array(60_000) })
        .execute();
    });
  const settled = await Promise.allSettled(
    Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? big(i) : insert(database, `n${i}`))),
  );
  const refused = settled.filter((it) => it.status === "rejected");
  expect(refused.length).toBeGreaterThan(5);
  for (const it of refused)
    expect(it.reason).toMatchObject({ kind: "unavailable", cause: { code: "SQLITE_FULL" } });
  expect(await count(database)).toBe(40 - refused.length);
  const chains = await database.reader.selectFrom("chains").select("pk").execute();
  const kept = settled.filter((it, i) => i % 2 === 0 && it.status === "fulfilled");
  expect(chains).toHaveLength(kept.length);
  expect(fatal).toBe(0);
});

test("the log is copied into the file while transactions go on", async () => {
  const url = await open.url();
  const database = await open.raw(url, { sqlite: { checkpointInterval: 20 } });
  const path = url.slice("sqlite:".length);
  await database.transaction((tx) => sql`create table t (x blob)`.execute(tx));
  for (let i = 0; i < 20; i++) {
    await database.transaction((tx) =>
      sql`insert into t values (${new Uint8Array(50_000)})`.execute(tx),
    );
    await Bun.sleep(5);
  }
  await Bun.sleep(100);
  // Twenty rows of 50 kB; without a checkpoint they would be in the log alone.
  expect(Bun.file(path).size).toBeGreaterThan(900_000);
});

test("the files are for their owner alone", async () => {
  const url = await open.url();
  const database = await open.raw(url);
  await database.transaction((tx) => sql`create table t (x integer)`.execute(tx));
  const modes = ["", "-wal", "-shm"].map(
    (it) => statSync(url.slice("sqlite:".length) + it).mode & 0o777,
  );
  expect(modes).toEqual([0o600, 0o600, 0o600]);
});
