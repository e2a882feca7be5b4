/** Where certificates are deployed. */
import { z } from "zod";
import { invalid, notFound, Problem } from "#base/problem.ts";
import { check } from "#base/rule.ts";
import { days, later, minutes } from "#base/time.ts";
import { findTarget } from "#connectors/targets/index.ts";
import { agentJob } from "#jobs/job.ts";
import type { Context } from "../context.ts";
import { crudOperations } from "../crud-handlers.ts";
import { bind, type Feature, write } from "../handler.ts";
import { targetActionsApi, targetsApi } from "./api.ts";
import * as queries from "./queries.ts";
import type { TargetFields } from "./target.ts";

/** The configuration checked by its type's schema; stored as written, so that a default may improve later. */
function checkConfig(fields: TargetFields): string {
  const kind = findTarget(fields.type);
  if (!kind) throw invalid("type", "is unknown");
  const result = check(kind.config, fields.config);
  if (result.success) return kind.kind;
  const errors = result.error.issues.map((issue) => ({
    path: ["config", ...issue.path].join("."),
    message: issue.message,
  }));
  const summary = errors.map((it) => `${it.path}: ${it.message}`).join("; ");
  throw new Problem("invalid-input", summary, { errors });
}

async function resolve(ctx: Context, fields: TargetFields): Promise<queries.SavedTarget> {
  const type = checkConfig(fields);
  const agent = await queries.findAgentForTarget(ctx.reader, fields.agentId, ctx.scope);
  if (!agent) throw invalid("agent_id", `there is no agent ${fields.agentId}`);
  if (agent.retired_at !== null)
    throw invalid("agent_id", `the agent ${fields.agentId} is retired`);
  const { name, config, enabled } = fields;
  return { name, type, agentPk: agent.pk, teamPk: agent.team_pk, config, enabled };
}

const targetOperations = crudOperations(targetsApi, {
  what: "target",
  kind: "target",
  defaultSort: "name",
  find: queries.findTarget,
  fieldsOf: (row): TargetFields => ({
    name: row.name,
    type: row.type,
    agentId: row.agent_id,
    config: queries.configOf(row),
    enabled: row.enabled === 1,
  }),
  viewOf: queries.targetView,
  resolve,
  insert: queries.insertTarget,
  update: queries.updateTarget,
  remove: (db, row) => queries.deleteTarget(db, row.pk),
  list: (db, window, filter: queries.TargetFilter) => queries.listTargets(db, window, filter),
  teamOf: (it) => it.teamPk,
});

/** The agent looks at paths, commands and endpoint without changing anything. */
export const testTargetJob = agentJob({
  kind: "targets.test",
  type: "Validation",
  executor: "agent",
  input: z.strictObject({ targetId: z.string() }),
  attempts: 1,
  timeout: minutes(2),
});

const test = write(targetActionsApi.test, {
  async prepare(ctx, { id }) {
    const target = await queries.findTarget(ctx.reader, id, ctx.scope);
    if (!target) throw notFound("target", id);
    if (target.retired_at !== null) throw new Problem("wrong-state", "the target is retired");
    return target;
  },
  async commit(tx, target) {
    const job = await tx.enqueue(testTargetJob, {
      input: { targetId: target.id },
      targetPk: target.pk,
      agentPk: target.agent_pk,
      teamPk: target.team_pk,
      dedupeKey: `targets.test/${target.pk}`,
      priority: 10,
      deadline: later(tx.now, days(1)),
    });
    await queries.saveTest(tx.db, target.pk, { status: "testing", message: null }, tx.now);
    tx.subject({ id: target.id, teamPk: target.team_pk, details: { jobId: job.id } });
    return { jobId: job.id, jobUrl: `/api/v1/jobs/${job.id}` };
  },
});

export const targets: Feature = {
  name: "targets",
  operations: [...targetOperations, ...bind(targetActionsApi, { test })],
  jobs: [testTargetJob],
};
