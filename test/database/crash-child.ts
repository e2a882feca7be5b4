/** Writes until it is killed or the disk refuses, and says on standard output what it was told is durable. Arguments: path, callers. */
import { writeSync } from "node:fs";
import { sql } from "kysely";
import { silent } from "#base/log.ts";
import { systemClock } from "#base/time.ts";
import { openDatabase } from "#db/open.ts";

const [, , path, callers] = process.argv;

/** Synchronously: what is said must have left the process before the next thing happens. */
const say = (text: string): void => {
  writeSync(1, `${text}\n`);
};

const database = await openDatabase({
  url: `sqlite:${path}`,
  dataDir: "/nonexistent",
  log: silent,
  clock: systemClock,
  onFatal: (error) => say(`fatal ${Reflect.get(Object(error), "code")}`),
});
await database.transaction((tx) =>
  sql`create table if not exists pairs (n integer primary key, half integer not null, filler blob) strict`.execute(
    tx,
  ),
);
const { rows } = await sql<{ last: number }>`select coalesce(max(n), 0) as last from pairs`.execute(
  database.reader,
);
let last = rows[0]?.last ?? 0;
let refused: unknown;

/** Two rows in one transaction: there must never be one of them alone. */
async function writePairs(): Promise<void> {
  while (refused === undefined) {
    const n = ++last;
    const other = ++last;
    try {
      await database.transaction(async (tx) => {
        await sql`insert into pairs values (${n}, 1, ${new Uint8Array(500)})`.execute(tx);
        await sql`insert into pairs values (${other}, 2, null)`.execute(tx);
      });
    } catch (error) {
      refused = error;
      return;
    }
    say(`durable ${n}`);
  }
}

say("ready");
await Promise.all(Array.from({ length: Number(callers) }, writePairs));
say(`refused ${Reflect.get(Object(refused), "kind")}`);
try {
  await database.transaction((tx) => sql`insert into pairs values (0, 1, null)`.execute(tx));
  say("taken");
} catch (error) {
  say(`closed ${Reflect.get(Object(error), "kind")}`);
}
await database.close();
