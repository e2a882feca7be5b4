/** The statements of one transaction on PostgreSQL, from BEGIN to its one end. */
import type { QueryResult } from "kysely";
import type { Milliseconds } from "#base/time.ts";
import type { Sql } from "./dialect.ts";
import type { PostgresConnection } from "./postgres-connection.ts";

export class PostgresTransaction {
  readonly #connection: PostgresConnection;
  #ended: boolean = false;
  #doom: { readonly error: unknown } | undefined;

  constructor(connection: PostgresConnection) {
    this.#connection = connection;
  }

  async execute(query: Sql): Promise<QueryResult<unknown>> {
    if (this.#ended) throw new Error("the transaction has ended");
    try {
      return await this.#connection.execute(query);
    } catch (error) {
      // The first failure is the reason; later ones only say that the transaction is aborted (25P02).
      this.#doom ??= { error };
      throw this.#doom.error;
    }
  }

  /** COMMIT of an aborted transaction would be a ROLLBACK that looks like success. Returns how long it took. */
  async commit(): Promise<Milliseconds> {
    if (this.#doom !== undefined) throw this.#doom.error;
    this.#ended = true;
    const began = performance.now();
    await this.#connection.run("commit");
    return performance.now() - began;
  }

  /** After whatever went wrong, which is what the caller reports. Where the connection was lost the server has done it. */
  async rollback(): Promise<void> {
    this.#ended = true;
    if (this.#connection.isLost) return;
    try {
      await this.#connection.run("rollback");
    } catch {
      this.#connection.discard();
    }
  }
}
