/** Machines that make keys and deploy. */
import { windowOf } from "#base/page.ts";
import { notFound } from "#base/problem.ts";
import { later, minutes } from "#base/time.ts";
import { announce } from "#jobs/announce.ts";
import { commit, endFailed, LeaseLost } from "#jobs/attempt.ts";
import { giveBack } from "#jobs/lease-queries.ts";
import type { Requester } from "#jobs/tx.ts";
import type { World } from "#jobs/world.ts";
import { requesterOf } from "../context.ts";
import { bind, direct, type Feature, read } from "../handler.ts";
import { ownAnchors } from "../issuers/first.ts";
import { heartbeatInterval } from "./agent.ts";
import { agentsApi } from "./api.ts";
import * as held from "./held-queries.ts";
import { heartbeatCleanup, heartbeats } from "./history.ts";
import { createJoinToken, join, joinToken, trust } from "./join.ts";
import { flushHeartbeats, noteAlive } from "./presence.ts";
import * as queries from "./queries.ts";
import { dependencies, retire } from "./retire.ts";
import { requireSelf } from "./self.ts";

/** An agent's work has this long between two signs of life. */
export const agentLease = minutes(5);

const list = read(agentsApi.list, async (ctx, input) => {
  const { status, platform, version, teamId } = input;
  const filter = { scope: ctx.scope, now: ctx.clock.now(), status, platform, version, teamId };
  const page = await queries.listAgents(ctx.reader, windowOf(input, "name"), filter);
  return { ...page, data: [...page.data] };
});

const retired = read(agentsApi.retired, async (ctx, input) => {
  const filter = { scope: ctx.scope, now: ctx.clock.now(), status: "Retired" as const };
  const page = await queries.listAgents(ctx.reader, windowOf(input, "name"), filter);
  return { ...page, data: [...page.data] };
});

const get = read(agentsApi.get, async (ctx, { id }) => {
  const agent = await queries.findAgent(ctx.reader, id, ctx.scope);
  if (!agent) throw notFound("agent", id);
  return queries.agentView(agent, ctx.clock.now());
});

const heartbeat = direct(agentsApi.heartbeat, async (world, ctx, input) => {
  requireSelf(ctx.actor, input.id);
  const { database, clock } = world;
  const agent = await queries.findAgentByPk(database.reader, ctx.actor.pk);
  if (!agent) throw notFound("agent", input.id);
  await noteAlive(world, agent, heartbeatInterval * 2);
  const now = clock.now();
  const { hostname, os, architecture, ipAddress, version, capabilities } = input;
  const metadata = { hostname, os, architecture, ipAddress, version, capabilities };
  const before = queries.metadataOf(agent);
  if (JSON.stringify(before) !== JSON.stringify(metadata)) {
    await database.transaction((db) => queries.saveMetadata(db, agent.pk, metadata, now));
  }
  if (input.startedAnew) {
    const inHand = new Set(input.running.map((it) => it.jobId));
    const arrived = !input.answerLost;
    await giveAllBack(world, agent.pk, { inHand, arrived }, requesterOf(ctx.actor));
  }
  const lost: string[] = [];
  if (input.running.length > 0) {
    await database.transaction(async (db) => {
      lost.length = 0;
      for (const job of input.running) {
        const isHeld = await held.extendLease(db, agent.pk, job, later(now, agentLease));
        if (!isHeld) lost.push(job.jobId);
      }
    });
  }
  const anchors = await ownAnchors(database.reader);
  return { status: "ok" as const, anchorsPem: [...anchors.pem], lost };
});

/**
 * Jobs that a dead process of the agent had taken, or that it never heard of, are offered again at once. Those it never
 * heard of were not attempted; of those a process died with, one may be what killed it.
 */
async function giveAllBack(
  world: World,
  agentPk: number,
  { inHand, arrived }: { readonly inHand: ReadonlySet<string>; readonly arrived: boolean },
  actor: Requester,
): Promise<void> {
  await world.database.transaction((db) => held.forgetReminders(db, agentPk));
  const left = await held.listRunningJobs(world.database.reader, agentPk);
  for (const job of left.filter((it) => !inHand.has(it.id))) {
    const origin = { actor, requestId: null, address: null };
    await commit(world, [], origin, async (tx) => {
      if (arrived) await endFailed(tx, job, {}, interrupted, []);
      else if (await giveBack(tx.db, job, tx.now)) await announce(tx, job);
    }).catch((error: unknown) => {
      if (!(error instanceof LeaseLost)) throw error;
    });
  }
}

const interrupted = {
  message: "the agent was restarted, or could not read what it was given",
  retryable: true,
  retryAfter: 0,
};

export const agents: Feature = {
  name: "agents",
  operations: bind(agentsApi, {
    list,
    retired,
    get,
    createJoinToken,
    joinToken,
    dependencies,
    trust,
    join,
    heartbeat,
    heartbeats,
    retire,
  }),
  recurring: [
    heartbeatCleanup,
    {
      name: "agent-health",
      summary: "Tell which agents fell silent and which are back",
      setting: "CERTCTL_SCHEDULER_AGENT_HEALTH_CHECK_INTERVAL",
      interval: minutes(2),
      timeout: minutes(1),
      async run(ctx) {
        await flushHeartbeats(ctx);
        const now = ctx.clock.now();
        const changed = await queries.listChangedPresence(ctx.database.reader, now);
        for (const agent of changed) {
          await ctx.commit(async (tx) => {
            if (!(await queries.setPresence(tx.db, agent.pk, agent.online, now))) return;
            const type = agent.online ? "agent.online" : "agent.offline";
            await tx.emit(type, { id: agent.id, teamPk: agent.team_pk }, {});
          });
        }
        const silent = changed.filter((agent) => !agent.online).length;
        return `${silent} fell silent, ${changed.length - silent} are back`;
      },
    },
  ],
};
