/** Is there an installation already? Commands that are not asked to make one leave no trace where there is none. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { systemClock } from "#base/time.ts";
import { isMigrated } from "#db/migrate.ts";
import { openDatabase, sqlitePath } from "#db/open.ts";
import { openLog } from "#server/log.ts";
import type { Config } from "../config.ts";

export interface Installation {
  readonly isThere: boolean;
  /** For people, without the password of a URL. */
  readonly place: string;
}

export async function findInstallation(config: Config): Promise<Installation> {
  const path = sqlitePath(config.databaseUrl?.reveal(), config.dataDir);
  if (path !== undefined) return { isThere: existsSync(path), place: resolve(path) };
  const database = await openDatabaseOf(config);
  try {
    return { isThere: await isMigrated(database), place: "the database of CERTCTL_DATABASE_URL" };
  } finally {
    await database.close();
  }
}

/** For a command that runs and ends. */
export async function openDatabaseOf(config: Config) {
  return await openDatabase({
    url: config.databaseUrl?.reveal(),
    dataDir: config.dataDir,
    log: openLog("warn"),
    clock: systemClock,
    maxConnections: config.databaseMaxConns,
    onFatal: (error) => {
      throw error;
    },
  });
}
