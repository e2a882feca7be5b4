/** Counts what has begun and not ended: so that too much is refused, and closing can wait for it. */
import { Problem } from "#base/problem.ts";

export class InFlight {
  readonly #what: string;
  readonly #limit: number;
  #count = 0;
  #idle: PromiseWithResolvers<void> | undefined;

  /** `what` is for people: "too many … are waiting". */
  constructor(what: string, limit: number) {
    this.#what = what;
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#idle !== undefined) throw new Problem("unavailable", "the database is closing");
    if (this.#count >= this.#limit) {
      throw new Problem("unavailable", `too many ${this.#what} are waiting`);
    }
    this.#count++;
    try {
      return await work();
    } finally {
      this.#count--;
      this.#settle();
    }
  }

  /** Refuses what comes, and resolves when what has begun has ended. */
  close(): Promise<void> {
    this.#idle ??= Promise.withResolvers();
    this.#settle();
    return this.#idle.promise;
  }

  #settle(): void {
    if (this.#count === 0) this.#idle?.resolve();
  }
}
