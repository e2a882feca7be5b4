/** SQL of what belongs to teams. The tables have some thousand rows; jobs are counted by their index, up to a bound. */
import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Tables } from "#db/tables.ts";
import type { TeamScope } from "../context.ts";
import type { TeamUsage } from "./usage-api.ts";

type Db = Kysely<Tables>;

export interface Asked {
  readonly ids: readonly string[];
  readonly scope: TeamScope;
  /** Where counting ends. */
  readonly most: number;
}

/** In no order; what is not there, or is none of the caller's teams, is missing. */
export async function countOfTeams(db: Db, { ids, scope, most }: Asked): Promise<TeamUsage[]> {
  const known = await db
    .selectFrom("teams")
    .select(["pk", "id"])
    .where("id", "in", [...ids])
    .$if(scope !== "all", (it) => it.where("pk", "in", scope === "all" ? [] : scope))
    .execute();
  if (known.length === 0) return [];
  const teams = sql.join(known.map(({ pk }) => pk));
  const grouped = (rows: RawBuilder<unknown>) => countsOf(db, rows, most);
  const counts = {
    owners: await grouped(sql`select team_pk from owners where team_pk in (${teams})`),
    agents: await grouped(
      sql`select team_pk from agents where team_pk in (${teams}) and retired_at is null`,
    ),
    retiredAgents: await grouped(
      sql`select team_pk from agents where team_pk in (${teams}) and retired_at is not null`,
    ),
    targets: await grouped(sql`select agents.team_pk from targets
      inner join agents on agents.pk = targets.agent_pk
      where agents.team_pk in (${teams}) and targets.retired_at is null`),
    joinTokens: await grouped(sql`select team_pk from join_tokens where team_pk in (${teams})`),
    users: await grouped(sql`select distinct team_pk, user_pk from grants
      where team_pk in (${teams}) and user_pk is not null`),
    keys: await grouped(sql`select distinct team_pk, api_key_pk from grants
      where team_pk in (${teams}) and api_key_pk is not null`),
    jobs: await jobsOf(db, teams, most),
  };
  const of = (name: keyof typeof counts, pk: number) => counts[name].get(pk) ?? 0;
  return known.map(({ pk, id }) => ({
    id,
    owners: of("owners", pk),
    agents: of("agents", pk),
    retiredAgents: of("retiredAgents", pk),
    targets: of("targets", pk),
    joinTokens: of("joinTokens", pk),
    jobs: of("jobs", pk),
    users: of("users", pk),
    keys: of("keys", pk),
  }));
}

interface Counted {
  readonly team_pk: number;
  readonly n: number;
}

async function countsOf(
  db: Db,
  rows: RawBuilder<unknown>,
  most: number,
): Promise<ReadonlyMap<number, number>> {
  const counted = await sql<Counted>`select team_pk, count(*) as n from (${rows}) as counted
    group by team_pk`.execute(db);
  return new Map(counted.rows.map(({ team_pk, n }) => [team_pk, Math.min(Number(n), most)]));
}

/** There may be very many: each team's are counted up to the bound. */
async function jobsOf(
  db: Db,
  teams: RawBuilder<unknown>,
  most: number,
): Promise<ReadonlyMap<number, number>> {
  const counted = await sql<Counted>`select teams.pk as team_pk, (select count(*) from (
      select 1 from jobs where jobs.team_pk = teams.pk limit ${most}) as counted) as n
    from teams where teams.pk in (${teams})`.execute(db);
  return new Map(counted.rows.map(({ team_pk, n }) => [team_pk, Number(n)]));
}
