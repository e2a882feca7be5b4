/** Finding anything by what somebody knows of it. */
import { type Context, scopeOf } from "../context.ts";
import { bind, type Feature, read } from "../handler.ts";
import { FoundKind, foundKinds, type Hit, searchApi } from "./api.ts";
import { findCertificates } from "./certificate-queries.ts";
import { findNamed } from "./named-queries.ts";

/** More words than anybody types. */
const maxWords = 8;

const find = read(searchApi.find, async (ctx, { q, limit }) => {
  const text = q.trim();
  const words = text.split(/\s+/).slice(0, maxWords);
  const found = await Promise.all(
    FoundKind.options.map((kind) => findKind(ctx, kind, { q: text, words, limit: limit + 1 })),
  );
  const more = FoundKind.options.filter((_, i) => (found[i]?.length ?? 0) > limit);
  return { data: found.flatMap((hits) => hits.slice(0, limit)), more };
});

/** What the caller may see of one kind: their grants decide, not the permission of the search. */
async function findKind(
  ctx: Context,
  kind: FoundKind,
  wanted: { readonly q: string; readonly words: readonly string[]; readonly limit: number },
): Promise<readonly Hit[]> {
  const scope = scopeOf(ctx.actor, foundKinds[kind].permission);
  if (scope === undefined) return [];
  const now = ctx.clock.now();
  if (kind === "certificate") return await findCertificates(ctx.scanner, { ...wanted, scope }, now);
  // Whoever manages people does so for all teams; a role for one team does not show them.
  if ((kind === "user" || kind === "api_key") && scope !== "all") return [];
  return await findNamed(ctx.scanner, kind, { ...wanted, scope }, now);
}

export const search: Feature = { name: "search", operations: bind(searchApi, { find }) };
