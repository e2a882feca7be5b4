/** Agents that fell silent, issuers that do not answer, authorities that end. */
import { days, type Instant, later } from "#base/time.ts";
import type { Context } from "../context.ts";
import { type Attention, attention, earliest } from "./attention.ts";
import * as queries from "./attention-work-queries.ts";
import type { Helper } from "./help.ts";

/** So many are told one by one. */
const mostSingle = 3;

export async function silentAgents(ctx: Context, now: Instant): Promise<Attention[]> {
  const { rows, total } = await queries.listSilentAgents(ctx.scanner, ctx.scope, now);
  if (rows.length === 0) return [];
  const pks = rows.map((row) => row.pk);
  const [held, awaited] = await Promise.all([
    queries.keysHeldBy(ctx.scanner, pks),
    queries.awaitedFrom(ctx.scanner, pks),
  ]);
  const heldBy = (row: queries.SilentAgent) =>
    (held.get(row.pk) ?? 0) + (awaited.get(row.pk)?.n ?? 0);
  const mostFirst = [...rows].sort((a, b) => heldBy(b) - heldBy(a));
  const named = mostFirst.slice(0, mostSingle);
  const standing = await queries.dependentsOf(
    ctx.scanner,
    named.map((row) => row.pk),
  );
  const dependents: Dependents = (row) =>
    [standing.get(row.pk), awaited.get(row.pk)].filter((it) => it !== undefined);
  const exact = (row: queries.SilentAgent) => dependents(row).reduce((sum, it) => sum + it.n, 0);
  if (total <= mostSingle) return rows.map((row) => silence([row], 1, exact(row), dependents));
  const certificates = rows.reduce((sum, row) => sum + heldBy(row), 0);
  return [silence(mostFirst, total, certificates, dependents)];
}

/** What an agent holds the key of, and what waits for it. */
type Dependents = (row: queries.SilentAgent) => readonly {
  readonly n: number;
  readonly renew_at: Instant | null;
  readonly not_after: Instant | null;
}[];

function silence(
  some: readonly queries.SilentAgent[],
  count: number,
  certificates: number,
  dependents: Dependents,
): Attention {
  const [first] = some;
  const only = count === 1 ? first : undefined;
  const dueOf = (row: queries.SilentAgent) => earliest(dependents(row).map((it) => it.not_after));
  const nextOf = (row: queries.SilentAgent) => earliest(dependents(row).map((it) => it.renew_at));
  return attention({
    key: `agent_offline/${only?.id ?? "several"}`,
    kind: "agent_offline",
    severity: certificates > 0 ? "bad" : "warn",
    count,
    subjects: some.map((row) => ({ type: "agent", id: row.id, name: row.name, due: dueOf(row) })),
    // Who was never heard of is silent since it joined.
    since: earliest(some.map((row) => row.last_heartbeat_at ?? row.created_at)),
    due: earliest(some.map(dueOf)),
    facts: {
      certificates,
      nextRenewalAt: earliest(some.map(nextOf)),
      lastSeenAt: only?.last_heartbeat_at ?? null,
    },
    path: only ? `/agents/${only.id}` : "/agents?status=Offline",
  });
}

export async function failedIssuers(ctx: Context, help: Helper): Promise<Attention[]> {
  const rows = await queries.listFailedIssuers(ctx.scanner);
  return rows.map((row) =>
    attention({
      key: `issuer_failed/${row.id}`,
      kind: "issuer_failed",
      severity: "bad",
      count: 1,
      subjects: [{ type: "issuer", id: row.id, name: row.name, due: null }],
      reason: row.test_message,
      since: row.last_tested_at,
      path: `/issuers/${row.id}`,
      actions: help("issuers.test", { id: row.id }),
    }),
  );
}

/** Certificates must end before their authority, so that it is felt long before: said so long ahead. */
const authorityWarning = days(90);
const authorityUrgent = days(30);

export async function endingAuthorities(ctx: Context, now: Instant): Promise<Attention[]> {
  const rows = await queries.listEndingAuthorities(ctx.scanner, later(now, authorityWarning));
  return rows.map((row) =>
    attention({
      key: `authority_expires/${row.id}`,
      kind: "authority_expires",
      severity: row.not_after - now < authorityUrgent ? "bad" : "warn",
      count: 1,
      subjects: [{ type: "authority", id: row.id, name: row.name, due: row.not_after }],
      cause: row.not_after < now ? "expired" : "ends_soon",
      path: `/issuers/${row.issuer_id}`,
    }),
  );
}
