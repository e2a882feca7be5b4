/** Reads the server's own state. */
import { type Instant, seconds } from "#base/time.ts";
import { read } from "../handler.ts";
import { type Door, type SettingView, systemApi } from "./system-api.ts";
import { databaseFacts } from "./system-queries.ts";

export interface SystemParts {
  readonly build: {
    readonly version: string;
    readonly commit: string;
    readonly buildTime: string;
    readonly runtime: string;
  };
  readonly startedAt: Instant;
  readonly settings: readonly SettingView[];
  readonly doors: readonly Door[];
}

export const systemReads = (parts: SystemParts) => ({
  status: read(systemApi.status, async (ctx) => {
    const { version, commit, buildTime, runtime } = parts.build;
    return {
      version,
      commit,
      buildTime,
      runtime,
      startedAt: parts.startedAt,
      uptimeSeconds: (ctx.clock.now() - parts.startedAt) / seconds(1),
      memoryBytes: process.memoryUsage.rss(),
      database: await databaseFacts(ctx.reader),
      doors: [...parts.doors],
    };
  }),
  settings: read(systemApi.settings, async () => ({
    data: [...parts.settings],
    total: parts.settings.length,
  })),
});
