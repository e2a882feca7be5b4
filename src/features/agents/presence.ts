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
  await world.database.transaction((db) => queries.saveHeartbeats(db, new Map([[agent.pk, now]])));
}

/** Writes what was gathered, in one transaction. */
export async function flushHeartbeats(world: World): Promise<void> {
  const seen = mapOf(world);
  if (seen.size === 0) return;
  gathered.set(world.database, new Map());
  await world.database.transaction((db) => queries.saveHeartbeats(db, seen));
}
