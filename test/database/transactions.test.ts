/** What every caller of a Database may rely on, on both engines alike. */
import { describe, expect, test } from "bun:test";
import { sql } from "kysely";
import { Problem } from "#base/problem.ts";
import { instant } from "#base/time.ts";
import type { Database } from "#db/database.ts";
import { eachEngine, opener } from "./engines.ts";
import { failure } from "./failure.ts";
import { postgresServer } from "./postgres-server.ts";

const team = (name: string) => ({
  id: `t-${name}`,
  name,
  description: "",
  revision: 1,
  created_at: instant(1),
  updated_at: instant(1),
});

async function teams(database: Database): Promise<readonly string[]> {
  const rows = await database.reader.selectFrom("teams").select("name").orderBy("name").execute();
  return rows.map((it) => it.name);
}

const insert = (database: Database, name: string) =>
  database.transaction((tx) => tx.insertInto("teams").values(team(name)).execute());

async function eventually<T>(work: () => Promise<T>, attempts = 100): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (attempts === 0 || !(error instanceof Problem)) throw error;
    await Bun.sleep(20);
    return await eventually(work, attempts - 1);
  }
}

eachEngine("a transaction", (open) => {
  test("is seen by readers once it has resolved, and gives what its work gives", async () => {
    const database = await open();
    const pk = await database.transaction(async (tx) => {
      const row = await tx
        .insertInto("teams")
        .values(team("a"))
        .returning("pk")
        .executeTakeFirstOrThrow();
      return row.pk;
    });
    const found = await database.reader
      .selectFrom("teams")
      .select("name")
      .where("pk", "=", pk)
      .execute();
    expect(found).toEqual([{ name: "a" }]);
    const scanned = await database.scanner.selectFrom("teams").select(["pk", "name"]).execute();
    expect(scanned).toEqual([{ pk, name: "a" }]);
  });

  test("sees its own writes", async () => {
    const database = await open();
    const count = await database.transaction(async (tx) => {
      await tx
        .insertInto("teams")
        .values([team("a"), team("b")])
        .execute();
      return (await tx.selectFrom("teams").select("name").execute()).length;
    });
    expect(count).toBe(2);
  });

  test("that fails undoes itself alone, among many at once", async () => {
    const database = await open();
    const names = Array.from({ length: 40 }, (_, i) => `n${String(i).padStart(2, "0")}`);
    const settled = await Promise.allSettled(
      names.map((name, i) =>
        database.transaction(async (tx) => {
          await tx.insertInto("teams").values(team(name)).execute();
          await tx
            .insertInto("teams")
            .values(team(`${name}-too`))
            .execute();
          if (i % 3 === 0) throw new Problem("refused", name);
        }),
      ),
    );
    expect(settled.map((it) => it.status)).toEqual(
      names.map((_, i) => (i % 3 === 0 ? "rejected" : "fulfilled")),
    );
    const kept = names.filter((_, i) => i % 3 !== 0);
    expect(await teams(database)).toEqual(kept.flatMap((it) => [it, `${it}-too`]).sort());
  });

  test("counts the rows it changed", async () => {
    const database = await open();
    await insert(database, "a");
    const rename = (from: string) =>
      database.transaction((tx) =>
        tx
          .updateTable("teams")
          .set({ description: "x" })
          .where("name", "=", from)
          .executeTakeFirst(),
      );
    expect((await rename("a")).numUpdatedRows).toBe(1n);
    expect((await rename("b")).numUpdatedRows).toBe(0n);
  });

  test("is doomed by a failed statement, even when its error is caught", async () => {
    const database = await open();
    await insert(database, "a");
    const error = await failure(
      database.transaction(async (tx) => {
        await tx.insertInto("teams").values(team("b")).execute();
        await tx
          .insertInto("teams")
          .values(team("a"))
          .execute()
          .catch(() => undefined);
        await tx.insertInto("teams").values(team("c")).execute();
      }),
    );
    expect(String(Reflect.get(Object(error), "code"))).toMatch(/SQLITE_CONSTRAINT_UNIQUE|23505/);
    expect(
      await failure(
        database.transaction(async (tx) => {
          await tx.insertInto("teams").values(team("d")).execute();
          await tx
            .insertInto("teams")
            .values(team("a"))
            .execute()
            .catch(() => undefined);
        }),
      ),
    ).toBeInstanceOf(Error);
    expect(await teams(database)).toEqual(["a"]);
  });

  test("throws at once when what it calls would wait for it or miss its writes", async () => {
    const database = await open();
    const inside = (work: () => Promise<unknown>) => failure(database.transaction(work));
    expect(await inside(() => insert(database, "a"))).toMatchObject({
      message: expect.stringContaining("use tx"),
    });
    expect(await inside(() => teams(database))).toMatchObject({
      message: expect.stringContaining("use tx"),
    });
    expect(
      await inside(() => database.scanner.selectFrom("teams").select("pk").execute()),
    ).toMatchObject({ message: expect.stringContaining("use tx") });
    await insert(database, "b");
    expect(await teams(database)).toEqual(["b"]);
  });

  test("is of no use after its end", async () => {
    const database = await open();
    const kept = await database.transaction(async (tx) => ({ tx }));
    const late = kept.tx.insertInto("teams").values(team("late")).execute();
    expect(await failure(late)).toMatchObject({ message: "the transaction has ended" });
    expect(await teams(database)).toEqual([]);
  });

  test("cannot be ended or nested by hand", async () => {
    const database = await open();
    for (const text of ["commit", " ROLLBACK", "savepoint a", "begin", "release member"]) {
      const error = await failure(database.transaction((tx) => sql.raw(text).execute(tx)));
      expect(error).toMatchObject({ message: `not allowed through Kysely: ${text}` });
    }
    expect(await failure(database.reader.transaction().execute(async () => 1))).toBeInstanceOf(
      Error,
    );
  });

  test("refuses text with U+0000, which one engine would take and the other not", async () => {
    const database = await open();
    const error = await failure(insert(database, "a\0b"));
    expect(error).toMatchObject({ kind: "invalid-input" });
  });

  test("counts in the metrics", async () => {
    const database = await open();
    const before = database.metrics();
    await Promise.allSettled([insert(database, "a"), insert(database, "b"), insert(database, "a")]);
    const { committed, failed, commits, waiting } = database.metrics();
    expect({ committed: committed - before.committed, failed, waiting }).toEqual({
      committed: 2,
      failed: 1,
      waiting: 0,
    });
    expect(commits).toBeGreaterThan(before.commits);
  });
});

eachEngine("reading", (open) => {
  test("writes nothing, whether asked plainly or in a WITH", async () => {
    const database = await open();
    for (const db of [database.reader, database.scanner]) {
      expect(await failure(db.insertInto("teams").values(team("a")).execute())).toBeInstanceOf(
        Error,
      );
      expect(await failure(db.deleteFrom("teams").execute())).toBeInstanceOf(Error);
      expect(await failure(sql`update teams set name = 'x'`.execute(db))).toBeInstanceOf(Error);
      expect(
        await failure(sql`with x as (delete from teams returning pk) select * from x`.execute(db)),
      ).toBeInstanceOf(Error);
      expect(await failure(sql`begin`.execute(db))).toBeInstanceOf(Error);
    }
    expect(await teams(database)).toEqual([]);
  });

  test("a failed statement carries its code from the scanner as from the reader", async () => {
    const database = await open();
    for (const db of [database.reader, database.scanner]) {
      const error = await failure(sql`select no_such_column from teams`.execute(db));
      expect(Reflect.get(Object(error), "code")).toBe(
        database.engine === "sqlite" ? "SQLITE_ERROR" : "42703",
      );
    }
  });
});

eachEngine("closing", (open) => {
  test("lets what has begun finish and refuses what comes after", async () => {
    const database = await open();
    const begun = Array.from({ length: 20 }, (_, i) => insert(database, `n${i}`));
    // On PostgreSQL a transaction has begun when it has its connection.
    await Bun.sleep(database.engine === "postgres" ? 100 : 0);
    const closed = database.close();
    await Promise.all(begun);
    await closed;
    await database.close();
    expect(await failure(insert(database, "late"))).toMatchObject({ kind: "unavailable" });
    for (const db of [database.reader, database.scanner]) {
      const late = db.selectFrom("teams").select("pk").execute();
      expect(await failure(late)).toMatchObject({ kind: "unavailable" });
    }
  });
});

describe("PostgreSQL", () => {
  const open = opener("postgres");

  test("a deadlock is resolved by calling the work of one side again", async () => {
    const database = await open();
    await insert(database, "a");
    await insert(database, "b");
    let calls = 0;
    let held = 0;
    const both = Promise.withResolvers<void>();
    const update = (first: string, second: string) =>
      database.transaction(async (tx) => {
        calls++;
        await tx
          .updateTable("teams")
          .set({ description: first })
          .where("name", "=", first)
          .execute();
        // Both hold their first row: counting calls would let one run through before the other has begun.
        if (++held === 2) both.resolve();
        await both.promise;
        await tx
          .updateTable("teams")
          .set({ description: first })
          .where("name", "=", second)
          .execute();
      });
    await Promise.all([update("a", "b"), update("b", "a")]);
    expect(calls).toBe(3);
  });

  test("transactions work again when the server is back, and say meanwhile that it is away", async () => {
    const database = await open();
    await insert(database, "before");
    let away = 0;
    const restarted = (await postgresServer()).restart();
    for (let i = 0; i < 400 && away === 0; i++) {
      await insert(database, `n${i}`).catch((error: unknown) => {
        expect(error).toMatchObject({ kind: "unavailable" });
        away++;
      });
    }
    await restarted;
    // Connections that died with the server are noticed one by one, when they are used.
    const before = await eventually(() => teams(database));
    await eventually(() => insert(database, "after"));
    expect((await teams(database)).length).toBe(before.length + 1);
    expect(away).toBe(1);
  });

  test("refuses what is not a database", async () => {
    expect(await failure(open.raw("mysql://127.0.0.1/x"))).toMatchObject({ kind: "invalid-input" });
    expect(await failure(open.raw("postgres://nobody@127.0.0.1:1/x"))).toMatchObject({
      kind: "unavailable",
    });
    expect(await failure(open.raw("sqlite::memory:"))).toMatchObject({ kind: "invalid-input" });
  });
});
