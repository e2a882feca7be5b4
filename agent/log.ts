/** The agent's log: one JSON object a line on standard error. */
import type { Fields, Log } from "#base/log.ts";
import { systemClock, toRfc3339 } from "#base/time.ts";

export function agentLog(): Log {
  const line = (level: string) => (fields: Fields, msg: string) => {
    const shown = Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [key, plain(value)]),
    );
    const entry = { level, time: toRfc3339(systemClock.now()), ...shown, msg };
    process.stderr.write(`${JSON.stringify(entry)}\n`);
  };
  return { debug() {}, info: line("info"), warn: line("warn"), error: line("error") };
}

const plain = (value: unknown): unknown =>
  value instanceof Error ? { message: value.message, stack: value.stack } : value;
