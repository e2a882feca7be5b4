/** How many certificates things have, and how they stand. */
import { read } from "../handler.ts";
import { usageApi } from "./usage-api.ts";
import { countUses } from "./usage-queries.ts";

/** A page of a list counts less far than the page of one thing: each of its rows is five counts. */
const mostOf = (things: number): number => (things <= fewThings ? 10_000 : 1_000);
const fewThings = 5;

export const usage = read(usageApi.usage, async (ctx, { by, ids }) => {
  const most = mostOf(ids.length);
  const asked = { by, ids, scope: ctx.scope, now: ctx.clock.now(), most };
  return { data: [...(await countUses(ctx.scanner, asked))], most };
});
