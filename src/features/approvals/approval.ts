/** Approval of an operation: what waits, what the approvers saw, and how it runs when they agreed. */
import { z } from "zod";
import { Problem } from "#base/problem.ts";
import { days, later, minutes } from "#base/time.ts";
import { type JobContext, JobFailure, serverJob } from "#jobs/job.ts";
import type { World } from "#jobs/world.ts";
import type { Authenticator } from "../access/authenticate.ts";
import { presentRights } from "../access/present-rights.ts";
import { carryOut, type Defer, idIn } from "../carry-out.ts";
import type { Context } from "../context.ts";
import { digestOf } from "../digest.ts";
import type { Demand, Operation } from "../handler.ts";
import { contextOf } from "../run.ts";

export const approvalInput = z.strictObject({
  operation: z.string(),
  approvers: z.int(),
  reason: z.string(),
  evidence: z.record(z.string(), z.unknown()),
});

/** Nobody decides for a week: then it is over (CERTCTL_JOB_AWAITING_APPROVAL_TIMEOUT shortens it). */
const patience = days(30);
const place = (digest: Uint8Array) => `jobs.sealed_input/${Buffer.from(digest).toString("hex")}`;

interface Prepared {
  readonly operation: Operation;
  readonly input: never;
  readonly prepared: unknown;
}

export interface Parts {
  readonly operations: () => ReadonlyMap<string, Operation>;
  readonly authenticator: () => Authenticator;
}

/** The job that runs an approved operation: prepared again, with the requester's present rights. */
export function approvedOperationJob(parts: Parts) {
  return serverJob<z.output<typeof approvalInput>, Prepared>({
    kind: "approvals.operation",
    type: "Issuance",
    executor: "server",
    input: approvalInput,
    attempts: 5,
    timeout: minutes(10),
    async run(ctx, job, input) {
      const operation = parts.operations().get(input.operation);
      if (operation?.handler.effect !== "write")
        throw gone(`there is no operation ${input.operation}`);
      const { handler } = operation;
      const stored = await loadSealed(ctx, job.pk);
      const rights = await presentRights(
        parts.authenticator(),
        job.requestedBy,
        operation.contract,
      );
      if (!rights) throw gone("the requester may not do this any more");
      const call = {
        actor: rights.actor,
        requestId: job.id,
        address: null,
        signal: ctx.signal,
      };
      const context: Context = { ...contextOf(ctx as World, call, rights.scope), approved: true };
      const parsed = stored.input as never;
      try {
        const prepared = await ctx.step("prepare", () => handler.prepare(context, parsed));
        const demand = handler.demands?.(context, prepared, parsed);
        if (demand && Buffer.compare(digestOf(demand.evidence), stored.digest) !== 0) {
          throw gone("what would be done now is not what was approved; ask again");
        }
        return { operation, input: parsed, prepared };
      } catch (cause) {
        if (!(cause instanceof Problem)) throw cause;
        throw new JobFailure(cause.detail, { retryable: cause.kind === "issuer-failed", cause });
      }
    },
    async commit(tx, _, { operation, input, prepared }) {
      const it = { input, prepared, demand: undefined, details: { approved: true } };
      const outcome = await carryOut(tx, operation, it, never);
      if (outcome.kind === "refused") {
        throw new JobFailure(outcome.problem.detail, { retryable: false, cause: outcome.problem });
      }
      const output: unknown = outcome.kind === "done" ? outcome.output : undefined;
      return { id: idIn(output) ?? idIn(input) };
    },
  });
}

const never = () => Promise.reject(new Error("an approved operation waits for nobody"));

const gone = (message: string) => new JobFailure(message, { retryable: false });

async function loadSealed(
  ctx: JobContext,
  pk: number,
): Promise<{ input: unknown; digest: Uint8Array }> {
  const row = await ctx.database.reader
    .selectFrom("jobs")
    .select(["sealed_input", "digest"])
    .where("pk", "=", pk)
    .executeTakeFirst();
  if (!row?.sealed_input || !row.digest) throw gone("the request is not kept any more");
  const text = Buffer.from(ctx.vault.unseal(place(row.digest), row.sealed_input)).toString("utf8");
  return { input: JSON.parse(text), digest: row.digest };
}

/** Keeps the input sealed and the digest of the evidence beside it. */
export function deferWith(world: World, kind: ReturnType<typeof approvedOperationJob>): Defer {
  return async (tx, operation, { input, demand }) => {
    const digest = digestOf(demand.evidence);
    return await tx.enqueue(kind, {
      state: "AwaitingApproval",
      type: demand.type,
      input: inputOf(operation, demand),
      sealedInput: world.vault.seal(place(digest), Buffer.from(JSON.stringify(input))),
      digest,
      // The same request of the same person is waiting already: two approvals would do it twice.
      dedupeKey: `${operation.contract.name}/${hexDigest([demand.evidence, input, tx.actor])}`,
      certificatePk: demand.certificatePk,
      teamPk: demand.teamPk,
      deadline: later(tx.now, patience),
    });
  };
}

const hexDigest = (value: unknown): string => Buffer.from(digestOf(value)).toString("hex");

const inputOf = (operation: Operation, demand: Demand) => ({
  operation: operation.contract.name,
  approvers: demand.approvers,
  reason: demand.reason,
  // Through JSON once, so that what is stored is what was digested.
  evidence: JSON.parse(JSON.stringify(demand.evidence)),
});
