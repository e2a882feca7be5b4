/** `certctl migrate`: shows what the database has and lacks; `--apply` brings it up to date. */
import { systemClock, toRfc3339 } from "#base/time.ts";
import { lockDataDir } from "#db/data-dir-lock.ts";
import { migrate, migrationStatus } from "#db/migrate.ts";
import { openDatabase } from "#db/open.ts";
import { openLog } from "#server/log.ts";
import { configure } from "./settings.ts";
import { UsageError } from "./usage.ts";

export async function migrateCommand(argv: readonly string[]): Promise<number> {
  const { config, rest } = configure(argv);
  const unknown = rest.find((it) => it !== "--apply");
  if (unknown !== undefined) throw new UsageError(`migrate knows no ${unknown}`);
  const lock = lockDataDir(config.dataDir, systemClock.now());
  const database = await openDatabase({
    url: config.databaseUrl?.reveal(),
    dataDir: config.dataDir,
    log: openLog("warn"),
    clock: systemClock,
    maxConnections: config.databaseMaxConns,
    onFatal: (error) => {
      throw error;
    },
  });
  try {
    if (rest.includes("--apply")) await migrate(database, systemClock);
    for (const it of await migrationStatus(database)) {
      const state = it.appliedAt === undefined ? "pending" : `applied ${toRfc3339(it.appliedAt)}`;
      process.stdout.write(`${it.name}  ${state}\n`);
    }
    return 0;
  } finally {
    await database.close();
    lock.release();
  }
}
