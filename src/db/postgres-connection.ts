/** One connection to PostgreSQL: types as the tables have them, time limits on the server's side, a name that an operator recognises. */
import type { CompiledQuery, QueryResult } from "kysely";
import postgres from "postgres";
import type { Log } from "#base/log.ts";
import { Problem } from "#base/problem.ts";
import type { Milliseconds } from "#base/time.ts";
import { socketMaker } from "./postgres-socket.ts";

export interface ConnectionOptions {
  readonly url: string;
  /** Appears in pg_stat_activity after `certctl`. Only `write` may write. */
  readonly purpose: "write" | "read" | "scan" | "listen";
  readonly statementTimeout: Milliseconds;
  readonly log: Log;
  readonly onNotify?: (channel: string, payload: string) => void;
}

/** A transaction that waits for anything but the database loses its connection: its locks hold up others. */
const idleInTransaction: Milliseconds = 5_000;

/**
 * A client of the `postgres` package that has one connection and is thrown away with it. The package's own pool and
 * its `begin` are not used: when a connection is lost between two statements of a transaction, version 3.4.9 writes
 * to a socket that is null, outside of any promise (measured: it ends the process).
 */
export class PostgresConnection {
  readonly #client: ReturnType<typeof connect>;
  readonly #lost = Promise.withResolvers<never>();
  #isLost: boolean = false;

  /** Connects at the first statement. */
  constructor(options: ConnectionOptions) {
    // Whoever waits for a statement hears of it; nobody need be waiting.
    this.#lost.promise.catch(() => undefined);
    this.#client = connect(options, () => this.#lose());
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Rejects when the connection is lost, and never resolves. */
  get lost(): Promise<never> {
    return this.#lost.promise;
  }

  async execute(query: Pick<CompiledQuery, "sql" | "parameters">): Promise<QueryResult<unknown>> {
    if (this.#isLost) return await this.#lost.promise;
    // What Kysely's parameters are is checked by the types of Tables.
    const parameters = [...query.parameters] as postgres.ParameterOrJSON<never>[];
    const statement = this.#client.unsafe(query.sql, parameters, prepared);
    const rows = await Promise.race([statement, this.#lost.promise]);
    const changes = ["INSERT", "UPDATE", "DELETE", "MERGE"].includes(rows.command);
    return changes ? { rows, numAffectedRows: BigInt(rows.count) } : { rows };
  }

  /** A statement of our own without parameters. */
  async run(sql: string): Promise<void> {
    await this.execute({ sql, parameters: [] });
  }

  /** Gives up a connection whose state is not known, and waits for nothing; the server undoes what it was at. */
  discard(): void {
    this.#lose();
    // It is lost already: how it ends changes nothing for anybody.
    this.close().catch(() => undefined);
  }

  #lose(): void {
    this.#isLost = true;
    this.#lost.reject(new Problem("unavailable", "the connection to the database was lost"));
  }

  /** Bounded: the package may wait for ever for the end of a socket that an absent server had refused. */
  async close(): Promise<void> {
    await this.#client.end({ timeout: 0.5 });
  }
}

function connect(options: ConnectionOptions, onclose: () => void) {
  const { purpose, log } = options;
  // Missing in the package's types, but how its own `listen` hears, and how a proxy is given.
  const notify = { onnotify: options.onNotify, socket: socketMaker() };
  return postgres(options.url, {
    ...notify,
    max: 1,
    max_lifetime: null,
    idle_timeout: 0,
    connect_timeout: 10,
    keep_alive: 10,
    fetch_types: false,
    types,
    connection: {
      application_name: `certctl ${purpose}`,
      statement_timeout: options.statementTimeout,
      idle_in_transaction_session_timeout: idleInTransaction,
      // READ COMMITTED is enough: every change of state is guarded by the state it expects.
      default_transaction_isolation: "read committed",
      // Statements here take milliseconds, which compiling them would double; pages come from memory or from flash.
      jit: false,
      random_page_cost: 1.1,
      // What a long read looks for decides how: a plan for any word is a bad plan for most.
      ...(purpose === "scan" ? { plan_cache_mode: "force_custom_plan" } : {}),
      ...(purpose === "write" ? {} : { default_transaction_read_only: true }),
    },
    onnotice: (notice) => log.debug({ notice }, "PostgreSQL gives notice"),
    onclose,
  });
}

/** Prepared once per connection and text. `simple`, missing in the package's types, would be the default without parameters. */
const prepared = { prepare: true, simple: false };

const identity = (it: unknown): unknown => it;

/** How values cross the wire: 64-bit integers as numbers (instants, counts and keys stay below 2^53), JSON as its text. */
const types = {
  int8: { to: 20, from: [20], serialize: String, parse: Number },
  json: { to: 3802, from: [114, 3802], serialize: identity, parse: identity },
  bytea: {
    to: 17,
    from: [17],
    serialize: (it: Uint8Array) =>
      `\\x${Buffer.from(it.buffer, it.byteOffset, it.byteLength).toString("hex")}`,
    // Not a Buffer, whose methods differ from the Uint8Array that SQLite gives.
    parse: (it: string) => Uint8Array.fromHex(it.slice(2)),
  },
};
