/** When an agent was heard of, hour by hour; and the hours that are too old to keep. */

import { notFound } from "#base/problem.ts";
import { hours, later, minutes } from "#base/time.ts";
import type { Recurring } from "#jobs/recurring.ts";
import { read } from "../handler.ts";
import { agentsApi } from "./api.ts";
import * as queries from "./hour-queries.ts";
import { findAgent } from "./queries.ts";

const slotsInAnHour = hours(1) / queries.slotLength;

export const heartbeats = read(agentsApi.heartbeats, async (ctx, input) => {
  const agent = await findAgent(ctx.reader, input.id, ctx.scope);
  if (!agent) throw notFound("agent", input.id);
  const wanted = queries.hoursUntil(ctx.clock.now(), input.hours);
  const known = await queries.listHours(ctx.reader, agent.pk, wanted);
  const began = await queries.historyBegan(ctx.reader);
  const from = began === null ? null : Math.max(began, queries.hourOf(agent.created_at));
  const now = ctx.clock.now();
  const begun = Math.floor((now % hours(1)) / queries.slotLength) + 1;
  const data = wanted.map((hour) => {
    const bits = known.get(hour) ?? 0;
    // The present hour has the slots that have begun.
    const length = hour === queries.hourOf(now) ? begun : slotsInAnHour;
    const isKnown = from !== null && hour >= from;
    return {
      hour,
      slots: isKnown ? Array.from({ length }, (_, at) => (bits >> at) & 1) : null,
      heard: isKnown ? countBits(bits) : null,
    };
  });
  return { data, total: data.length, slotSeconds: queries.slotLength / 1_000 };
});

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest >>= 1) count += rest & 1;
  return count;
}

/** So many rows are deleted at a time. */
const atOnce = 2_000;

export const heartbeatCleanup: Recurring = {
  name: "heartbeat-cleanup",
  summary: "Delete the hours of agents' heartbeats that are older than a week",
  setting: "CERTCTL_HEARTBEAT_CLEANUP_INTERVAL",
  interval: hours(1),
  timeout: minutes(5),
  async run(ctx) {
    const before = later(queries.hourOf(ctx.clock.now()), -queries.hoursKept);
    let count = 0;
    for (;;) {
      const some = await ctx.commit((tx) => queries.forgetHours(tx.db, before, atOnce));
      count += some;
      if (some === 0 || ctx.signal.aborted) return `${count} deleted`;
    }
  },
};
