/** Wake-up calls within this process: many calls of one turn become one, and a listener's failure is nobody else's. */
import type { Log } from "#base/log.ts";

export class WakeCalls {
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #pending = new Set<string>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  on(topic: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners);
    // A listener of its own, so that subscribing the same function twice gives two subscriptions.
    const own = () => listener();
    listeners.add(own);
    return () => listeners.delete(own);
  }

  call(topic: string): void {
    if (this.#pending.size === 0) setImmediate(() => this.#deliver());
    this.#pending.add(topic);
  }

  /** After a time of deafness: anything may have happened. */
  callAll(): void {
    for (const topic of this.#listeners.keys()) this.call(topic);
  }

  #deliver(): void {
    const topics = [...this.#pending];
    this.#pending.clear();
    for (const listener of topics.flatMap((it) => [...(this.#listeners.get(it) ?? [])])) {
      try {
        listener();
      } catch (error) {
        this.#log.error({ err: error }, "a listener for wake-up calls failed");
      }
    }
  }
}
