/** Heartbeats: gathered in memory and written together; metadata is written when it changes. */
import type { Instant } from "#base/time.ts";
import type { World } from "#jobs/world.ts";
import { type Heard, hourOf, saveHours, slotOf } from "./hour-queries.ts";
import type { AgentRow } from "./queries.ts";
import * as queries from "./queries.ts";

/** When an agent was heard of last, and in which slots of which hours since it was written; mostly that is one hour. */
interface Life {
  at: Instant;
  readonly hours: { readonly hour: Instant; slots: number }[];
}

/** By database, so that several servers in one process (tests) do not mix. */
const gathered = new WeakMap<World["database"], Map<number, Life>>();

function mapOf(world: World): Map<number, Life> {
  const known = gathered.get(world.database);
  if (known) return known;
  const made = new Map<number, Life>();
  gathered.set(world.database, made);
  return made;
}

/** Notes that the agent lives. A first sign after silence is written at once, so that pages show it. */
export async function noteAlive(world: World, agent: AgentRow, silence: number): Promise<void> {
  const now = world.clock.now();
  const heard = agent.last_heartbeat_at;
  if (heard !== null && now - heard < silence) {
    gather(mapOf(world), agent.pk, now);
    return;
  }
  await world.database.transaction(async (db) => {
    await queries.saveHeartbeats(db, [[agent.pk, now]]);
    await saveHours(db, [[hourOf(now), agent.pk, slotOf(now)]]);
  });
}

function gather(seen: Map<number, Life>, pk: number, now: Instant): void {
  const life = seen.get(pk);
  const hour = hourOf(now);
  if (!life) {
    seen.set(pk, { at: now, hours: [{ hour, slots: slotOf(now) }] });
    return;
  }
  life.at = now;
  const last = life.hours.at(-1);
  if (last?.hour === hour) last.slots |= slotOf(now);
  else life.hours.push({ hour, slots: slotOf(now) });
}

/** So many rows change in a few milliseconds, for which everybody else waits. */
const atOnce = 500;

/** Writes what was gathered. */
export async function flushHeartbeats(world: World): Promise<void> {
  const seen = mapOf(world);
  if (seen.size === 0) return;
  gathered.set(world.database, new Map());
  const all = [...seen];
  for (let at = 0; at < all.length; at += atOnce) {
    const some = all.slice(at, at + atOnce);
    const hours = some.flatMap(([pk, life]) =>
      life.hours.map(({ hour, slots }): Heard => [hour, pk, slots]),
    );
    await world.database.transaction(async (db) => {
      await queries.saveHeartbeats(
        db,
        some.map(([pk, { at }]) => [pk, at]),
      );
      await saveHours(db, hours);
    });
  }
}
