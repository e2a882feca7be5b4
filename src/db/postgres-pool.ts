/** Connections to PostgreSQL: types as the tables have them, time limits on the server's side, names that an operator recognises. */
import type { CompiledQuery, QueryResult } from "kysely";
import postgres from "postgres";
import type { Log } from "#base/log.ts";
import type { Milliseconds } from "#base/time.ts";

export type Pool = ReturnType<typeof openPool>;

export interface PoolOptions {
  readonly url: string;
  /** Appears in pg_stat_activity after `certctl`. */
  readonly purpose: "write" | "read" | "scan" | "listen";
  readonly maxConnections: number;
  readonly statementTimeout: Milliseconds;
  readonly log: Log;
  readonly onClose?: () => void;
  readonly onNotify?: (channel: string, payload: string) => void;
}

/** A transaction that waits for anything but the database loses its connection: its locks hold up others. */
const idleInTransaction: Milliseconds = 5_000;

export function openPool(options: PoolOptions) {
  const { purpose, log } = options;
  // `onnotify` is how the package's own `listen` hears; that one gives up when the first reconnection fails.
  const notify = { onnotify: options.onNotify };
  return postgres(options.url, {
    ...notify,
    max: options.maxConnections,
    connect_timeout: 10,
    // Of the listening connection nobody would notice that it had been closed for idleness or age.
    ...(purpose === "listen" ? { max_lifetime: null } : { idle_timeout: 60 }),
    fetch_types: false,
    types,
    connection: {
      application_name: `certctl ${purpose}`,
      statement_timeout: options.statementTimeout,
      idle_in_transaction_session_timeout: idleInTransaction,
      // READ COMMITTED is enough: every change of state is guarded by the state it expects.
      default_transaction_isolation: "read committed",
      ...(purpose === "write" ? {} : { default_transaction_read_only: true }),
    },
    onnotice: (notice) => log.debug({ notice }, "PostgreSQL gives notice"),
    onclose: () => options.onClose?.(),
  });
}

/** Executes a compiled statement on a pool, or on the connection of a transaction. */
export async function execute(
  sql: Pick<Pool, "unsafe">,
  query: CompiledQuery,
): Promise<QueryResult<unknown>> {
  // What Kysely's parameters are is checked by the types of Tables.
  const parameters = [...query.parameters] as postgres.ParameterOrJSON<never>[];
  const rows = await sql.unsafe(query.sql, parameters, prepared);
  const changes = ["INSERT", "UPDATE", "DELETE", "MERGE"].includes(rows.command);
  return changes ? { rows, numAffectedRows: BigInt(rows.count) } : { rows };
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
