/** A small program that is compiled to an executable: migrates, writes, and reads through the scanner's Worker. Argument: the data directory. */
import { writeSync } from "node:fs";
import { silent } from "#base/log.ts";
import { systemClock } from "#base/time.ts";
import { lockDataDir } from "#db/data-dir-lock.ts";
import { migrate } from "#db/migrate.ts";
import { openDatabase } from "#db/open.ts";

async function main(dataDir: string): Promise<void> {
  const lock = lockDataDir(dataDir, systemClock.now());
  const database = await openDatabase({
    url: undefined,
    dataDir,
    log: silent,
    clock: systemClock,
    onFatal: (error) => {
      throw error;
    },
  });
  await migrate(database, systemClock);
  await database.transaction((tx) =>
    tx.insertInto("settings").values({ name: "greeting", value: "hello" }).execute(),
  );
  const rows = await database.scanner.selectFrom("settings").select("value").execute();
  await database.close();
  lock.release();
  writeSync(1, JSON.stringify(rows));
}

void main(process.argv[2] ?? "");
