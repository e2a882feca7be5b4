/** Kysely on a function that executes compiled statements. No streams (exports walk keyset pages) and no transactions but `Database.transaction`. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type Dialect,
  type Driver,
  Kysely,
  type KyselyProps,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryExecutor,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  Transaction,
} from "kysely";
import { Problem } from "#base/problem.ts";
import type { Engine } from "./database.ts";
import type { Tables } from "./tables.ts";

/** All that a driver needs of a compiled statement. */
export type Sql = Pick<CompiledQuery, "sql" | "parameters">;

export type Execute = (query: Sql) => Promise<QueryResult<unknown>>;

/** What executes the statements of a Kysely that was made here, by that Kysely. */
const executors = new WeakMap<Kysely<Tables>, Execute>();

/** Executes a compiled statement on the connection of `db` without Kysely's layers, whose promises cost more than a point read. */
export async function executeCompiled(
  db: Kysely<Tables>,
  query: Sql,
): Promise<QueryResult<unknown>> {
  const execute = executors.get(db);
  if (execute === undefined) throw new Error("not a database of QueryFactory");
  checkParameters(query.parameters);
  return await execute(query);
}

/** Builds what features query with. Everything that does not depend on a connection is made once. */
export class QueryFactory {
  readonly #dialect: Dialect;
  readonly #executor: QueryExecutor;

  constructor(engine: Engine) {
    this.#dialect = dialects[engine];
    this.#executor = new DefaultQueryExecutor(
      this.#dialect.createQueryCompiler(),
      this.#dialect.createAdapter(),
      { provideConnection: refuse },
    );
  }

  kysely(execute: Execute): Kysely<Tables> {
    return remember(new Kysely<Tables>(this.#props(execute)), execute);
  }

  /** A transaction whose beginning and end are the caller's. */
  transaction(execute: Execute): Transaction<Tables> {
    return remember(new Transaction<Tables>(this.#props(execute)), execute);
  }

  #props(execute: Execute): KyselyProps {
    const connection = connectionOn(execute);
    return {
      config: { dialect: this.#dialect },
      dialect: this.#dialect,
      driver: refusingDriver,
      executor: this.#executor.withConnectionProvider({
        provideConnection: (consumer) => consumer(connection),
      }),
    };
  }
}

function remember<K extends Kysely<Tables>>(db: K, execute: Execute): K {
  executors.set(db, execute);
  return db;
}

function connectionOn(execute: Execute): DatabaseConnection {
  return {
    // Kysely's contract: the rows are what the statement says they are, whoever executes it.
    executeQuery: async <R>(query: CompiledQuery) => {
      check(query);
      return (await execute(query)) as QueryResult<R>;
    },
    streamQuery: () => {
      throw new Error("statements are not streamed: walk keyset pages");
    },
  };
}

/** Statements that would end, nest or escape the transaction that the driver keeps. */
const control =
  /^\s*(begin|start|commit|end|rollback|abort|savepoint|release|prepare|pragma|vacuum|attach|detach)\b/i;

function check(query: CompiledQuery): void {
  if (query.query.kind === "RawNode" && control.test(query.sql)) {
    throw new Error(`not allowed through Kysely: ${query.sql}`);
  }
  checkParameters(query.parameters);
}

function checkParameters(parameters: readonly unknown[]): void {
  for (const parameter of parameters) {
    // PostgreSQL has no U+0000 in text; SQLite would store it and cut it in places.
    if (typeof parameter === "string" && parameter.includes("\0")) {
      throw new Problem("invalid-input", "text must not contain U+0000");
    }
  }
}

function refuse(): Promise<never> {
  return Promise.reject(new Error("use Database.transaction, and close the Database"));
}

const refusingDriver: Driver = {
  init: refuse,
  acquireConnection: refuse,
  beginTransaction: refuse,
  commitTransaction: refuse,
  rollbackTransaction: refuse,
  releaseConnection: refuse,
  destroy: refuse,
};

const dialects: Readonly<Record<Engine, Dialect>> = {
  sqlite: {
    createDriver: () => refusingDriver,
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  },
  postgres: {
    createDriver: () => refusingDriver,
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  },
};
