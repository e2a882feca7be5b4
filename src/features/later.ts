/**
 * An output that comes later, and no promise: no `await` on its way waits for it, so what carried the call (some forty
 * functions and promises) is let go meanwhile. Thousands of them wait at once.
 */
export type Ended<T> = { readonly output: T } | { readonly error: unknown };

export class Later<T> {
  #ended: Ended<T> | undefined;
  #hear: ((ended: Ended<T>) => void) | undefined;

  /** Calls `hear` once, at once when it has ended already. For one listener. */
  onEnd(hear: (ended: Ended<T>) => void): void {
    if (this.#ended) hear(this.#ended);
    else this.#hear = hear;
  }

  /** The first end counts. */
  end(ended: Ended<T>): void {
    if (this.#ended) return;
    this.#ended = ended;
    this.#hear?.(ended);
    this.#hear = undefined;
  }
}
