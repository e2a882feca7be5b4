/** Knows whether the running code is inside a transaction, so that what would wait for itself or miss its own writes throws at once. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Execute } from "./dialect.ts";

interface Scope {
  active: boolean;
}

export class TransactionScope {
  readonly #storage = new AsyncLocalStorage<Scope>();

  /** Runs `work` inside a transaction, until its promise settles. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const scope: Scope = { active: true };
    try {
      return await this.#storage.run(scope, work);
    } finally {
      scope.active = false;
    }
  }

  refuseNested(what: string): void {
    if (this.#storage.getStore()?.active === true) {
      throw new Error(`${what} inside a transaction: use tx`);
    }
  }

  /** `execute`, refused inside a transaction. */
  outside(what: string, execute: Execute): Execute {
    return async (query) => {
      this.refuseNested(what);
      return await execute(query);
    };
  }
}
