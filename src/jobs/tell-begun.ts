/** Tells that jobs have been taken, in the transaction that took them. Whoever calls wakes `events` once that is durable. */
import type { Kysely } from "kysely";
import type { Instant } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import { announce } from "./announce.ts";
import type { Job } from "./job.ts";
import { txOf } from "./open-tx.ts";
import type { Subscription } from "./tx.ts";
import type { World } from "./world.ts";

export async function tellBegun(
  db: Kysely<Tables>,
  jobs: readonly Job[],
  by: {
    readonly world: Pick<World, "random">;
    readonly subscriptions: readonly Subscription[];
    readonly now: Instant;
  },
): Promise<void> {
  const { world, subscriptions, now } = by;
  for (const job of jobs) {
    const origin = { actor: job.requestedBy, requestId: job.id, address: null };
    await announce(txOf(db, origin, { random: world.random, now, subscriptions }), job);
  }
}
