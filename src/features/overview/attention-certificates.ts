/** Certificates that need a person: expired, failing, or about to end with nobody to renew them. */
import { type Instant, later, toRfc3339 } from "#base/time.ts";
import type { Context } from "../context.ts";
import { type Attention, attention, earliest, grouped, markOf, type Subject } from "./attention.ts";
import * as queries from "./attention-certificate-queries.ts";
import type { Helper } from "./help.ts";

type Row = queries.CertificateRow;

const subjectOf = (row: Row): Subject => ({
  type: "certificate",
  id: row.id,
  name: row.name,
  due: row.not_after,
});

/** The page of the only one, or the list of exactly these. */
const pathOf = (rows: readonly Row[], sort: string): string =>
  rows.length === 1 && rows[0]
    ? `/certificates/${rows[0].id}`
    : `/certificates?certificate_ids=${rows.map((row) => row.id).join(",")}&sort=${sort}`;

/** How many were looked at, where that is not all. */
const amongOf = ({ rows, total }: queries.Bounded<unknown>): number | null =>
  total > rows.length ? rows.length : null;

const endsFirst = (rows: readonly Row[]): readonly Row[] =>
  [...rows].sort((a, b) => (a.not_after ?? 0) - (b.not_after ?? 0));

/** Those with keys held by agents can be renewed from here; so many ids are handed over. */
const mostRenewed = 500;

function renewing(help: Helper, rows: readonly Row[], force: boolean) {
  const held = rows.filter((row) => row.is_held === 1);
  const [only] = held;
  if (!only) return [];
  if (rows.length === 1) {
    return help("certificates.renew", { id: only.id, ...(force ? { force } : {}) });
  }
  const ids = held.slice(0, mostRenewed).map((row) => row.id);
  return help("certificates.bulk-renew", { certificate_ids: ids, ...(force ? { force } : {}) });
}

/** Expired and still served, each by itself; expired without a successor, all together. */
export async function expired(ctx: Context, now: Instant, help: Helper): Promise<Attention[]> {
  const { rows, total } = await queries.listExpired(ctx.scanner, ctx.scope, now);
  if (rows.length === 0) return [];
  const places = await queries.placesOf(
    ctx.scanner,
    rows.map((row) => row.pk),
  );
  const serving = (row: Row) => places.get(row.pk)?.serving ?? 0;
  const served = rows.filter((row) => serving(row) > 0);
  const unserved = rows.filter((row) => serving(row) === 0);
  const names = [...new Set(unserved.map((row) => row.common_name))];
  const succeeded = await queries.namesSucceeded(ctx.scanner, ctx.scope, now, names);
  const missing = unserved.filter((row) => !succeeded.has(row.common_name));
  const list = "/certificates?status=Expired&sort=-not_after";
  const one = (cause: string, some: readonly Row[], count: number): Attention[] => {
    const sum = (of: "targets" | "serving") =>
      some.reduce((n, row) => n + (places.get(row.pk)?.[of] ?? 0), 0);
    return [
      attention({
        key: `certificate_expired/${count === 1 ? some[0]?.id : cause}`,
        kind: "certificate_expired",
        severity: "bad",
        count,
        subjects: some.map(subjectOf),
        cause,
        reason: count === 1 ? (some[0]?.failure ?? null) : null,
        since: earliest(some.map((row) => row.not_after)),
        facts: { targets: sum("targets"), servingTargets: sum("serving") },
        path: some.length === count ? pathOf(some, "-not_after") : list,
        isExact: some.length === count,
        actions: renewing(help, some, true),
      }),
    ];
  };
  // Of those that were not looked at nothing is known but that they ended.
  const beyond = total - rows.length;
  return [
    ...(served.length > 3
      ? one("served", served, served.length)
      : served.flatMap((row) => one("served", [row], 1))),
    ...(missing.length + beyond > 0 ? one("no_successor", missing, missing.length + beyond) : []),
  ];
}

/** What fails for the same reason is one thing. */
export async function failing(ctx: Context, now: Instant, help: Helper): Promise<Attention[]> {
  const renewals = await queries.listFailed(ctx.scanner, ctx.scope, now, "renewal");
  const issuances = await queries.listFailed(ctx.scanner, ctx.scope, now, "issuance");
  return [
    ...(await failures(ctx, renewals, "renewal_failed", help)),
    ...(await failures(ctx, issuances, "issuance_failed", help)),
  ];
}

async function failures(
  ctx: Context,
  { rows, total }: queries.Bounded<Row>,
  kind: "renewal_failed" | "issuance_failed",
  help: Helper,
): Promise<Attention[]> {
  if (rows.length === 0) return [];
  const since = await queries.failedSince(
    ctx.scanner,
    rows.map((row) => row.pk),
  );
  const found = grouped(rows, (row) => row.failure ?? "").map(([reason, some]) =>
    attention({
      key: `${kind}/${some.length === 1 ? some[0].id : markOf(reason)}`,
      kind,
      severity: "bad",
      count: some.length,
      subjects: endsFirst(some).map(subjectOf),
      reason: reason === "" ? null : reason,
      since: earliest(some.map((row) => since.get(row.pk) ?? null)),
      facts: { nextRenewalAt: earliest(some.map((row) => row.renew_at)) },
      path: pathOf(some, "not_after"),
      among: amongOf({ rows, total }),
      actions: renewing(help, some, false),
    }),
  );
  return [...found, ...restOf({ rows, total }, kind, "bad", "/certificates?status=Failed")];
}

/** Those that were not looked at, because others end sooner: nothing is said of them but how many they are. */
function restOf(
  { rows, total }: queries.Bounded<Row>,
  kind: Attention["kind"],
  severity: Attention["severity"],
  path: string,
): readonly Attention[] {
  const count = total - rows.length;
  if (count === 0) return [];
  const due = rows.at(-1)?.not_after ?? null;
  const cause = "less_urgent";
  return [
    attention({
      key: `${kind}/${cause}`,
      kind,
      severity,
      count,
      subjects: [],
      cause,
      due,
      path,
      isExact: false,
      among: rows.length,
    }),
  ];
}

/** Who would have to renew it, by the rule that gives certificates no time of renewal. */
function whyUnplanned(row: { readonly is_held: number; readonly auto_renew: number | null }) {
  if (row.is_held === 0) return "client_key";
  return row.auto_renew === 0 ? "renewal_off" : "no_time_set";
}

export async function unplanned(ctx: Context, now: Instant, help: Helper): Promise<Attention[]> {
  const { rows, total } = await queries.listUnplanned(ctx.scanner, ctx.scope, now);
  const until = toRfc3339(later(now, queries.unplannedWithin));
  const path = `/certificates?expires_after=${toRfc3339(now)}&expires_before=${until}&renewal=none&sort=not_after`;
  const causes = grouped(rows, whyUnplanned);
  const found = causes.map(([cause, some]) =>
    attention({
      key: `expires_unplanned/${cause}`,
      kind: "expires_unplanned",
      severity: "warn",
      count: some.length,
      subjects: some.map(subjectOf),
      cause,
      path: causes.length === 1 && total === rows.length ? path : pathOf(some, "not_after"),
      among: amongOf({ rows, total }),
      actions: renewing(help, some, false),
    }),
  );
  return [...found, ...restOf({ rows, total }, "expires_unplanned", "warn", path)];
}
