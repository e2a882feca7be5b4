/** What belongs to a team, beside certificates. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { Id } from "#base/id.ts";

const Count = (title: string) => z.int().meta({ title });

export const TeamUsage = z.object({
  id: z.string(),
  owners: Count("Owners of the team"),
  agents: Count("Agents of the team that are not retired"),
  retiredAgents: Count("Retired agents; they still refer to it"),
  targets: Count("Targets of its agents that are not retired"),
  joinTokens: Count("Join tokens that were made for it, used ones as well"),
  jobs: Count("Jobs of it on record"),
  users: z.int().nullable().meta({
    title: "Users with a role for it",
    description: "Null: the caller may not see users",
  }),
  keys: z.int().nullable().meta({
    title: "API keys with a role for it",
    description: "Null: the caller may not see keys",
  }),
});
export type TeamUsage = z.output<typeof TeamUsage>;

export const teamUsageApi = {
  usage: contract({
    name: "teams.usage",
    summary: "Count what belongs to teams: owners, agents, targets, roles, jobs on record",
    description:
      "Of the caller's teams. A count ends at `most`: it is that or more. While anything refers to a team, it cannot be deleted.",
    method: "GET",
    path: "/api/v1/teams/usage",
    permission: "ownership:read",
    scope: "shared",
    effect: "read",
    answer: "json",
    input: z.strictObject({ ids: z.array(Id).min(1).max(500).meta({ title: "Ids" }) }),
    output: z.object({ data: z.array(TeamUsage), most: z.int() }),
    problems: [],
    cli: { noun: "teams", verb: "usage" },
  }),
};
