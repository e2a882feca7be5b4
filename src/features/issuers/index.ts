/** Whoever signs: the built-in CA and other people's. */
import { minutes } from "#base/time.ts";
import type { Feature } from "../handler.ts";
import { issuerActions, issuerOperations } from "./manage.ts";
import * as queries from "./queries.ts";

export const issuers: Feature = {
  name: "issuers",
  operations: [...issuerOperations, ...issuerActions],
  recurring: [
    {
      name: "challenge-cleanup",
      summary: "Forget answers to ACME challenges that are over",
      setting: "CERTCTL_CHALLENGE_CLEANUP_INTERVAL",
      interval: minutes(60),
      timeout: minutes(1),
      async run(ctx) {
        const before = ctx.clock.now();
        await ctx.commit((tx) => queries.deleteAnswers(tx.db, { before }));
        return "done";
      },
    },
  ],
};
