/**
 * The durable outbox: a report is on disk before the work counts as done, and leaves it when the server has taken it. It
 * survives kills and a server that is away for hours; the oldest go first, and there is a bound.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "#base/log.ts";
import { newId, type Random } from "#base/random.ts";
import type { Clock } from "#base/time.ts";
import { realFiles, replaceFile } from "./files.ts";

export interface Outbox<T> {
  put(message: T): void;
  /** Oldest first. */
  pending(): readonly { readonly key: string; readonly message: T }[];
  remove(key: string): void;
}

const most = 10_000;

export function openOutbox<T>(
  directory: string,
  tools: { readonly clock: Clock; readonly random: Random; readonly log: Log },
): Outbox<T> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // Ids sort by time, so the names of the files are the order.
  const names = () =>
    readdirSync(directory)
      .filter((name) => name.endsWith(".json"))
      .sort();
  return {
    put(message) {
      const key = newId("out", tools.clock.now(), tools.random);
      const path = join(directory, `${key}.json`);
      replaceFile(realFiles, { path, temporary: `${path}.new`, content: JSON.stringify(message) });
      const all = names();
      for (const name of all.slice(0, Math.max(0, all.length - most))) {
        tools.log.error({ report: name }, "the outbox is full: the oldest report is dropped");
        rmSync(join(directory, name), { force: true });
      }
    },
    pending: () =>
      names().map((name) => ({
        key: name,
        // Written by `put`.
        message: JSON.parse(readFileSync(join(directory, name), "utf8")) as T,
      })),
    remove: (key) => rmSync(join(directory, key), { force: true }),
  };
}
