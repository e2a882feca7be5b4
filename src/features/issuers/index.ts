/** Whoever signs: the built-in CA and other people's. */
import { prefixes } from "#base/id.ts";
import { newId, type Random } from "#base/random.ts";
import { days, type Instant, later, minutes } from "#base/time.ts";
import { orderStateName } from "#connectors/issuers/issuer.ts";
import type { Feature } from "../handler.ts";
import { issuerActions, issuerOperations } from "./manage.ts";
import * as queries from "./queries.ts";

/** A job that failed for good may be tried again by hand; no CA keeps an unfinished order for longer. */
const orderLife = days(30);

/** Orders are kept by the id of their version, which begins with its time. */
function oldOrders(now: Instant, random: Random): { prefix: string; before: string } {
  const before = newId(prefixes.version, later(now, -orderLife), random);
  return { prefix: orderStateName(`${prefixes.version}-`), before: orderStateName(before) };
}

export const issuers: Feature = {
  name: "issuers",
  operations: [...issuerOperations, ...issuerActions],
  recurring: [
    {
      name: "challenge-cleanup",
      summary: "Forget answers to ACME challenges, and orders at other CAs, that are over",
      setting: "CERTCTL_CHALLENGE_CLEANUP_INTERVAL",
      interval: minutes(60),
      timeout: minutes(1),
      async run(ctx) {
        const before = ctx.clock.now();
        const abandoned = oldOrders(before, ctx.random);
        await ctx.commit(async (tx) => {
          await queries.deleteAnswers(tx.db, { before });
          await queries.deleteStatesBefore(tx.db, abandoned);
        });
        return "done";
      },
    },
  ],
};
