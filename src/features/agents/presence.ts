/** Heartbeats: gathered in memory and written together; metadata is written when it changes. */
import type { Instant } from "#base/time.ts";
import type { World } from "#jobs/world.ts";
import type { AgentRow } from "./queries.ts";
import * as queries from "./queries.ts";

/** By database, so that several servers in one process (tests) do not mix. */
const gathered = new WeakMap<World["database"], Map<number, Instant>>();

function mapOf(world: World): Map<number, Instant> {
  const known = gathered.get(world.database);
  if (known) return known;
  const made = new Map<number, Instant>();
  gathered.set(world.database, made);
  return made;
}

/** Notes that the agent lives. A first sign after silence is written at once, so that pages show it. */
export async function noteAlive(world: World, agent: AgentRow, silence: number): Promise<void> {
  const now = world.clock.now();
  const heard = agent.last_heartbeat_at;
  if (heard !== null && now - heard < silence) {
    mapOf(world).set(agent.pk, now);
    return;
  }
  await world.database.transaction((db) => queries.saveHeartbeats(db, [[agent.pk, now]]));
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
    await world.database.transaction((db) => queries.saveHeartbeats(db, some));
  }
}
