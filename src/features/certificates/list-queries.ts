/** SQL of the certificate list: filters, search, status as a condition. */
import type { Expression, ExpressionBuilder, Kysely, SqlBool } from "kysely";
import type { Window } from "#base/page.ts";
import type { Instant } from "#base/time.ts";
import { matchesText } from "#db/search.ts";
import type { Tables } from "#db/tables.ts";
import type { TeamScope } from "../context.ts";
import { type Listing, listPage } from "../list.ts";
import type { CertificateStatus, CertificateView } from "./certificate.ts";
import { certificateView, references } from "./queries.ts";

type Db = Kysely<Tables>;

/** `statusOf` as a condition. */
export function certificateHasStatus(
  eb: ExpressionBuilder<Tables, "certificates">,
  status: CertificateStatus,
  now: Instant,
): Expression<SqlBool> {
  const archived = eb("certificates.archived_at", "is not", null);
  const open = eb("certificates.archived_at", "is", null);
  const revoked = eb("certificates.revoked_at", "is not", null);
  const standing = eb.and([open, eb("certificates.revoked_at", "is", null)]);
  const unissued = eb.and([standing, eb("certificates.not_after", "is", null)]);
  const alive = eb.and([standing, eb("certificates.not_after", ">=", now)]);
  const quiet = eb.and([alive, eb("certificates.activity", "=", "idle")]);
  switch (status) {
    case "Archived":
      return archived;
    case "Revoked":
      return eb.and([open, revoked]);
    case "Pending":
      return eb.and([unissued, eb("certificates.activity", "<>", "failed")]);
    case "Failed":
      return eb.and([eb.or([unissued, alive]), eb("certificates.activity", "=", "failed")]);
    case "Expired":
      return eb.and([standing, eb("certificates.not_after", "<", now)]);
    case "RenewalInProgress":
      return eb.and([alive, eb("certificates.activity", "in", ["renewing", "issuing"])]);
    case "Expiring":
      return eb.and([quiet, eb("certificates.expiring_at", "<=", now)]);
    default:
      return eb.and([quiet, eb("certificates.expiring_at", ">", now)]);
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

/** Conditions on references are subqueries by key, so that an index of `certificates` is used for them. */
function matching(db: Db, filter: CertificateFilter) {
  const { status, now } = filter;
  let query = db.selectFrom("certificates");
  if (filter.scope !== "all") query = query.where("certificates.team_pk", "in", filter.scope);
  if (status) query = query.where((eb) => certificateHasStatus(eb, status, now));
  if (filter.environment !== undefined) {
    query = query.where("certificates.environment", "=", filter.environment);
  }
  const references = [
    ["certificates.owner_pk", "owners", filter.ownerId],
    ["certificates.team_pk", "teams", filter.teamId],
    ["certificates.issuer_pk", "issuers", filter.issuerId],
    ["certificates.profile_pk", "profiles", filter.profileId],
  ] as const;
  for (const [column, table, id] of references) {
    if (id === undefined) continue;
    query = query.where(column, "=", db.selectFrom(table).select("pk").where("id", "=", id));
  }
  const { agentId } = filter;
  if (agentId !== undefined) {
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom("certificate_targets")
          .innerJoin("targets", "targets.pk", "certificate_targets.target_pk")
          .innerJoin("agents", "agents.pk", "targets.agent_pk")
          .select("certificate_targets.target_pk")
          .whereRef("certificate_targets.certificate_pk", "=", "certificates.pk")
          .where("agents.id", "=", agentId),
      ),
    );
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
  return filter.q ? query.where(searchFor(db, filter.q)) : query;
}

/** Ids, serial numbers and fingerprints by prefix on their own index; everything else by text. */
function searchFor(db: Db, q: string) {
  const text = q.trim();
  const names = ["certificates.name", "certificates.common_name", "certificates.id"];
  const byText = matchesText(db, text, { key: "certificates.pk", names });
  const hex = text.replaceAll(":", "").toLowerCase();
  const isHex = /^[0-9a-f]{8,64}$/.test(hex);
  return (eb: ExpressionBuilder<Tables, "certificates">) => {
    const found: Expression<SqlBool>[] = [byText, eb("certificates.id", "=", text)];
    if (isHex) {
      const [low, high] = prefixRange(hex);
      for (const column of ["serial_number", "fingerprint"] as const) {
        found.push(
          eb(
            "certificates.pk",
            "in",
            eb
              .selectFrom("certificate_versions")
              .select("certificate_pk")
              .where(column, ">=", low)
              .where(column, "<=", high),
          ),
        );
      }
    }
    return eb.or(found);
  };
}

/** The smallest and largest octet strings that begin with these hex digits. */
function prefixRange(hex: string): readonly [Uint8Array, Uint8Array] {
  const even = hex.length % 2 === 0 ? hex : hex.slice(0, -1);
  const low = Buffer.from(hex.length % 2 === 0 ? hex : `${hex}0`, "hex");
  const last = hex.length % 2 === 0 ? even : `${hex}f`;
  const high = Buffer.concat([Buffer.from(last, "hex"), Buffer.alloc(32, 0xff)]);
  return [low, high];
}

const sorts = {
  created_at: { ref: "certificates.pk" },
  not_after: { ref: "certificates.not_after", nullable: true },
  expires_at: { ref: "certificates.not_after", nullable: true },
  updated_at: { ref: "certificates.updated_at" },
  common_name: { ref: "certificates.common_name" },
  name: { ref: "certificates.name" },
} as const;

export async function listCertificates(
  db: Db,
  window: Window,
  filter: CertificateFilter,
): Promise<Listing<CertificateView>> {
  const rows = matching(db, filter)
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
      rows,
      total: async () => {
        const row = await matching(db, filter)
          .select((eb) => eb.fn.countAll<number>().as("n"))
          .executeTakeFirstOrThrow();
        return Number(row.n);
      },
    },
    (row) => certificateView(row, filter.now),
  );
}
