/** Migrations: once each, in order, whole or not at all, by one process at a time, and never backwards. */
import { expect, test } from "bun:test";
import { sql } from "kysely";
import { systemClock } from "#base/time.ts";
import type { Database } from "#db/database.ts";
import { migrate, migrationStatus } from "#db/migrate.ts";
import type { Migration } from "#migrations/dialect.ts";
import { migrations } from "#migrations/index.ts";
import { eachEngine } from "./engines.ts";
import { failure } from "./failure.ts";

const migration = (name: string, ...statements: readonly string[]): Migration => ({
  name,
  statements: () => statements,
});
const first = migration("0001-first", "create table a (x integer)", "insert into a values (1)");
const second = migration(
  "0002-second",
  "create table b (x integer)",
  "insert into b select x + 1 from a",
);

const read = async (database: Database, table: string) =>
  (await sql`select * from ${sql.table(table)}`.execute(database.reader)).rows;

eachEngine("migrating", (open) => {
  test("applies this build's migrations to an empty database, and nothing the second time", async () => {
    const database = await open.raw(await open.url());
    expect((await migrationStatus(database)).map((it) => it.appliedAt)).toEqual(
      migrations.map(() => undefined),
    );
    expect(await migrate(database, systemClock)).toEqual(migrations.map((it) => it.name));
    expect(await migrate(database, systemClock)).toEqual([]);
    for (const it of await migrationStatus(database)) {
      expect(it.checksum).toMatch(/^[0-9a-f]{64}$/);
      expect(it.appliedAt).toBeNumber();
    }
  });

  test("goes on where an older build stopped", async () => {
    const database = await open.raw(await open.url());
    expect(await migrate(database, systemClock, [first])).toEqual(["0001-first"]);
    expect(await migrate(database, systemClock, [first, second])).toEqual(["0002-second"]);
    expect(await read(database, "b")).toEqual([{ x: 2 }]);
  });

  test("refuses a database that a later build has migrated", async () => {
    const database = await open.raw(await open.url());
    await migrate(database, systemClock, [first, second]);
    const error = await failure(migrate(database, systemClock, [first]));
    expect(error).toMatchObject({
      kind: "conflict",
      detail: "the database is newer than this executable: it has 0002-second",
    });
    expect(await failure(migrationStatus(database, [first]))).toMatchObject({ kind: "conflict" });
  });

  test("refuses a migration that is not what was applied", async () => {
    const database = await open.raw(await open.url());
    await migrate(database, systemClock, [first]);
    const edited = migration("0001-first", "create table a (x integer, y integer)");
    const error = await failure(migrate(database, systemClock, [edited, second]));
    expect(error).toMatchObject({
      kind: "conflict",
      detail: "the database was migrated by another edition of 0001-first",
    });
    expect(await failure(read(database, "b"))).toBeInstanceOf(Error);
  });

  test("leaves nothing of a migration that fails", async () => {
    const database = await open.raw(await open.url());
    const broken = migration(
      "0002-broken",
      "create table b (x integer)",
      "insert into nowhere values (1)",
    );
    expect(await failure(migrate(database, systemClock, [first, broken]))).toBeInstanceOf(Error);
    expect(await failure(read(database, "b"))).toBeInstanceOf(Error);
    expect(
      (await migrationStatus(database, [first, broken])).map((it) => it.appliedAt !== undefined),
    ).toEqual([true, false]);
    expect(await migrate(database, systemClock, [first, second])).toEqual(["0002-second"]);
  });

  test("is done once by replicas that start together", async () => {
    const url = await open.url();
    const replicas = await Promise.all(Array.from({ length: 5 }, () => open.raw(url)));
    const done = await Promise.all(replicas.map((it) => migrate(it, systemClock)));
    // Each of them by one of the replicas, which take turns.
    expect(done.flat().toSorted()).toEqual(migrations.map((it) => it.name));
  });
});
