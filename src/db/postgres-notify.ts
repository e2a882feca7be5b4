/** Carries wake-up calls between the processes on one PostgreSQL. */
import { hostname } from "node:os";
import type { Log } from "#base/log.ts";
import type { Clock } from "#base/time.ts";
import { Listener } from "./postgres-listener.ts";
import type { Pool } from "./postgres-pool.ts";
import type { WakeCalls } from "./wake.ts";

export interface NotifyOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Sends; another connection listens. */
  readonly pool: Pool;
  readonly wakes: WakeCalls;
}

const channel = "certctl_wake";

/** NOTIFY takes a lock of the whole server at commit; so calls are gathered and sent apart from the transactions. */
const gather = 5;

export class NotifyCalls {
  readonly #options: NotifyOptions;
  readonly #listener: Listener;
  static #instances = 0;
  /** Tells our own calls, which have been delivered here already, from those of others. */
  readonly #name = `${hostname()}/${process.pid}/${NotifyCalls.#instances++}`;
  readonly #unsent = new Set<string>();
  #sending: Promise<void> | undefined;

  constructor(options: NotifyOptions) {
    this.#options = options;
    const { url, clock, log, wakes } = options;
    this.#listener = new Listener({
      url,
      clock,
      log,
      channel,
      heard: (payload) => this.#hear(payload),
      connected: () => wakes.callAll(),
    });
  }

  send(topic: string): void {
    this.#unsent.add(topic);
    this.#sending ??= this.#send();
  }

  async close(): Promise<void> {
    await this.#sending;
    await this.#listener.close();
  }

  /** Never rejects: a call is a hint, and whoever misses it polls. */
  async #send(): Promise<void> {
    const { clock, log, pool } = this.#options;
    await clock.sleep(gather);
    const topics = [...this.#unsent];
    this.#unsent.clear();
    this.#sending = undefined;
    try {
      await pool.use(async (connection) => {
        for (const topic of topics) {
          const parameters = [channel, `${this.#name} ${topic}`];
          await connection.execute({ sql: "select pg_notify($1, $2)", parameters });
        }
      });
    } catch (error) {
      log.debug({ err: error }, "a wake-up call could not be sent");
    }
  }

  #hear(payload: string): void {
    const [name, topic] = payload.split(" ");
    if (topic !== undefined && name !== this.#name) this.#options.wakes.call(topic);
  }
}
