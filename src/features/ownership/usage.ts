/** What belongs to teams, and so keeps them from being deleted. */
import { scopeOf } from "../context.ts";
import { bind, read } from "../handler.ts";
import { teamUsageApi } from "./usage-api.ts";
import { countOfTeams } from "./usage-queries.ts";

/** Nobody reads on beyond it. */
const mostCounted = 1_000;

const usage = read(teamUsageApi.usage, async (ctx, { ids }) => {
  const asked = { ids, scope: ctx.scope, most: mostCounted };
  const counted = await countOfTeams(ctx.scanner, asked);
  const seesUsers = scopeOf(ctx.actor, "users:read") === "all";
  const seesKeys = scopeOf(ctx.actor, "keys:read") === "all";
  const data = counted.map((it) => ({
    ...it,
    users: seesUsers ? it.users : null,
    keys: seesKeys ? it.keys : null,
  }));
  return { data, most: mostCounted };
});

export const teamUsageOperations = bind(teamUsageApi, { usage });
