/** SQL of the strips: issuers with their authorities, agents by group and hour. */
import { type Kysely, type RawBuilder, sql } from "kysely";
import { hours, type Instant, later } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import { offlineAfter } from "../agents/agent.ts";
import type { TeamScope } from "../context.ts";
import { everyTeam, inTeams } from "./scoped.ts";
import type { AgentGrouping } from "./stats-api.ts";

type Db = Kysely<Tables>;

/** Issuers with the authority that issues for each, where it is one of ours. */
export async function listIssuers(db: Db) {
  const issuers = await db
    .selectFrom("issuers")
    .select([
      "pk",
      "id",
      "name",
      "type",
      "enabled",
      "test_status",
      "test_message",
      "last_tested_at",
    ])
    .orderBy("name")
    .limit(200)
    .execute();
  const authorities = await db
    .selectFrom("authorities")
    .select(["id", "issuer_pk", "name", "state", "not_before", "not_after"])
    .where("issuing", "=", 1)
    .orderBy("pk")
    .execute();
  const issuing = new Map(authorities.map((it) => [it.issuer_pk, it]));
  return issuers.map((it) => ({ ...it, authority: issuing.get(it.pk) }));
}

/** Kept sums by name, of names that begin with `prefix`, on the days of a span. */
export async function sumKept(
  db: Db,
  scope: TeamScope,
  prefix: string,
  span: { readonly from: Instant; readonly until: Instant },
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom("daily_counts")
    .select(["name", sql<number>`sum(n)`.as("n")])
    .where("day", ">=", span.from)
    .where("day", "<", span.until)
    .where("name", ">=", `${prefix}:`)
    .where("name", "<", `${prefix};`)
    .where(scope === "all" ? sql<boolean>`team_pk = ${everyTeam}` : inTeams(scope, "team_pk"))
    .groupBy("name")
    .execute();
  return new Map(rows.map((row) => [row.name.slice(prefix.length + 1), Number(row.n)]));
}

const groups: Readonly<Record<AgentGrouping, RawBuilder<string>>> = {
  platform: sql<string>`agents.os || '/' || agents.architecture`,
  version: sql<string>`agents.version`,
  team: sql<string>`coalesce((select teams.name from teams where teams.pk = agents.team_pk), '')`,
};

const present = (db: Db, scope: TeamScope) =>
  db
    .selectFrom("agents")
    .where("agents.retired_at", "is", null)
    .where(inTeams(scope, "agents.team_pk"));

/** Agents by group and version: all, and those in touch. */
export async function countAgents(db: Db, scope: TeamScope, now: Instant, by: AgentGrouping) {
  const alive = later(now, -offlineAfter);
  const rows = await present(db, scope)
    .select([
      groups[by].as("heading"),
      "agents.version",
      (eb) => eb.fn.countAll<number>().as("n"),
      sql<number>`sum(case when agents.last_heartbeat_at >= ${alive} then 1 else 0 end)`.as(
        "touched",
      ),
    ])
    .groupBy(["heading", "agents.version"])
    .execute();
  return rows.map((row) => ({ ...row, n: Number(row.n), touched: Number(row.touched) }));
}

/** Agents by group and the hour they joined in, as far as that matters: those of before count to the first. */
export async function countJoined(db: Db, scope: TeamScope, from: Instant, by: AgentGrouping) {
  const hour = sql<number>`case when agents.created_at < ${from} then ${from}
    else agents.created_at - agents.created_at % ${sql.lit(hours(1))} end`;
  const rows = await present(db, scope)
    .select([groups[by].as("heading"), hour.as("hour"), (eb) => eb.fn.countAll<number>().as("n")])
    .groupBy(["heading", "hour"])
    .execute();
  return rows.map((row) => ({ ...row, hour: Number(row.hour), n: Number(row.n) }));
}

/** How many agents of a group were heard of in each hour since then. */
export async function countHeard(db: Db, scope: TeamScope, from: Instant, by: AgentGrouping) {
  const rows = await db
    .selectFrom("agent_hours")
    .innerJoin(
      present(db, scope)
        .select(["agents.pk", groups[by].as("heading")])
        .as("grouped"),
      "grouped.pk",
      "agent_hours.agent_pk",
    )
    .where("agent_hours.hour", ">=", from)
    .select(["grouped.heading", "agent_hours.hour", (eb) => eb.fn.countAll<number>().as("n")])
    .groupBy(["grouped.heading", "agent_hours.hour"])
    .execute();
  return rows.map((row) => ({ ...row, n: Number(row.n) }));
}
