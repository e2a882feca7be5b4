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
import { type Listing, listPage } from "../list.ts";
import type { Activity, CertificateStatus, CertificateView } from "./certificate.ts";
import { certificateView, references } from "./queries.ts";
import { keysFound } from "./search-queries.ts";

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
  const alive = eb.and([standing, eb(notAfter, ">=", now)]);
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
      return eb.and([eb.or([unissued, alive]), eb(activity, "=", "failed")]);
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
  ] as const;
  for (const [column, table, id] of references) {
    if (id === undefined) continue;
    query = query.where(refer(column), "=", db.selectFrom(table).select("pk").where("id", "=", id));
  }
  if (filter.agentId !== undefined) {
    query = query.where("certificates.pk", "in", keysOfAgent(db, filter.agentId));
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

export async function listCertificates(
  db: Db,
  window: Window,
  asked: CertificateFilter,
): Promise<Listing<CertificateView>> {
  const filter = { ...asked, found: asked.q ? await keysFound(db, asked.q) : undefined };
  const total = await countMatching(db, filter);
  const chosen = conditionsOf(filter) > 0 && engineOf(db) === "sqlite";
  const isFew = chosen && total <= mostCollected;
  const { ref } = sorts[window.sort as keyof typeof sorts] ?? sorts.created_at;
  // SQLite knows nothing of how many rows match, nor of LIMIT: it would find and sort a million for a page of fifty.
  const walking: Refer = (column) => (column === ref ? sql.ref(column) : sql`+${sql.ref(column)}`);
  const rows = matching(db, filter, chosen && !isFew ? walking : plain)
    .innerJoin("issuers", "issuers.pk", "certificates.issuer_pk")
    .leftJoin("owners", "owners.pk", "certificates.owner_pk")
    .leftJoin("teams", "teams.pk", "certificates.team_pk")
    .leftJoin("profiles", "profiles.pk", "certificates.profile_pk")
    .leftJoin("renewal_policies", "renewal_policies.pk", "certificates.renewal_policy_pk")
    .selectAll("certificates")
    .select(references);
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

/** Ids and teams of what matches, the oldest first; with `ids`, of those alone. */
export async function listMatching(
  db: Db,
  asked: CertificateFilter,
  limit: number,
  ids?: readonly string[],
): Promise<readonly { readonly id: string; readonly teamPk: number | null }[]> {
  const filter = { ...asked, found: asked.q ? await keysFound(db, asked.q) : undefined };
  const query = matching(db, filter)
    .select(["certificates.id", "certificates.team_pk as teamPk"])
    .orderBy("certificates.pk")
    .limit(limit);
  return await (ids ? query.where("certificates.id", "in", ids) : query).execute();
}

/** How many conditions there are that an index might answer; ranges of instants are not among them. */
function conditionsOf(filter: CertificateFilter): number {
  const { status, environment, ownerId, teamId, issuerId, agentId, profileId, q } = filter;
  const given = [status, environment, ownerId, teamId, issuerId, agentId, profileId, q];
  return given.filter(Boolean).length + (filter.scope === "all" ? 0 : 1);
}

async function countMatching(db: Db, filter: Resolved): Promise<number> {
  const { found, expiresBefore, expiresAfter, createdAfter, updatedAfter } = filter;
  const instants = [expiresBefore, expiresAfter, createdAfter, updatedAfter];
  const isAlone = conditionsOf(filter) === 1 && instants.every((it) => it === undefined);
  if (found && isAlone) {
    // Every key found is a certificate's: there is no need to look at it.
    const counted = await sql<{ n: number }>`select count(*) as n from (${found}) as found`.execute(
      db,
    );
    return Number(counted.rows[0]?.n ?? 0);
  }
  const row = await matching(db, filter)
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  return Number(row.n);
}
