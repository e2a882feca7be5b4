/** Hears NOTIFY on one channel, on a connection of its own that comes back whenever it is lost. */
import type { Log } from "#base/log.ts";
import { backoff } from "#base/retry.ts";
import { type Clock, seconds } from "#base/time.ts";
import { PostgresConnection } from "./postgres-connection.ts";

export interface ListenerOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly channel: string;
  readonly heard: (payload: string) => void;
  /** Listening began, or began again: what was said before has been missed. */
  readonly connected: () => void;
}

/** Waits between attempts; the last repeats. Until then everybody polls. */
const waits = [0.2, 1, 5, 15].map(seconds);

export class Listener {
  readonly #options: ListenerOptions;
  readonly #closed = new AbortController();
  readonly #aborted = Promise.withResolvers<void>();
  readonly #running: Promise<void>;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#aborted.resolve();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#closed;
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.#listen(() => {
          failures = 0;
        });
      } catch (error) {
        failures++;
        if (!signal.aborted) log.warn({ err: error, failures }, "cannot listen to PostgreSQL");
      }
      // Not a fleet that comes back as one: replicas are few, and chance is not at hand here.
      await clock.sleep(backoff(failures, 0.5, waits), signal);
    }
  }

  /** Resolves when it is to be closed, rejects when the connection is lost. */
  async #listen(began: () => void): Promise<void> {
    const { url, log, channel, heard, connected } = this.#options;
    const connection = new PostgresConnection({
      url,
      log,
      purpose: "listen",
      statementTimeout: seconds(10),
      onNotify: (_, payload) => heard(payload),
    });
    try {
      await connection.run(`listen ${channel}`);
      began();
      connected();
      await Promise.race([connection.lost, this.#aborted.promise]);
    } finally {
      await connection.close();
    }
  }
}
