/** Which certificates a bulk operation is about: named ones, all that match, or both. */

import type { Input } from "#base/contract.ts";
import { invalid } from "#base/problem.ts";
import { mostItems } from "../bulk/answer.ts";
import type { Subject } from "../bulk/bulk.ts";
import type { Context } from "../context.ts";
import type { bulkApi } from "./bulk-api.ts";
import { statusNamed } from "./criteria.ts";
import { type CertificateFilter, listMatching } from "./list-queries.ts";

type Chosen = Input<typeof bulkApi.bulkPreview>;

export interface Choice {
  /** Each once. */
  readonly ids: readonly string[] | undefined;
  /** There are criteria beside the ids. */
  readonly narrows: boolean;
  readonly filter: CertificateFilter;
}

/** Throws `invalid-input` when nothing narrows it: nobody means all there are by saying nothing. */
export function choiceOf(ctx: Pick<Context, "scope" | "clock">, it: Chosen): Choice {
  const { certificateIds, status, ...criteria } = it;
  const narrows = status !== undefined || Object.values(criteria).some((by) => by !== undefined);
  if (!certificateIds && !narrows) {
    throw invalid("certificate_ids", "name certificates, or give at least one criterion");
  }
  const filter = {
    ...criteria,
    status: status === undefined ? undefined : statusNamed(status),
    scope: ctx.scope,
    now: ctx.clock.now(),
  };
  return { ids: certificateIds && [...new Set(certificateIds)], narrows, filter };
}

/** Throws as `choiceOf` does. */
export async function selectCertificates(ctx: Context, it: Chosen): Promise<readonly Subject[]> {
  const { ids, narrows, filter } = choiceOf(ctx, it);
  if (!ids) return await listMatching(ctx.scanner, filter, mostItems + 1);
  const found = await findNamed(ctx, filter, ids);
  if (narrows) return [...found.values()];
  // What was named and is not there is no silent nothing: its item will say so.
  return ids.map((id): Subject => found.get(id) ?? { id, teamPk: undefined });
}

/** So many ids go into one statement. */
const atOnce = 1_000;

async function findNamed(
  ctx: Context,
  filter: CertificateFilter,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Subject>> {
  const found = new Map<string, Subject>();
  for (let at = 0; at < ids.length; at += atOnce) {
    const part = ids.slice(at, at + atOnce);
    for (const it of await listMatching(ctx.scanner, filter, atOnce, part)) found.set(it.id, it);
  }
  return found;
}
