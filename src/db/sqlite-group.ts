/** A group: the transactions that share one BEGIN IMMEDIATE … COMMIT. */

export class Group {
  /** Monotonic milliseconds: how old the group is, not what time it is. */
  readonly openedAt: number;
  members = 0;
  /** Why nothing of this group was recorded. */
  failure: { readonly error: unknown } | undefined;
  readonly #settled = Promise.withResolvers<void>();

  constructor(openedAt: number) {
    this.openedAt = openedAt;
    // Its members report a failure; a group without members has nobody to tell.
    this.#settled.promise.catch(() => undefined);
  }

  /** Resolves when the group's COMMIT is durable, rejects when nothing of it was recorded. */
  get done(): Promise<void> {
    return this.#settled.promise;
  }

  succeed(): void {
    this.#settled.resolve();
  }

  fail(error: unknown): void {
    this.failure ??= { error };
    this.#settled.reject(error);
  }
}
