/**
 * Positions on PostgreSQL: rows commit out of the order of their keys, so a reader that remembers the last key would miss
 * some. One replica at a time gives committed rows their place; SQLite has one writer and needs none of this.
 */
import { type Kysely, sql } from "kysely";
import { seconds } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import { sayTrouble } from "./trouble.ts";
import type { World } from "./world.ts";

export interface Sequencer {
  start(): void;
  stop(): Promise<void>;
  /** Gives positions to all that is committed; for tests and tools. */
  runOnce(): Promise<void>;
}

const atOnce = 5_000;
/** Any number, the same in every replica. */
const lockKey = 4_201_503_118;

export function sequencer(world: World): Sequencer {
  const { database, clock, log } = world;
  const stop = new AbortController();
  let nudge = new AbortController();
  const unsubscribe = database.onWake("events", () => nudge.abort());
  let loop: Promise<void> = Promise.resolve();

  async function runOnce(): Promise<void> {
    if (database.engine === "sqlite") return;
    const moved = await database.transaction(async (db) => {
      await sql`select pg_advisory_xact_lock(${lockKey})`.execute(db);
      return (await place(db, "events")) + (await place(db, "audit_events"));
    });
    if (moved > 0) database.wake("positions");
  }

  async function turn(): Promise<void> {
    while (!stop.signal.aborted) {
      nudge = new AbortController();
      try {
        await runOnce();
      } catch (error) {
        sayTrouble(log, error, "sequence events");
      }
      await clock.sleep(seconds(1), AbortSignal.any([stop.signal, nudge.signal]));
    }
  }

  return {
    start() {
      if (database.engine === "postgres") loop = turn();
    },
    async stop() {
      stop.abort();
      unsubscribe();
      await loop;
    },
    runOnce,
  };
}

async function place(db: Kysely<Tables>, table: "events" | "audit_events"): Promise<number> {
  const name = sql.table(table);
  const result = await sql`
    update ${name} as it set position = fresh.position
    from (
      select pk, (select coalesce(max(position), 0) from ${name})
        + row_number() over (order by pk) as position
      from (select pk from ${name} where position is null order by pk limit ${atOnce}) as waiting
    ) as fresh
    where it.pk = fresh.pk and it.position is null`.execute(db);
  return Number(result.numAffectedRows ?? 0);
}
