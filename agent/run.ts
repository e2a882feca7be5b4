/** `certctl-agent run`: recover, then poll, work, report and beat until stopped or retired. Nothing is lost while the server is away. */
import { join } from "node:path";
import { type Client, client } from "#base/client.ts";
import { CallFailure } from "#base/exchange.ts";
import type { Log } from "#base/log.ts";
import { Problem } from "#base/problem.ts";
import type { Random } from "#base/random.ts";
import { backoff } from "#base/retry.ts";
import { type Clock, minutes, seconds } from "#base/time.ts";
import { agentsApi } from "#features/agents/api.ts";
import { deploymentsApi } from "#features/deployments/api.ts";
import type { WorkItem } from "#features/deployments/deployment.ts";
import { connectionOf } from "./connection.ts";
import { openDeployer } from "./deploy.ts";
import { type Doubt, doubtAfter } from "./doubt.ts";
import { type Identity, saveIdentity } from "./identity.ts";
import { openKeystore } from "./keystore.ts";
import { machineInfo } from "./machine-info.ts";
import { type Outbox, openOutbox } from "./outbox.ts";
import type { AgentSettings } from "./settings.ts";
import { type Bench, doWork, type Report } from "./work.ts";

export interface Tools {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** The server said 410: this agent was retired and ends cleanly. */
export class Retired extends Error {}

const api = {
  work: deploymentsApi.work,
  report: deploymentsApi.report,
  heartbeat: agentsApi.heartbeat,
};

interface Agent {
  identity: Identity;
  bench: Bench;
  readonly outbox: Outbox<Report>;
  readonly running: Map<string, { readonly item: WorkItem; readonly abort: AbortController }>;
  /** An answer with work may have been lost, at the latest with the process before: the server must hear what is in hand. */
  doubt: Doubt | undefined;
  readonly tools: Tools;
  readonly settings: AgentSettings;
}

/** How many deployments at once; each target still has one at a time. */
const hands = 8;

export async function runAgent(
  settings: AgentSettings,
  identity: Identity,
  tools: Tools,
  stop: AbortSignal,
): Promise<void> {
  const keystore = openKeystore({ directory: settings.keyDirectory, clock: tools.clock });
  const deployer = openDeployer({
    stateDirectory: join(settings.stateDirectory, "deployments"),
    ...tools,
    directories: settings.directories,
  });
  for (const it of await deployer.recover(stop)) {
    tools.log.warn({ target: it.targetId, outcome: it.result.outcome }, "recovered a deployment");
  }
  const connection = connectionOf(identity);
  const agent: Agent = {
    identity,
    bench: {
      agentId: identity.id,
      connection,
      keystore,
      deployer,
      clock: tools.clock,
      log: tools.log,
    },
    outbox: openOutbox<Report>(join(settings.stateDirectory, "outbox"), tools),
    running: new Map(),
    doubt: "new process",
    tools,
    settings,
  };
  tools.log.info({ agent: identity.id, server: identity.server }, "the agent works");
  const ended = new AbortController();
  const all = AbortSignal.any([stop, ended.signal]);
  const loops = [pollLoop(agent, all), beatLoop(agent, all), reportLoop(agent, all)];
  try {
    await Promise.race([Promise.all(loops), untilAborted(stop)]);
  } finally {
    ended.abort();
    await Promise.allSettled(loops);
    await finishRunning(agent);
    await flush(agent, AbortSignal.timeout(seconds(5)));
  }
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

const calls = (agent: Agent): Client<typeof api> => client(api, connectionOf(agent.identity));

/** Repeats `work` for ever; waits longer after each failure, jittered, and ends only for stop or retirement. */
async function forever(agent: Agent, stop: AbortSignal, work: () => Promise<void>): Promise<void> {
  const { clock, random, log } = agent.tools;
  let failures = 0;
  while (!stop.aborted) {
    try {
      await work();
      failures = 0;
    } catch (error) {
      if (stop.aborted) return;
      if (error instanceof Problem && error.kind === "gone") throw new Retired(error.detail);
      failures++;
      const wait = backoff(failures, random.fraction(), waits);
      const away = error instanceof CallFailure || error instanceof Problem;
      log.warn(
        { err: away ? String(error) : error, wait },
        "the server is not to be had; trying again",
      );
      await clock.sleep(wait, stop);
    }
  }
}

/** Quick at first, because a restarted server is back in a second; then patient. */
const waits = [
  seconds(0.5),
  seconds(1),
  seconds(2),
  seconds(5),
  seconds(15),
  seconds(30),
  minutes(1),
];

async function pollLoop(agent: Agent, stop: AbortSignal): Promise<void> {
  const { clock } = agent.tools;
  await forever(agent, stop, async () => {
    if (agent.running.size >= hands) {
      await clock.sleep(200, stop);
      return;
    }
    // Between two polls nothing is on its way here, so only here the agent knows what it holds.
    if (agent.doubt) await beat(agent, stop, agent.doubt);
    for (const item of await poll(agent, stop)) if (!agent.running.has(item.id)) begin(agent, item);
  });
}

async function poll(agent: Agent, stop: AbortSignal): Promise<readonly WorkItem[]> {
  try {
    const { jobs } = await calls(agent).work({ id: agent.identity.id, wait: 30 }, { signal: stop });
    agent.doubt = undefined;
    return jobs;
  } catch (error) {
    agent.doubt = doubtAfter(error);
    throw error;
  }
}

function begin(agent: Agent, item: WorkItem): void {
  const abort = new AbortController();
  agent.running.set(item.id, { item, abort });
  const { log } = agent.tools;
  log.info({ job: item.id, action: item.action, certificate: item.certificateId }, "work begins");
  doWork(agent.bench, item, abort.signal)
    .then(async (report) => {
      // On disk first: a kill between here and the server's answer loses nothing.
      if (report) agent.outbox.put(report);
      sayEnd(log, item, report);
      agent.running.delete(item.id);
      if (report) await flush(agent, abort.signal);
    })
    .catch((error: unknown) => log.error({ err: error, job: item.id }, "work ended in a defect"))
    .finally(() => agent.running.delete(item.id));
}

function sayEnd(log: Log, item: WorkItem, report: Report | undefined): void {
  const said = { job: item.id, action: item.action, status: report?.status ?? "handed in" };
  if (report?.status === "Failed") log.warn({ ...said, reason: report.error }, "work failed");
  else log.info(said, "work ended");
}

async function finishRunning(agent: Agent): Promise<void> {
  const { clock } = agent.tools;
  for (let i = 0; i < 100 && agent.running.size > 0; i++) await clock.sleep(100);
  for (const { abort } of agent.running.values()) abort.abort(new Error("the agent stops"));
}

async function beatLoop(agent: Agent, stop: AbortSignal): Promise<void> {
  const { clock } = agent.tools;
  await forever(agent, stop, async () => {
    await beat(agent, stop, undefined);
    await clock.sleep(seconds(agent.identity.heartbeatSeconds), stop);
  });
}

async function beat(agent: Agent, stop: AbortSignal, doubt: Doubt | undefined): Promise<void> {
  const answer = await calls(agent).heartbeat(
    {
      id: agent.identity.id,
      ...machineInfo(),
      running: inHand(agent),
      startedAnew: doubt !== undefined,
      answerLost: doubt === "answer lost",
    },
    { signal: stop },
  );
  for (const id of answer.lost)
    agent.running.get(id)?.abort.abort(new Error("the server took the job back"));
  adopt(agent, answer.anchorsPem);
}

/** What is worked on, and what is done but not yet told. The oldest reports go out first, so these are named. */
function inHand(agent: Agent): { jobId: string; leaseToken: string }[] {
  const told = agent.outbox.pending().map(({ message }) => message);
  const running = [...agent.running.values()].map(({ item }) => ({
    jobId: item.id,
    leaseToken: item.leaseToken,
  }));
  return [...running, ...told]
    .flatMap(({ jobId, leaseToken }) => (leaseToken ? [{ jobId, leaseToken }] : []))
    .slice(0, 200);
}

/** Anchors roll over: the next ones arrive over a connection that a present one verified, long before they are used. */
function adopt(agent: Agent, anchorsPem: readonly string[]): void {
  const same =
    anchorsPem.length === agent.identity.anchorsPem.length &&
    anchorsPem.every((pem, index) => pem === agent.identity.anchorsPem[index]);
  if (same || anchorsPem.length === 0) return;
  agent.identity = { ...agent.identity, anchorsPem: [...anchorsPem] };
  saveIdentity(agent.settings.stateDirectory, agent.identity);
  agent.bench = { ...agent.bench, connection: connectionOf(agent.identity) };
  agent.tools.log.info({ anchors: anchorsPem.length }, "the server's trust anchors changed");
}

async function reportLoop(agent: Agent, stop: AbortSignal): Promise<void> {
  const { clock } = agent.tools;
  await forever(agent, stop, async () => {
    await flush(agent, stop);
    await clock.sleep(seconds(5), stop);
  });
}

/** Hands over what is in the outbox, oldest first. What the server refuses for good is dropped with a word in the log. */
async function flush(agent: Agent, signal: AbortSignal): Promise<void> {
  for (const { key, message } of agent.outbox.pending()) {
    try {
      await calls(agent).report(message, { signal });
    } catch (error) {
      const final = error instanceof Problem && finalKinds.has(error.kind);
      if (!final) throw error;
      agent.tools.log.warn(
        { job: message.jobId, err: String(error) },
        "the server did not want this report",
      );
    }
    agent.outbox.remove(key);
  }
}

const finalKinds: ReadonlySet<string> = new Set([
  "not-found",
  "forbidden",
  "invalid-input",
  "wrong-state",
]);
