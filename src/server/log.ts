/** The log: one JSON object a line on standard error, by pino. Secrets wrapped in `Secret` print as "[secret]". */
import pino from "pino";
import type { Log } from "#base/log.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

export function openLog(level: LogLevel): Log {
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
