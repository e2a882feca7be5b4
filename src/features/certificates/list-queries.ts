/** SQL of the certificate list: filters, search, status as a condition. */
import {
  type Expression,
  type ExpressionBuilder,
  type Kysely,
  type RawBuilder,
  type SqlBool,
  sql,
} from "kysely";
import type { Window } from "#base/page.ts";
import type { Instant } from "#base/time.ts";
import { engineOf } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import type { TeamScope } from "../context.ts";
import { boundOf, type Counting, countOf, type Listing, listPage, mostCounted } from "../list.ts";
import { type Activity, CertificateStatus, type CertificateView } from "./certificate.ts";
import { certificateView } from "./queries.ts";
import { isMany, keysFound, wordsFound } from "./search-queries.ts";
import { isIdleToo, isStanding } from "./standing.ts";
import { walkFound, withReferences } from "./walk-queries.ts";

type Db = Kysely<Tables>;

/** How a condition names a column: as it is, or so that no index is used for it. */
type Refer = (column: `certificates.${string}`) => RawBuilder<unknown>;
const plain: Refer = (column) => sql.ref(column);

const pendingActivities = ["idle", "issuing", "renewing"] as const satisfies readonly Activity[];

/** `statusOf` as a condition. */
export function certificateHasStatus(
  eb: ExpressionBuilder<Tables, "certificates">,
  status: CertificateStatus,
  now: Instant,
  refer: Refer = plain,
): Expression<SqlBool> {
  const activity = refer("certificates.activity");
  const notAfter = refer("certificates.not_after");
  const expiringAt = refer("certificates.expiring_at");
  const archived = eb(refer("certificates.archived_at"), "is not", null);
  const open = eb(refer("certificates.archived_at"), "is", null);
  const revoked = eb(refer("certificates.revoked_at"), "is not", null);
  const standing = eb.and([open, eb(refer("certificates.revoked_at"), "is", null)]);
  const unissued = eb.and([standing, eb(notAfter, "is", null)]);
  // Nearly all are alive: SQLite, which cannot know, is not to look for them by their end.
  const end = refer === plain ? sql`+${notAfter}` : notAfter;
  const alive = eb.and([standing, eb(end, ">=", now)]);
  const quiet = eb.and([alive, eb(activity, "=", "idle")]);
  switch (status) {
    case "Archived":
      return archived;
    case "Revoked":
      return eb.and([open, revoked]);
    case "Pending":
      // Named one by one, so that the index of statuses leads to them: "not failed" reads all that are open.
      return eb.and([unissued, eb(activity, "in", pendingActivities)]);
    case "Failed":
      return eb.and([
        standing,
        eb(activity, "=", "failed"),
        eb(sql`coalesce(${notAfter}, ${now})`, ">=", now),
      ]);
    case "Expired":
      return eb.and([standing, eb(notAfter, "<", now)]);
    case "RenewalInProgress":
      return eb.and([alive, eb(activity, "in", ["renewing", "issuing"])]);
    case "Expiring":
      return eb.and([quiet, eb(expiringAt, "<=", now)]);
    default:
      return eb.and([quiet, eb(expiringAt, ">", now)]);
  }
}

export interface CertificateFilter {
  readonly scope: TeamScope;
  readonly now: Instant;
  readonly status?: CertificateStatus | undefined;
  readonly environment?: string | undefined;
  readonly ownerId?: string | undefined;
  readonly teamId?: string | undefined;
  readonly issuerId?: string | undefined;
  readonly agentId?: string | undefined;
  readonly profileId?: string | undefined;
  readonly certificateIds?: readonly string[] | undefined;
  /** `none`: no time of renewal is set, and nothing is under way. */
  readonly renewal?: "planned" | "none" | undefined;
  readonly renewalPolicyId?: string | undefined;
  readonly archived?: boolean | undefined;
  readonly expiresBefore?: Instant | undefined;
  readonly expiresAfter?: Instant | undefined;
  readonly createdAfter?: Instant | undefined;
  readonly updatedAfter?: Instant | undefined;
  readonly q?: string | undefined;
}

/** A filter whose search has been made. */
interface Resolved extends CertificateFilter {
  readonly found: RawBuilder<unknown> | undefined;
}

/** Conditions on references are subqueries by key, so that an index of `certificates` is used for them. */
function matching(db: Db, filter: Resolved, refer: Refer = plain) {
  const { status, now, scope } = filter;
  let query = db.selectFrom("certificates");
  if (scope !== "all") query = query.where(refer("certificates.team_pk"), "in", scope);
  if (status) query = query.where((eb) => certificateHasStatus(eb, status, now, refer));
  if (filter.environment !== undefined) {
    query = query.where(refer("certificates.environment"), "=", filter.environment);
  }
  const references = [
    ["certificates.owner_pk", "owners", filter.ownerId],
    ["certificates.team_pk", "teams", filter.teamId],
    ["certificates.issuer_pk", "issuers", filter.issuerId],
    ["certificates.profile_pk", "profiles", filter.profileId],
    ["certificates.renewal_policy_pk", "renewal_policies", filter.renewalPolicyId],
  ] as const;
  for (const [column, table, id] of references) {
    if (id === undefined) continue;
    query = query.where(refer(column), "=", db.selectFrom(table).select("pk").where("id", "=", id));
  }
  if (filter.agentId !== undefined) {
    query = query.where("certificates.pk", "in", keysOfAgent(db, filter.agentId));
  }
  if (filter.archived !== undefined) {
    query = query.where(refer("certificates.archived_at"), filter.archived ? "is not" : "is", null);
  }
  const { renewal, certificateIds } = filter;
  if (certificateIds) query = query.where("certificates.id", "in", certificateIds);
  if (renewal === "planned") query = query.where("certificates.renew_at", "is not", null);
  if (renewal === "none") {
    query = query.where(isStanding).where(isIdleToo).where("certificates.renew_at", "is", null);
  }
  const instants = [
    ["certificates.not_after", "<", filter.expiresBefore],
    ["certificates.not_after", ">", filter.expiresAfter],
    ["certificates.created_at", ">", filter.createdAfter],
    ["certificates.updated_at", ">", filter.updatedAfter],
  ] as const;
  for (const [column, operator, at] of instants) {
    if (at !== undefined) query = query.where(column, operator, at);
  }
  const { found } = filter;
  return found ? query.where(sql<SqlBool>`certificates.pk in (${found})`) : query;
}

/** What is installed by the agent, and what it only holds the key of. */
function keysOfAgent(db: Db, agentId: string) {
  const held = db
    .selectFrom("certificate_versions")
    .innerJoin("agents", "agents.pk", "certificate_versions.holder_pk")
    .select("certificate_versions.certificate_pk")
    .where("agents.id", "=", agentId)
    .where("certificate_versions.is_current", "=", 1);
  return db
    .selectFrom("certificate_targets")
    .innerJoin("targets", "targets.pk", "certificate_targets.target_pk")
    .innerJoin("agents", "agents.pk", "targets.agent_pk")
    .select("certificate_targets.certificate_pk")
    .where("agents.id", "=", agentId)
    .union(held);
}

const sorts = {
  created_at: { ref: "certificates.pk" },
  not_after: { ref: "certificates.not_after", nullable: true },
  expires_at: { ref: "certificates.not_after", nullable: true },
  updated_at: { ref: "certificates.updated_at" },
  common_name: { ref: "certificates.common_name" },
  name: { ref: "certificates.name" },
} as const;

/** Sorting so many keys takes some 50 ms. What is more is walked in the order of the sort, and its pages fill soon. */
const mostCollected = 50_000;

/** With `bounded` what very many match says "more than" instead of how many, where counting them takes long. */
export async function listCertificates(
  db: Db,
  window: Window,
  asked: CertificateFilter & Counting,
): Promise<Listing<CertificateView>> {
  // Words alone, in the order of the keys: the full text has both.
  const isPlain =
    window.sort === "created_at" &&
    conditionsOf(asked) === 1 &&
    instantsOf(asked).every((it) => it === undefined);
  const words = isPlain && asked.q ? await wordsFound(db, asked.q) : undefined;
  const isWalked = words && (asked.count === "bounded" || (await isMany(db, words, mostCounted)));
  if (isWalked) return await walkFound(db, window, asked, words);
  return await listOthers(db, window, asked);
}

async function listOthers(
  db: Db,
  window: Window,
  asked: CertificateFilter & Counting,
): Promise<Listing<CertificateView>> {
  const filter = { ...asked, found: asked.q ? await keysFound(db, asked.q) : undefined };
  const bound = boundOf(db, asked);
  const total = bound
    ? await countOf(matching(db, filter), bound)
    : { total: await countMatching(db, filter), totalIsExact: true };
  const chosen = conditionsOf(filter) > 0 && engineOf(db) === "sqlite";
  const isFew = chosen && total.total <= mostCollected;
  const { ref } = sorts[window.sort as keyof typeof sorts] ?? sorts.created_at;
  // SQLite knows nothing of how many rows match, nor of LIMIT: it would find and sort a million for a page of fifty.
  const walking: Refer = (column) => (column === ref ? sql.ref(column) : sql`+${sql.ref(column)}`);
  const rows = withReferences(matching(db, filter, chosen && !isFew ? walking : plain));
  return await listPage(
    {
      window,
      key: "certificates.pk",
      columns: sorts,
      matching: matching(db, filter),
      rows,
      collect: isFew,
      total,
    },
    (row) => certificateView(row, filter.now),
  );
}

/** The rows that match, with nothing selected; with `ids`, of those alone. */
export async function matchingRows(db: Db, asked: CertificateFilter, ids?: readonly string[]) {
  const filter = { ...asked, found: asked.q ? await keysFound(db, asked.q) : undefined };
  const query = matching(db, filter);
  if (!ids) return query;
  const texts = JSON.stringify(ids);
  const named =
    engineOf(db) === "postgres"
      ? sql`(select json_array_elements_text(${texts}::text::json))`
      : sql`(select value from json_each(${texts}))`;
  return query.where(sql<SqlBool>`certificates.id in ${named}`);
}

/** How many match. */
export async function countCertificates(db: Db, asked: CertificateFilter): Promise<number> {
  const found = asked.q ? await keysFound(db, asked.q) : undefined;
  return await countMatching(db, { ...asked, found });
}

/** Ids and teams of what matches, the oldest first; with `ids`, of those alone. */
export async function listMatching(
  db: Db,
  asked: CertificateFilter,
  limit: number,
  ids?: readonly string[],
): Promise<readonly { readonly id: string; readonly teamPk: number | null }[]> {
  const query = await matchingRows(db, asked, ids);
  return await query
    .select(["certificates.id", "certificates.team_pk as teamPk"])
    .orderBy("certificates.pk")
    .limit(limit)
    .execute();
}

/** How many conditions there are that an index might answer; ranges of instants are not among them. */
function conditionsOf(filter: CertificateFilter): number {
  const { status, environment, ownerId, teamId, issuerId, agentId, profileId, q } = filter;
  const { renewal, certificateIds, renewalPolicyId, archived } = filter;
  const references = [ownerId, teamId, issuerId, agentId, profileId, renewalPolicyId];
  const given = [status, environment, ...references, renewal, certificateIds, q];
  const more = [archived?.toString(), filter.scope === "all" ? "" : "teams"];
  return [...given, ...more].filter(Boolean).length;
}

const instantsOf = (it: CertificateFilter) => [
  it.expiresBefore,
  it.expiresAfter,
  it.createdAfter,
  it.updatedAfter,
];

/**
 * Every status, and how many certificates of these teams have it. Most are active: theirs is what the others leave of
 * all, because counting all is quick (nothing is looked at) and counting most is not.
 */
export async function countByStatus(db: Db, scope: TeamScope, now: Instant) {
  const counted = async (status: CertificateStatus | undefined) => {
    const { n } = await matching(db, { scope, now, status, found: undefined })
      .select((eb) => eb.fn.countAll<number>().as("n"))
      .executeTakeFirstOrThrow();
    return Number(n);
  };
  const counts = new Map<CertificateStatus, number>();
  let rest = await counted(undefined);
  for (const status of CertificateStatus.options) {
    if (status === "Active") continue;
    const n = await counted(status);
    counts.set(status, n);
    rest -= n;
  }
  counts.set("Active", rest);
  return CertificateStatus.options.map((status) => ({ status, count: counts.get(status) ?? 0 }));
}

async function countMatching(db: Db, filter: Resolved): Promise<number> {
  const { found } = filter;
  const isAlone = conditionsOf(filter) === 1 && instantsOf(filter).every((it) => it === undefined);
  if (found && isAlone) {
    // Every key found is a certificate's: there is no need to look at it.
    const counted = await sql<{ n: number }>`select count(*) as n from (${found}) as found`.execute(
      db,
    );
    return Number(counted.rows[0]?.n ?? 0);
  }
  if (isAlone && filter.status === "Active") {
    const counts = await countByStatus(db, filter.scope, filter.now);
    return counts.find((it) => it.status === "Active")?.count ?? 0;
  }
  const row = await matching(db, filter)
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  return Number(row.n);
}
