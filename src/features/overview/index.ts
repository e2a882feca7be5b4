/** The state of the installation. */
import { toSnake } from "#base/case.ts";
import { type Instant, seconds } from "#base/time.ts";
import { bind, type Feature, read } from "../handler.ts";
import { overviewApi, type Summary } from "./api.ts";
import { dailyCounts } from "./daily.ts";
import { summarize } from "./queries.ts";
import { statsOperations } from "./stats.ts";
import { systemReads } from "./system.ts";
import { type Door, type SettingView, systemApi } from "./system-api.ts";

export interface BuildInfo {
  readonly version: string;
  readonly commit: string;
  readonly modified: boolean;
  readonly buildTime: string;
  readonly runtime: string;
}

export interface OverviewParts {
  readonly build: BuildInfo;
  readonly engine: string;
  readonly startedAt: Instant;
  readonly settings: readonly SettingView[];
  readonly doors: readonly Door[];
  /** The process's counters by name and labels. */
  readonly counters: () => Promise<Readonly<Record<string, number>>>;
  /** The Prometheus text, with these gauges set first. */
  readonly prometheus: (gauges: Readonly<Record<string, number>>) => Promise<string>;
}

export function overviewFeature(parts: OverviewParts): Feature {
  const version = read(overviewApi.version, async () => ({
    ...parts.build,
    database: parts.engine,
  }));
  const summary = read(overviewApi.summary, async (ctx) =>
    summarize(ctx.scanner, ctx.scope, ctx.clock.now()),
  );
  const metrics = read(overviewApi.metrics, async (ctx) => {
    const now = ctx.clock.now();
    return {
      gauges: gaugesOf(await summarize(ctx.scanner, ctx.scope, now)),
      counters: { ...(await parts.counters()) },
      uptimeSeconds: (now - parts.startedAt) / seconds(1),
      collectedAt: now,
    };
  });
  const prometheus = read(overviewApi.prometheus, async (ctx) => {
    const now = ctx.clock.now();
    const gauges = gaugesOf(await summarize(ctx.scanner, ctx.scope, now));
    const uptime = (now - parts.startedAt) / seconds(1);
    const text = await parts.prometheus({ ...gauges, uptime_seconds: uptime });
    return {
      mediaType: "text/plain; version=0.0.4",
      filename: "metrics.txt",
      pieces: (async function* () {
        yield text;
      })(),
    };
  });
  return {
    name: "overview",
    operations: [
      ...bind(overviewApi, { version, summary, metrics, prometheus }),
      ...statsOperations,
      ...bind(systemApi, systemReads(parts)),
    ],
    recurring: [dailyCounts],
  };
}

function gaugesOf(it: Summary): Record<string, number> {
  const { completedAt: _, ...numbers } = it;
  return Object.fromEntries(Object.entries(numbers).map(([key, n]) => [toSnake(key), n]));
}
