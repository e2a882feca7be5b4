/** Wake-up calls within this process: many calls of one turn become one, and a listener's failure is nobody else's. */
import type { Log } from "#base/log.ts";

type Listener = (topic: string | undefined) => void;

export class WakeCalls {
  readonly #listeners = new Map<string, Set<Listener>>();
  /** Of every topic `family:…`. */
  readonly #families = new Map<string, Set<Listener>>();
  readonly #pending = new Set<string>();
  #deafened: boolean = false;
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  on(topic: string, listener: () => void): () => void {
    return subscribe(this.#listeners, topic, listener);
  }

  onFamily(family: string, listener: (member: string | undefined) => void): () => void {
    return subscribe(this.#families, family, (topic) => listener(topic?.slice(family.length + 1)));
  }

  call(topic: string): void {
    this.#schedule();
    this.#pending.add(topic);
  }

  /** After a time of deafness: anything may have happened. */
  callAll(): void {
    this.#schedule();
    this.#deafened = true;
    for (const topic of this.#listeners.keys()) this.#pending.add(topic);
  }

  #schedule(): void {
    if (this.#pending.size === 0 && !this.#deafened) setImmediate(() => this.#deliver());
  }

  #deliver(): void {
    const topics = [...this.#pending];
    const deafened = this.#deafened;
    this.#pending.clear();
    this.#deafened = false;
    for (const topic of topics) {
      this.#tell(this.#listeners.get(topic), topic);
      const [family = "", member] = topic.split(":", 2);
      if (member !== undefined && !deafened) this.#tell(this.#families.get(family), topic);
    }
    if (!deafened) return;
    for (const listeners of this.#families.values()) this.#tell(listeners, undefined);
  }

  #tell(listeners: ReadonlySet<Listener> | undefined, topic: string | undefined): void {
    for (const listener of [...(listeners ?? [])]) {
      try {
        listener(topic);
      } catch (error) {
        this.#log.error({ err: error }, "a listener for wake-up calls failed");
      }
    }
  }
}

function subscribe(all: Map<string, Set<Listener>>, name: string, listener: Listener): () => void {
  const listeners = all.get(name) ?? new Set();
  all.set(name, listeners);
  // A listener of its own, so that subscribing the same function twice gives two subscriptions.
  const own: Listener = (topic) => listener(topic);
  listeners.add(own);
  return () => {
    listeners.delete(own);
    if (listeners.size === 0 && all.get(name) === listeners) all.delete(name);
  };
}
