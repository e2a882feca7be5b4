/** The log on standard error: one JSON object a line by pino, or lines for people. Secrets wrapped in `Secret` print as "[secret]". */
import pino from "pino";
import type { Fields, Log } from "#base/log.ts";
import { systemClock, toRfc3339 } from "#base/time.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFormat = "json" | "text";

export function openLog(level: LogLevel, format: LogFormat = "json"): Log {
  return format === "text" ? textLog(level) : jsonLog(level);
}

function jsonLog(level: LogLevel): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: ["req.headers.authorization", "*.password", "*.token"], censor: "[secret]" },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** `2026-11-23T15:03:36Z INFO serving url=https://…`; a stack stands on lines of its own. */
function textLog(least: LogLevel): Log {
  const write = (level: LogLevel) => (fields: Fields, message: string) => {
    if (levels.indexOf(level) < levels.indexOf(least)) return;
    const { err, ...rest } = fields;
    const pairs = Object.entries(rest).map(([key, value]) => ` ${key}=${plain(value)}`);
    const stack = err === undefined ? "" : `\n${err instanceof Error ? err.stack : String(err)}`;
    const time = toRfc3339(systemClock.now());
    process.stderr.write(`${time} ${level.toUpperCase()} ${message}${pairs.join("")}${stack}\n`);
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
}

const plain = (value: unknown): string =>
  typeof value === "string" && /^\S*$/.test(value) ? value : JSON.stringify(value);
