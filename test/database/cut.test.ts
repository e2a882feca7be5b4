/** PostgreSQL connections cut at any moment: no half transaction, nothing acknowledged lost, nobody waits for ever. */
import { expect, test } from "bun:test";
import { sql } from "kysely";
import type { Database } from "#db/database.ts";
import { opener } from "./engines.ts";

const open = opener("postgres");

const rowCount = 400;

/** Two rows in one transaction, with a turn of the loop between: a cut may come while no statement is under way. */
async function writePair(database: Database, n: number): Promise<boolean> {
  try {
    await database.transaction(async (tx) => {
      await tx
        .insertInto("settings")
        .values({ name: `${n}-first` })
        .execute();
      if (n % 3 === 0) await Bun.sleep(n % 5);
      await tx
        .insertInto("settings")
        .values({ name: `${n}-second` })
        .execute();
    });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ kind: "unavailable" });
    return false;
  }
}

test("transactions are whole, whenever their connections are cut", async () => {
  const database = await open();
  const other = await open.raw(await open.url());
  let writing: boolean = true;
  let next = 0;
  const written: number[] = [];
  const caller = async () => {
    while (next < rowCount) {
      const n = next++;
      if (await writePair(database, n)) written.push(n);
    }
  };
  const cut = async () => {
    while (writing) {
      // Every connection that certctl holds on this server but our own, which is of another database.
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'certctl write' and datname <> current_database()
        order by random() limit 2`.execute(other.reader);
      await Bun.sleep(15);
    }
  };
  const cutting = cut();
  await Promise.all(Array.from({ length: 16 }, caller));
  writing = false;
  await cutting;
  const rows = await database.reader.selectFrom("settings").select("name").execute();
  const names = new Set(rows.map((it) => it.name));
  expect(written.filter((n) => !(names.has(`${n}-first`) && names.has(`${n}-second`)))).toEqual([]);
  const halves = Array.from({ length: rowCount }, (_, n) => n).filter(
    (n) => names.has(`${n}-first`) !== names.has(`${n}-second`),
  );
  expect(halves).toEqual([]);
  expect(written.length).toBeGreaterThan(rowCount / 10);
  expect(written.length).toBeLessThan(rowCount);
}, 30_000);
