/** Statements for hot paths: built and compiled by Kysely once per engine, executed many times with other values. */
import type { Compilable, Kysely, QueryResult } from "kysely";
import type { Engine } from "./database.ts";
import { executeCompiled, type Sql } from "./dialect.ts";
import { engineOf } from "./portable.ts";
import type { Tables } from "./tables.ts";

/** Stands in a compiled statement where a value of this name will be. */
class Slot {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/**
 * `build` sees placeholders instead of values: it must pass each on as it is, and may not look at them, nor make the
 * shape of the statement depend on them. NULL is a value like others, so compare no slot with `=` that may be null.
 * SQLite plans a statement anew at each execution (3 µs a table, measured) when a parameter meets a join, a LIMIT or
 * the condition of a partial index: a subquery in the select list instead of a join, and no LIMIT, avoid it.
 *
 *     const addEvent = statement((db, it: Insertable<Tables["events"]>) =>
 *       db.insertInto("events").values({ type: it.type, … }).returning("pk"));
 *     await addEvent(tx, { type: "certificate.issued", … });
 */
export function statement<P extends object, R>(
  build: (db: Kysely<Tables>, slots: Required<P>) => Compilable<R>,
): (db: Kysely<Tables>, values: P) => Promise<QueryResult<R>> {
  const compiled = new Map<Engine, Sql>();
  // Every property of the proxy is a Slot, which Kysely takes for a value and never inspects.
  const slots = new Proxy({} as Required<P>, {
    get: (_, name) => new Slot(String(name)),
  });
  return (db, values) => {
    const engine = engineOf(db);
    let query = compiled.get(engine);
    if (query === undefined) {
      const { sql, parameters } = build(db, slots).compile();
      query = { sql, parameters };
      compiled.set(engine, query);
    }
    const { sql, parameters } = query;
    const executed = executeCompiled(db, { sql, parameters: filled(parameters, values) });
    // Kysely's contract: the rows are what the statement says they are, whoever executes it.
    return executed as Promise<QueryResult<R>>;
  };
}

function filled(parameters: readonly unknown[], values: object): readonly unknown[] {
  return parameters.map((it) => (it instanceof Slot ? (Reflect.get(values, it.name) ?? null) : it));
}
