/** `certctl migrate`: shows what the database has and lacks; `--apply` brings it up to date. */
import { systemClock, toRfc3339 } from "#base/time.ts";
import { lockDataDir } from "#db/data-dir-lock.ts";
import { type MigrationStatus, migrate, migrationStatus } from "#db/migrate.ts";
import { migrations } from "#migrations/index.ts";
import type { Config } from "../config.ts";
import { findInstallation, openDatabaseOf } from "./installation.ts";
import { configure } from "./settings.ts";
import { UsageError } from "./usage.ts";

export async function migrateCommand(argv: readonly string[]): Promise<number> {
  const { config, rest } = configure(argv);
  const unknown = rest.find((it) => it !== "--apply");
  if (unknown !== undefined) throw new UsageError(`migrate knows no ${unknown}`);
  if (rest.includes("--apply")) return await apply(config);
  const { isThere, place } = await findInstallation(config);
  if (isThere) return await show(config);
  process.stdout.write(`there is nothing at ${place} yet; certctl migrate --apply makes it\n`);
  print(migrations.map(({ name }) => ({ name, appliedAt: undefined })));
  return 0;
}

async function apply(config: Config): Promise<number> {
  const lock = lockDataDir(config.dataDir, systemClock.now());
  try {
    const database = await openDatabaseOf(config);
    try {
      await migrate(database, systemClock);
      print(await migrationStatus(database));
    } finally {
      await database.close();
    }
  } finally {
    lock.release();
  }
  return 0;
}

/** Beside a running server too: it changes nothing. */
async function show(config: Config): Promise<number> {
  const database = await openDatabaseOf(config);
  try {
    print(await migrationStatus(database));
  } finally {
    await database.close();
  }
  return 0;
}

function print(status: readonly Pick<MigrationStatus, "name" | "appliedAt">[]): void {
  for (const { name, appliedAt } of status) {
    const state = appliedAt === undefined ? "pending" : `applied ${toRfc3339(appliedAt)}`;
    process.stdout.write(`${name}  ${state}\n`);
  }
}
