/** Deployment targets. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { crud } from "#base/crud.ts";
import { Id } from "#base/id.ts";
import { TargetFields, TargetView } from "./target.ts";

export const targetsApi = crud({
  noun: "targets",
  one: "target",
  read: "targets:read",
  write: "targets:write",
  scope: "team",
  fields: TargetFields,
  view: TargetView,
  sorts: ["name", "created_at"],
  filters: z.strictObject({
    agentId: Id.optional().meta({ title: "Agent" }),
    type: z.string().max(64).optional().meta({ title: "Type" }),
  }),
});

export const targetActionsApi = {
  test: contract({
    name: "targets.test",
    summary: "Have the agent test a target: paths, commands, endpoint",
    done: "The test of {} was asked for",
    method: "POST",
    path: "/api/v1/targets/:id/test",
    permission: "targets:write",
    scope: "team",
    effect: "write",
    answer: "accepted",
    input: z.strictObject({ id: Id }),
    output: z.object({ jobId: z.string(), jobUrl: z.string() }),
    problems: ["not-found", "wrong-state"],
    cli: { noun: "targets", verb: "test", positional: "id" },
  }),
};
