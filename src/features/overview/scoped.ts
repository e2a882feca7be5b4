/** Conditions that every query here has: the caller's teams, and rows that are still managed. */
import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { TeamScope } from "../context.ts";

/** Rows of the caller's teams; for all of them a condition that costs nothing. */
export function inTeams(scope: TeamScope, column: string): RawBuilder<SqlBool> {
  if (scope === "all") return sql<SqlBool>`1 = 1`;
  if (scope.length === 0) return sql<SqlBool>`1 = 0`;
  return sql<SqlBool>`${sql.ref(column)} in (${sql.join(scope)})`;
}

/** The team of a day's row that stands for all teams together. */
export const everyTeam = -1;
/** The team of a day's row of what belongs to no team. */
export const noTeam = 0;
