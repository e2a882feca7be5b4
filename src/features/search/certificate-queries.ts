/** SQL that finds certificates for the search over everything: what begins with the text first, then where its words occur. */
import { type Kysely, type SqlBool, sql } from "kysely";
import { type Instant, toRfc3339 } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import { type Activity, statusOf } from "../certificates/certificate.ts";
import { keysFound } from "../certificates/search-queries.ts";
import type { TeamScope } from "../context.ts";
import type { Hit } from "./api.ts";

type Db = Kysely<Tables>;

/**
 * So many of what the words occur in are looked at. A word that a million have in common would take a second to sort;
 * whoever types one needs another word, or the list.
 */
const candidates = 5_000;

export async function findCertificates(
  db: Db,
  { q, scope, limit }: { readonly q: string; readonly scope: TeamScope; readonly limit: number },
  now: Instant,
): Promise<readonly Hit[]> {
  const first = await begins(db, q, scope, limit);
  const more = first.length < limit ? await occurs(db, q, scope, limit) : [];
  const rows = new Map([...first, ...more].map((row) => [row.id, row]));
  return [...rows.values()].slice(0, limit).map((row) => hitOf(row, now));
}

function certificates(db: Db, scope: TeamScope) {
  const query = db
    .selectFrom("certificates")
    .leftJoin("owners", "owners.pk", "certificates.owner_pk")
    .leftJoin("teams", "teams.pk", "certificates.team_pk")
    .select([
      "certificates.id",
      "certificates.name",
      "certificates.common_name",
      "certificates.activity",
      "certificates.not_after",
      "certificates.expiring_at",
      "certificates.archived_at",
      "certificates.revoked_at",
      "owners.name as owner",
      "teams.name as team",
    ]);
  return scope === "all" ? query : query.where("certificates.team_pk", "in", scope);
}

type Row = Awaited<ReturnType<typeof begins>>[number];

/** A range of the index of names, in their order: what is typed as it is, and in lower case as names mostly are. */
async function begins(db: Db, q: string, scope: TeamScope, limit: number) {
  const spellings = [...new Set([q, q.toLowerCase()])];
  const found = spellings.map((it) =>
    certificates(db, scope)
      .where(
        "certificates.pk",
        "in",
        db
          .selectFrom("certificates as named")
          .select("named.pk")
          .where("named.name", ">=", it)
          .where("named.name", "<", `${it}\u{10ffff}`)
          .orderBy("named.name")
          .limit(scope === "all" ? limit : candidates),
      )
      .orderBy("certificates.name")
      .limit(limit)
      .execute(),
  );
  return (await Promise.all(found)).flat();
}

async function occurs(db: Db, q: string, scope: TeamScope, limit: number): Promise<readonly Row[]> {
  const found = await keysFound(db, q);
  if (found === undefined) return [];
  const few = sql`select * from (select * from (${found}) as found limit ${candidates}) as few`;
  return await certificates(db, scope)
    .where(sql<SqlBool>`certificates.pk in (${few})`)
    .orderBy("certificates.pk", "desc")
    .limit(limit)
    .execute();
}

function hitOf(row: Row, now: Instant): Hit {
  const status = statusOf(
    {
      // The column holds a member of the closed set.
      activity: row.activity as Activity,
      notAfter: row.not_after,
      expiringAt: row.expiring_at,
      archivedAt: row.archived_at,
      revokedAt: row.revoked_at,
    },
    now,
  );
  const facts = [
    row.common_name === row.name ? null : row.common_name,
    row.not_after === null ? null : `notAfter ${toRfc3339(row.not_after).slice(0, 10)}`,
    row.owner ?? row.team,
  ];
  return {
    type: "certificate",
    id: row.id,
    name: row.name,
    status,
    facts: facts.filter((it) => it !== null),
    path: `/certificates/${row.id}`,
  };
}
