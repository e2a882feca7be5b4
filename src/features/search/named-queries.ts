/** SQL that finds the things of which there are thousands, not millions: each is looked at, the best of them come first. */
import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import { type Instant, toRfc3339 } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import { statusOf } from "../agents/agent.ts";
import type { TeamScope } from "../context.ts";
import { type FoundKind, foundKinds, type Hit } from "./api.ts";

type Db = Kysely<Tables>;
type Value = string | number | null;
type Row = Readonly<Record<string, Value>>;

export interface Wanted {
  readonly words: readonly string[];
  readonly q: string;
  readonly scope: TeamScope;
  readonly limit: number;
}

export type NamedKind = Exclude<FoundKind, "certificate">;

interface Named {
  readonly from: RawBuilder<unknown>;
  /** The columns and expressions that a word may occur in; the first is the name. */
  readonly texts: readonly RawBuilder<unknown>[];
  readonly id: RawBuilder<unknown>;
  /** The column of the team; without one it belongs to nobody. */
  readonly team?: RawBuilder<unknown>;
  /** What the status and the facts are made of. */
  readonly columns: readonly RawBuilder<unknown>[];
  /** Only as a whole: of these there are millions, and the id is their one text. */
  readonly exactly?: boolean;
  status(row: Row, now: Instant): string | null;
  facts(row: Row): readonly Value[];
}

const usable = (row: Row): string => (row["enabled"] === 1 ? "Enabled" : "Disabled");
const day = (label: string, at: Value | undefined): string | null =>
  typeof at === "number" ? `${label} ${toRfc3339(at as Instant).slice(0, 10)}` : null;
const plain = (...names: readonly string[]) => names.map((it) => sql.ref(it));

const named: Readonly<Record<NamedKind, Named>> = {
  agent: {
    from: sql`agents`,
    texts: [
      sql`coalesce(agents.retired_name, agents.name)`,
      ...plain("agents.id", "agents.hostname", "agents.ip_address"),
    ],
    id: sql.ref("agents.id"),
    team: sql.ref("agents.team_pk"),
    columns: plain(
      "agents.hostname",
      "agents.os",
      "agents.ip_address",
      "agents.retired_at",
      "agents.last_heartbeat_at",
    ),
    status: (row, now) =>
      statusOf(
        {
          // Columns of instants hold instants.
          retiredAt: row["retired_at"] as Instant | null,
          lastHeartbeatAt: row["last_heartbeat_at"] as Instant | null,
        },
        now,
      ),
    facts: (row) => [row["hostname"] ?? null, row["os"] ?? null, row["ip_address"] ?? null],
  },
  target: {
    from: sql`targets inner join agents on agents.pk = targets.agent_pk`,
    texts: plain("targets.name", "targets.id"),
    id: sql.ref("targets.id"),
    team: sql.ref("agents.team_pk"),
    columns: [
      ...plain("targets.type", "targets.enabled", "targets.retired_at"),
      sql`coalesce(agents.retired_name, agents.name) as agent`,
    ],
    status: (row) => (row["retired_at"] === null ? usable(row) : "Retired"),
    facts: (row) => [row["type"] ?? null, `on ${row["agent"]}`],
  },
  issuer: {
    from: sql`issuers`,
    texts: plain("issuers.name", "issuers.id"),
    id: sql.ref("issuers.id"),
    columns: plain("issuers.type", "issuers.enabled"),
    status: usable,
    facts: (row) => [row["type"] ?? null],
  },
  profile: {
    from: sql`profiles`,
    texts: plain("profiles.name", "profiles.id"),
    id: sql.ref("profiles.id"),
    columns: plain("profiles.description", "profiles.enabled"),
    status: usable,
    facts: (row) => [row["description"] ?? null],
  },
  renewal_policy: {
    from: sql`renewal_policies`,
    texts: plain("renewal_policies.name", "renewal_policies.id"),
    id: sql.ref("renewal_policies.id"),
    columns: plain("renewal_policies.auto_renew"),
    status: () => null,
    facts: (row) => [row["auto_renew"] === 1 ? "renews by itself" : "does not renew by itself"],
  },
  owner: {
    from: sql`owners left join teams on teams.pk = owners.team_pk`,
    texts: plain("owners.name", "owners.id", "owners.email"),
    id: sql.ref("owners.id"),
    team: sql.ref("owners.team_pk"),
    columns: [sql.ref("owners.email"), sql`teams.name as team`],
    status: () => null,
    facts: (row) => [row["email"] ?? null, row["team"] ?? null],
  },
  team: {
    from: sql`teams`,
    texts: plain("teams.name", "teams.id"),
    id: sql.ref("teams.id"),
    columns: plain("teams.description"),
    status: () => null,
    facts: (row) => [row["description"] ?? null],
  },
  job: {
    from: sql`jobs left join certificates on certificates.pk = jobs.certificate_pk`,
    texts: [sql`coalesce(jobs.type || ' of ' || certificates.name, jobs.type)`],
    id: sql.ref("jobs.id"),
    team: sql.ref("jobs.team_pk"),
    columns: plain("jobs.state", "jobs.created_at"),
    exactly: true,
    status: (row) => String(row["state"]),
    facts: (row) => [day("begun", row["created_at"])],
  },
  user: {
    from: sql`users`,
    texts: plain("users.name", "users.id", "users.email"),
    id: sql.ref("users.id"),
    columns: plain("users.email", "users.disabled_at"),
    status: (row) => (row["disabled_at"] === null ? "Enabled" : "Disabled"),
    facts: (row) => [row["email"] ?? null],
  },
  api_key: {
    from: sql`api_keys`,
    texts: plain("api_keys.name", "api_keys.id", "api_keys.hint"),
    id: sql.ref("api_keys.id"),
    columns: plain("api_keys.hint", "api_keys.revoked_at", "api_keys.expires_at"),
    status: (row, now) => {
      if (row["revoked_at"] !== null) return "Revoked";
      return row["expires_at"] !== null && Number(row["expires_at"]) <= now ? "Expired" : "Usable";
    },
    facts: (row) => [row["hint"] ?? null, day("until", row["expires_at"])],
  },
};

/** Equal names first, then what begins with the text, then by name. */
export async function findNamed(
  db: Db,
  kind: NamedKind,
  wanted: Wanted,
  now: Instant,
): Promise<readonly Hit[]> {
  const it = named[kind];
  const { q, scope, limit } = wanted;
  const lowered = q.toLowerCase();
  const name = sql`lower(${it.texts[0]})`;
  const conditions = it.exactly ? [sql<SqlBool>`${it.id} = ${q}`] : everyWord(it, wanted.words);
  if (it.team && scope !== "all") {
    if (scope.length === 0) return [];
    conditions.push(sql<SqlBool>`${it.team} in (${sql.join(scope)})`);
  }
  const { rows } = await sql<Row>`
    select ${it.id} as id, ${it.texts[0]} as name, ${sql.join(it.columns)}
    from ${it.from} where ${sql.join(conditions, sql` and `)}
    order by case when ${name} = ${lowered} then 0 when ${name} like ${`${escaped(lowered)}%`} escape '\\' then 1 else 2 end,
      ${name}, ${it.id}
    limit ${limit}`.execute(db);
  return rows.map((row) => {
    const [id, title] = [String(row["id"]), String(row["name"])];
    const facts = it.facts(row).filter((fact) => fact !== null && fact !== "" && fact !== title);
    return {
      type: kind,
      id,
      name: title,
      status: it.status(row, now),
      facts: facts.map(String),
      path: pathOf(kind, id),
    };
  });
}

/** Keys have no page of their own. */
const pathOf = (kind: FoundKind, id: string): string =>
  kind === "api_key" ? foundKinds[kind].path : `${foundKinds[kind].path}/${id}`;

const escaped = (text: string): string => text.replaceAll(/[\\%_]/g, "\\$&");

function everyWord(it: Named, words: readonly string[]): RawBuilder<SqlBool>[] {
  return words.map((word) => {
    const pattern = `%${escaped(word.toLowerCase())}%`;
    const tests = it.texts.map((text) => sql`lower(${text}) like ${pattern} escape '\\'`);
    return sql<SqlBool>`(${sql.join(tests, sql` or `)})`;
  });
}
