/** Connections to PostgreSQL for one purpose: lent to one user at a time, replaced when lost. */
import { type ConnectionOptions, PostgresConnection } from "./postgres-connection.ts";

export class Pool {
  readonly #options: ConnectionOptions;
  readonly #maxConnections: number;
  /** The one used last is lent first, so that what is not needed stays idle. */
  readonly #idle: PostgresConnection[] = [];
  readonly #waiting: PromiseWithResolvers<PostgresConnection>[] = [];
  #lent = 0;

  constructor(options: ConnectionOptions, maxConnections: number) {
    this.#options = options;
    this.#maxConnections = maxConnections;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Lends a connection for as long as `work` takes. */
  async use<T>(work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    const connection = await this.#borrow();
    try {
      return await work(connection);
    } finally {
      this.#giveBack(connection);
    }
  }

  /** When nothing is lent any more. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((it) => it.close()));
  }

  #borrow(): PostgresConnection | Promise<PostgresConnection> {
    if (this.#lent < this.#maxConnections) {
      this.#lent++;
      return this.#next();
    }
    const waiter = Promise.withResolvers<PostgresConnection>();
    this.#waiting.push(waiter);
    return waiter.promise;
  }

  #next(): PostgresConnection {
    for (let it = this.#idle.pop(); it !== undefined; it = this.#idle.pop()) {
      if (!it.isLost) return it;
    }
    return new PostgresConnection(this.#options);
  }

  #giveBack(connection: PostgresConnection): void {
    if (!connection.isLost) this.#idle.push(connection);
    const waiter = this.#waiting.shift();
    if (waiter === undefined) this.#lent--;
    else waiter.resolve(this.#next());
  }
}
