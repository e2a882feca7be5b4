/** Statements for hot paths: built and compiled by Kysely once per engine, executed many times with other values. */
import type { Compilable, CompiledQuery, Kysely, QueryResult } from "kysely";
import type { Engine } from "./database.ts";
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
 *
 *     const addEvent = statement((db, it: Insertable<Tables["events"]>) =>
 *       db.insertInto("events").values({ type: it.type, … }).returning("pk"));
 *     await addEvent(tx, { type: "certificate.issued", … });
 */
export function statement<P extends object, R>(
  build: (db: Kysely<Tables>, slots: Required<P>) => Compilable<R>,
): (db: Kysely<Tables>, values: P) => Promise<QueryResult<R>> {
  const compiled = new Map<Engine, CompiledQuery<R>>();
  // Every property of the proxy is a Slot, which Kysely takes for a value and never inspects.
  const slots = new Proxy({} as Required<P>, {
    get: (_, name) => new Slot(String(name)),
  });
  return (db, values) => {
    const engine = engineOf(db);
    let query = compiled.get(engine);
    if (query === undefined) {
      query = build(db, slots).compile();
      compiled.set(engine, query);
    }
    return db.executeQuery<R>({
      ...query,
      parameters: query.parameters.map((it) => fill(it, values)),
    });
  };
}

function fill(parameter: unknown, values: object): unknown {
  if (!(parameter instanceof Slot)) return parameter;
  return Reflect.get(values, parameter.name) ?? null;
}
