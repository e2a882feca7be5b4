/** Deploy now, deploy an earlier version, look now. */

import { windowOf } from "#base/page.ts";
import { notFound, Problem } from "#base/problem.ts";
import { findCertificate, findVersion, listCurrent } from "../certificates/versions.ts";
import type { Context } from "../context.ts";
import { read, write } from "../handler.ts";
import { findTarget } from "../targets/lookup.ts";
import { deploymentsApi } from "./api.ts";
import { type Deployment, enqueueDeployment, enqueueProbe } from "./enqueue.ts";
import * as queries from "./queries.ts";

async function load(ctx: Context, id: string) {
  const certificate = await findCertificate(ctx.reader, id, ctx.scope);
  if (!certificate) throw notFound("certificate", id);
  return certificate;
}

export const list = read(deploymentsApi.list, async (ctx, input) => {
  const certificate = await load(ctx, input.id);
  const window = windowOf(input, "-created_at");
  const page = await queries.listDeployments(ctx.reader, window, {
    certificatePk: certificate.pk,
    onlyInPlace: input.inPlace === true,
  });
  return { ...page, data: [...page.data] };
});

/** Of the certificates that the caller may see. */
export const atTarget = read(deploymentsApi.atTarget, async (ctx, input) => {
  const target = await findTarget(ctx.reader, input.id, ctx.scope);
  if (!target) throw notFound("target", input.id);
  const page = await queries.listDeployments(ctx.reader, windowOf(input, "-created_at"), {
    targetPk: target.pk,
    scope: ctx.scope,
    onlyInPlace: input.inPlace === true,
  });
  return { ...page, data: [...page.data] };
});

interface Plan {
  readonly certificate: Deployment["certificate"];
  readonly deployments: readonly Deployment[];
  readonly skipped: readonly { readonly targetId: string; readonly reason: string }[];
}

/** Each current version with the targets of the agent that holds its key, and the targets that are left out. */
async function plan(ctx: Context, id: string, targetId: string | undefined): Promise<Plan> {
  const row = await load(ctx, id);
  if (row.archived_at !== null) throw new Problem("wrong-state", "the certificate is archived");
  const certificate = { pk: row.pk, id: row.id, teamPk: row.team_pk };
  const versions = await listCurrent(ctx.reader, row.pk);
  const targets = await queries.listAllTargets(ctx.reader, row.pk, targetId);
  const deployments: Deployment[] = [];
  const skipped: Plan["skipped"][number][] = [];
  for (const target of targets) {
    const version = versions.find((it) => it.holder_pk === target.agent_pk);
    if (target.enabled === 1 && version) deployments.push({ certificate, version, target });
    else skipped.push({ targetId: target.id, reason: target.enabled === 1 ? noVersion : disabled });
  }
  if (deployments.length > 0) return { certificate, deployments, skipped };
  if (targetId !== undefined) {
    const message = skipped[0]?.reason ?? "is no target of this certificate";
    throw new Problem("wrong-state", `target_id: ${message}`, {
      errors: [{ path: "target_id", message }],
    });
  }
  throw new Problem(
    "wrong-state",
    "there is nothing to deploy: no target of this certificate has a version whose key its agent holds",
  );
}

const disabled = "it is disabled: enable the target";
const noVersion =
  "its agent holds no version of this certificate: renew it, or wait for the version that is being issued for it";

const answerOf = (jobIds: readonly string[]) => {
  const [jobId = null] = jobIds;
  return {
    status: "deployment_triggered" as const,
    jobIds: [...jobIds],
    jobId,
    jobUrl: jobId === null ? null : `/api/v1/jobs/${jobId}`,
  };
};

export const deploy = write(deploymentsApi.deploy, {
  prepare: (ctx, input) => plan(ctx, input.id, input.targetId),
  async commit(tx, { certificate, deployments, skipped }) {
    const jobIds: string[] = [];
    for (const it of deployments) jobIds.push(await enqueueDeployment(tx, it, 10));
    tx.subject({ ...certificate, details: { jobIds } });
    return { ...answerOf(jobIds), skipped: [...skipped] };
  },
});

export const redeploy = write(deploymentsApi.redeploy, {
  async prepare(ctx, { id, versionId }) {
    const row = await load(ctx, id);
    const version = await findVersion(ctx.reader, row.pk, versionId);
    if (!version) throw notFound("version", versionId);
    if (version.holder_pk === null || version.key_available === 0) {
      throw new Problem("wrong-state", "the key of this version is not on an agent any more");
    }
    if (version.not_after < ctx.clock.now())
      throw new Problem("wrong-state", "this version has expired");
    const by = { certificatePk: row.pk, agentPk: version.holder_pk };
    const targets = await queries.listTargets(ctx.reader, by);
    if (targets.length === 0) {
      throw new Problem("wrong-state", "the certificate has no target on the agent of its key");
    }
    const certificate = { pk: row.pk, id: row.id, teamPk: row.team_pk };
    return { certificate, version, targets };
  },
  async commit(tx, { certificate, version, targets }) {
    const jobIds: string[] = [];
    for (const target of targets) {
      jobIds.push(await enqueueDeployment(tx, { certificate, version, target }, 10));
    }
    tx.subject({ ...certificate, details: { versionId: version.id, jobIds } });
    return answerOf(jobIds);
  },
});

export const validate = write(deploymentsApi.validate, {
  prepare: (ctx, { id }) => plan(ctx, id, undefined),
  async commit(tx, { certificate, deployments }) {
    const jobIds: string[] = [];
    for (const it of deployments) jobIds.push(await enqueueProbe(tx, it));
    tx.subject({ ...certificate, details: { jobIds } });
    return answerOf(jobIds);
  },
});
