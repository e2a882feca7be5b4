/** Retirement: refused while something hangs on the agent, unless forced with a reason; a second call changes nothing. */

import { toSnake } from "#base/case.ts";
import { invalid, notFound, Problem } from "#base/problem.ts";
import { announce } from "#jobs/announce.ts";
import * as jobs from "#jobs/queries.ts";
import { read, write } from "../handler.ts";
import { sentinels } from "./agent.ts";
import { agentsApi } from "./api.ts";
import * as queries from "./queries.ts";
import * as retiring from "./retire-queries.ts";

export const dependencies = read(agentsApi.dependencies, async (ctx, { id }) => {
  const agent = await queries.findAgent(ctx.reader, id, ctx.scope);
  if (!agent) throw notFound("agent", id);
  return await retiring.countDependencies(ctx.reader, agent.pk);
});

export const retire = write(agentsApi.retire, {
  async prepare(ctx, input) {
    if (sentinels.includes(input.id)) {
      throw new Problem(
        "forbidden",
        `${input.id} stands for a part of the server and cannot be retired`,
      );
    }
    if (input.force && input.reason === undefined) {
      throw invalid("reason", "is required with force");
    }
    const agent = await queries.findAgent(ctx.reader, input.id, ctx.scope);
    if (!agent) throw notFound("agent", input.id);
    return { agent };
  },
  async commit(tx, { agent }, input) {
    const counts = await retiring.countDependencies(tx.db, agent.pk);
    tx.subject({
      id: agent.id,
      teamPk: agent.team_pk,
      details: { ...counts, reason: input.reason },
    });
    if (agent.retired_at !== null) {
      return { retiredAt: agent.retired_at, alreadyRetired: true, cascade: false, counts };
    }
    const hanging = counts.activeTargets + counts.activeCertificates + counts.pendingJobs > 0;
    if (hanging && !input.force) throw blocked(counts);
    if (hanging) {
      for (const pk of await retiring.listActiveJobs(tx.db, agent.pk)) {
        await jobs.moveIdle(tx.db, pk, "cancel", tx.now, { error: "the agent was retired" });
        await jobs.askToCancel(tx.db, pk, tx.now);
        await announce(tx, { pk });
      }
      await retiring.retireTargets(tx.db, agent.pk, input.reason ?? "", tx.now);
    }
    const how = { reason: input.reason ?? null, unguessable: tx.newId("agent") };
    await retiring.retireAgent(tx.db, agent.pk, how, tx.now);
    await tx.emit("agent.retired", { id: agent.id, teamPk: agent.team_pk }, {});
    tx.wakes.add(`agent:${agent.pk}`);
    return { retiredAt: tx.now, alreadyRetired: false, cascade: hanging, counts };
  },
});

/** The seeds' body: a stable word and three counts beside the problem's own members. */
function blocked(counts: Awaited<ReturnType<typeof retiring.countDependencies>>): Problem {
  const wire = Object.fromEntries(Object.entries(counts).map(([key, n]) => [toSnake(key), n]));
  return new Problem(
    "blocked-by-dependencies",
    "targets, certificates or jobs still hang on this agent; move them, or use force with a reason",
    { extra: { error: "blocked_by_dependencies", counts: wire } },
  );
}
