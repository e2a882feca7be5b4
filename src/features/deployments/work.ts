/** The long poll: an agent takes its work the moment there is some. It sees nothing of anybody else. */
import type { Output } from "#base/contract.ts";
import { newToken } from "#base/random.ts";
import { later, minutes, seconds } from "#base/time.ts";
import type { Job } from "#jobs/job.ts";
import * as leases from "#jobs/lease-queries.ts";
import { tellBegun } from "#jobs/tell-begun.ts";
import type { World } from "#jobs/world.ts";
import { encodePem } from "#pki/pem.ts";
import { requireSelf } from "../agents/self.ts";
import { IssueInput } from "../certificates/jobs.ts";
import {
  findCertificateByPk,
  findVersionById,
  loadChain,
  pemOfChain,
  sansOf,
} from "../certificates/versions.ts";
import { direct } from "../handler.ts";
import { profileByPk } from "../profiles/index.ts";
import { configOf, findTargetByPk } from "../targets/lookup.ts";
import { deploymentsApi } from "./api.ts";
import type { WorkItem } from "./deployment.ts";
import * as queries from "./queries.ts";
import { WaitingRoom } from "./waiting.ts";

/** An agent that took work must be heard of within this time, by a report or a heartbeat that names it. */
const lease = minutes(5);
/** A request that did not come is asked for again. */
const reminder = minutes(2);
const atOnce = 20;

/** By database, so that several servers in one process (tests) do not mix. */
const rooms = new WeakMap<World["database"], WaitingRoom<Work>>();

type Work = Output<typeof deploymentsApi.work>;
const nothingToDo: Work = { jobs: [], count: 0 };

/** Where the agents of this process wait. */
export function waitingRoom(world: World): WaitingRoom<Work> {
  const { database, clock } = world;
  const known = rooms.get(database);
  if (known) return known;
  const made = new WaitingRoom<Work>({
    database,
    clock,
    nothing: nothingToDo,
    take: (agentPk) => take(world, agentPk),
    withWork: (agentPks) => queries.agentsWithWork(database.reader, agentPks, clock.now()),
  });
  rooms.set(database, made);
  return made;
}

export const work = direct(deploymentsApi.work, async (world, ctx, input) => {
  const { pk } = ctx.actor;
  requireSelf(ctx.actor, input.id);
  if (input.wait === 0) return (await take(world, pk)) ?? nothingToDo;
  const until = later(world.clock.now(), seconds(input.wait));
  return waitingRoom(world).wait(pk, until, ctx.signal);
});

async function take(world: World, agentPk: number): Promise<Work | undefined> {
  const { database, clock, random } = world;
  const found = await queries.listWork(database.reader, agentPk, clock.now(), atOnce);
  if (found.length === 0) return undefined;
  const now = clock.now();
  const taken = await database.transaction(async (db) => {
    const kept: Job[] = [];
    for (const job of found) {
      if (job.state === "AwaitingCSR") {
        await queries.remind(db, job, { now, until: later(now, reminder) });
        kept.push(job);
        continue;
      }
      const token = newToken("lease", random, 12);
      if (!(await leases.claim(db, job, { token, until: later(now, lease) }, now))) continue;
      kept.push({ ...job, state: "Running", leaseToken: token });
    }
    const begun = kept.filter((it) => it.state === "Running");
    await tellBegun(db, begun, { world, subscriptions: [], now });
    return kept;
  });
  if (taken.some((it) => it.state === "Running")) database.wake("events");
  const items = await Promise.all(taken.map((job) => describe(world, job)));
  const described = items.filter((it) => it !== undefined);
  return described.length > 0 ? { jobs: described, count: described.length } : undefined;
}

const nothing = {
  leaseToken: null,
  certificateId: null,
  versionId: null,
  commonName: null,
  sans: [],
  keyAlgorithm: null,
  mustStaple: false,
  targetId: null,
  targetType: null,
  targetConfig: null,
  certificatePem: null,
  chainPem: null,
};

async function describe(world: World, job: Job): Promise<WorkItem | undefined> {
  const { reader } = world.database;
  const base = {
    ...nothing,
    id: job.id,
    type: job.type,
    status: job.state,
    leaseToken: job.leaseToken,
  };
  const certificate =
    job.certificatePk === null ? undefined : await findCertificateByPk(reader, job.certificatePk);
  if (job.state === "AwaitingCSR") {
    if (!certificate) return undefined;
    const profile = await profileByPk(reader, certificate.profile_pk);
    return {
      ...base,
      action: "csr",
      certificateId: certificate.id,
      versionId: IssueInput.parse(job.input).versionId,
      commonName: certificate.common_name,
      sans: sansOf(certificate),
      keyAlgorithm: certificate.key_algorithm,
      mustStaple: profile.rules.mustStaple,
    };
  }
  const target = job.targetPk === null ? undefined : await findTargetByPk(reader, job.targetPk);
  if (!target) return undefined;
  const about = { targetId: target.id, targetType: target.type, targetConfig: configOf(target) };
  if (job.kind === "targets.test" || !certificate) return { ...base, ...about, action: "test" };
  const version = await findVersionById(reader, versionIdOf(job));
  if (!version) return undefined;
  return {
    ...base,
    ...about,
    action: job.kind === "deployments.probe" ? "probe" : "deploy",
    certificateId: certificate.id,
    versionId: version.id,
    commonName: certificate.common_name,
    sans: sansOf(certificate),
    certificatePem: encodePem("CERTIFICATE", version.certificate),
    chainPem: pemOfChain(await loadChain(reader, version.chain_pk)),
  };
}

function versionIdOf(job: Job): string {
  const input = job.input as { versionId?: unknown };
  return typeof input.versionId === "string" ? input.versionId : "";
}
