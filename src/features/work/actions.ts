/** What people do with jobs: look, cancel, retry, approve, reject. */

import { windowOf } from "#base/page.ts";
import { Lost, notFound, Problem } from "#base/problem.ts";
import { announce } from "#jobs/announce.ts";
import type { JobKind } from "#jobs/job.ts";
import * as leases from "#jobs/lease-queries.ts";
import * as jobs from "#jobs/queries.ts";
import { JobState, JobType, jobMachine } from "#jobs/state.ts";
import type { Requester, Tx } from "#jobs/tx.ts";
import { nameOfPerson, type Person, personOf } from "../access/person-queries.ts";
import { approvalInput } from "../approvals/approval.ts";
import { bulkKind } from "../bulk/bulk.ts";
import { countItems, listItems } from "../bulk/item-queries.ts";
import { unlessTaken } from "../conflicts.ts";
import { type Context, inScope, requesterOf, scopeOf } from "../context.ts";
import { read, type WriteTx, write } from "../handler.ts";
import { workApi } from "./api.ts";
import * as queries from "./queries.ts";

const caseless = <T extends string>(options: readonly T[], text: string | undefined) =>
  text && options.find((it) => it.toLowerCase() === text.toLowerCase());

export const list = read(workApi.list, async (ctx, input) => {
  const page = await queries.listJobs(ctx.scanner, windowOf(input, "-created_at"), {
    ...input,
    scope: ctx.scope,
    status: caseless(JobState.options, input.status),
    type: caseless(JobType.options, input.type),
  });
  return { ...page, data: [...page.data] };
});

async function load(ctx: Context, id: string): Promise<queries.JobRow> {
  const row = await queries.findJob(ctx.reader, id, ctx.scope);
  if (!row) throw notFound("job", id);
  return row;
}

export const get = read(workApi.get, async (ctx, { id }) => {
  const row = await load(ctx, id);
  const decisions = await queries.decisionsOf(ctx.reader, row.pk);
  return {
    ...queries.jobView(row),
    steps: await queries.stepsOf(ctx.reader, row.pk),
    decisions,
    mayDecide: await mayDecide(ctx, row, decisions),
    approversNeeded: row.state === "AwaitingApproval" ? neededFor(row) : null,
    ...(await askedFor(ctx, row)),
  };
});

/** What the kinds that carry an operation show of it. */
async function askedFor(ctx: Context, row: queries.JobRow) {
  const nothing = { operation: null, change: null, items: null, evidence: null };
  if (row.kind === "approvals.operation") {
    const { operation, evidence } = approvalInput.parse(JSON.parse(row.input));
    return { ...nothing, operation, evidence };
  }
  if (row.kind !== bulkKind.kind) return nothing;
  const { operation, change } = bulkKind.input.parse(JSON.parse(row.input));
  return { ...nothing, operation, change, items: await countItems(ctx.reader, row.pk) };
}

async function view(tx: Tx, row: queries.JobRow) {
  const saved = await queries.findJob(tx.db, row.id, "all");
  if (!saved) throw notFound("job", row.id);
  await announce(tx, row);
  return queries.jobView(saved);
}

/** Kinds know what follows from a cancelled or failed job of theirs. */
export function cancelWith(kinds: () => ReadonlyMap<string, JobKind>) {
  return write(workApi.cancel, {
    prepare: (ctx, { id }) => load(ctx, id),
    async commit(tx, row) {
      tx.subject({ id: row.id, teamPk: row.team_pk });
      const state = JobState.parse(row.state);
      if (jobMachine.next(state, "cancel") === undefined) {
        throw new Problem("wrong-state", `a job that is ${row.state} cannot be cancelled`);
      }
      const kind = kinds().get(row.kind);
      if (state !== "Running") {
        const change = { error: "cancelled", isFinal: true };
        if (!(await jobs.moveIdle(tx.db, row.pk, "cancel", tx.now, change)))
          throw new Lost("the job");
        await kind?.cancelled?.(tx, jobs.toJob(row));
      } else if (kind?.inParts === true) {
        if (!(await leases.interrupt(tx.db, row.pk, "cancel", tx.now))) throw new Lost("the job");
        await kind.cancelled?.(tx, jobs.toJob(row));
      } else if (row.executor === "agent") {
        // The agent is told with its next heartbeat; whatever it still reports counts for nothing.
        await leases.endAttempt(
          tx.db,
          jobs.toJob(row),
          { event: "cancel", error: "cancelled" },
          tx.now,
        );
        await kind?.cancelled?.(tx, jobs.toJob(row));
      } else {
        await jobs.askToCancel(tx.db, row.pk, tx.now);
      }
      return await view(tx, row);
    },
  });
}

/** Between two parts the worker finds its lease gone; what it had recorded stays. */
export function pauseWith(kinds: () => ReadonlyMap<string, JobKind>) {
  return write(workApi.pause, {
    prepare: (ctx, { id }) => load(ctx, id),
    async commit(tx, row) {
      tx.subject({ id: row.id, teamPk: row.team_pk });
      const state = JobState.parse(row.state);
      if (kinds().get(row.kind)?.inParts !== true) {
        throw new Problem("wrong-state", "only bulk work can be paused");
      }
      if (jobMachine.next(state, "pause") === undefined) {
        throw new Problem("wrong-state", `a job that is ${row.state} cannot be paused`);
      }
      const moved =
        state === "Running"
          ? await leases.interrupt(tx.db, row.pk, "pause", tx.now)
          : await jobs.moveIdle(tx.db, row.pk, "pause", tx.now);
      if (!moved) throw new Lost("the job");
      return await view(tx, row);
    },
  });
}

export const resume = write(workApi.resume, {
  prepare: (ctx, { id }) => load(ctx, id),
  async commit(tx, row) {
    tx.subject({ id: row.id, teamPk: row.team_pk });
    if (row.state !== "Paused") {
      throw new Problem("wrong-state", `the job is ${row.state}, it is not paused`);
    }
    if (!(await jobs.moveIdle(tx.db, row.pk, "resume", tx.now))) throw new Lost("the job");
    tx.wakes.add("jobs");
    return await view(tx, row);
  },
});

export const items = read(workApi.items, async (ctx, input) => {
  const row = await load(ctx, input.id);
  const page = await listItems(ctx.reader, row.pk, windowOf(input, "position"), input.status);
  return { ...page, data: [...page.data] };
});

export const retry = write(workApi.retry, {
  prepare: (ctx, { id }) => load(ctx, id),
  async commit(tx, row) {
    tx.subject({ id: row.id, teamPk: row.team_pk });
    const state = JobState.parse(row.state);
    if (state === "Pending") await queries.hurry(tx.db, row.pk, tx.now);
    else if (jobMachine.next(state, "retry") === undefined || state === "Running") {
      throw new Problem("wrong-state", `a job that is ${row.state} cannot be retried`);
    } else {
      await unlessTaken("job for the same thing", async () => {
        if (!(await jobs.moveIdle(tx.db, row.pk, "retry", tx.now))) throw new Lost("the job");
      });
    }
    tx.wakes.add("jobs");
    if (row.agent_pk !== null) tx.wakes.add(`agent:${row.agent_pk}`);
    return await view(tx, row);
  },
});

/** The person who decides, when it is certain that somebody else asked. */
async function otherPerson(ctx: Context, requester: Requester): Promise<Person> {
  const [asking, deciding] = await Promise.all([
    personOf(ctx.reader, requester),
    personOf(ctx.reader, requesterOf(ctx.actor)),
  ]);
  const refusal = whyNot(asking, deciding);
  if (refusal !== undefined || deciding === undefined)
    throw new Problem("forbidden", refusal ?? "");
  return deciding;
}

/** Why this person may not decide on what that person asked for; undefined when they may. */
function whyNot(asking: Person | undefined, deciding: Person | undefined): string | undefined {
  if (deciding === undefined)
    return "it is not known who is behind this credential; decide with one of a user";
  if (asking === undefined)
    return "it is not known who is behind the credential that asked; ask again with one of a user";
  return asking === deciding
    ? "nobody decides on their own request, with whichever credential"
    : undefined;
}

/** As `jobs.approve` would say, for pages that offer it. */
async function mayDecide(
  ctx: Context,
  row: queries.JobRow,
  decisions: readonly { readonly decidedBy: string }[],
): Promise<boolean> {
  if (row.state !== "AwaitingApproval") return false;
  const scope = scopeOf(ctx.actor, "jobs:approve");
  if (scope === undefined || !inScope(scope, row.team_pk)) return false;
  const [asking, deciding] = await Promise.all([
    personOf(ctx.reader, queries.requesterOf(row)),
    personOf(ctx.reader, requesterOf(ctx.actor)),
  ]);
  if (whyNot(asking, deciding) !== undefined || deciding === undefined) return false;
  const name = await nameOfPerson(ctx.reader, deciding);
  return decisions.every((it) => it.decidedBy !== name && it.decidedBy !== deciding);
}

const neededFor = (row: queries.JobRow): number =>
  row.kind === "approvals.operation" ? approvalInput.parse(JSON.parse(row.input)).approvers : 1;

async function prepareDecision(ctx: Context, id: string) {
  const row = await load(ctx, id);
  if (row.state !== "AwaitingApproval") {
    throw new Problem("wrong-state", `the job is ${row.state}, it does not wait for approval`);
  }
  const person = await otherPerson(ctx, queries.requesterOf(row));
  return { row, person, needed: neededFor(row) };
}

type Deciding = Awaited<ReturnType<typeof prepareDecision>>;

async function decide(
  tx: WriteTx,
  { row, person }: Deciding,
  decision: "approved" | "rejected",
  note: string | undefined,
): Promise<void> {
  tx.subject({ id: row.id, teamPk: row.team_pk, details: { decision, person } });
  await unlessTaken("decision of yours", () =>
    queries.insertDecision(
      tx.db,
      { id: tx.newId("approval"), jobPk: row.pk, decision, decidedBy: person, note: note ?? null },
      tx.now,
    ),
  );
}

export const approve = write(workApi.approve, {
  prepare: (ctx, { id }) => prepareDecision(ctx, id),
  async commit(tx, it, { note }) {
    await decide(tx, it, "approved", note);
    const { row } = it;
    const decisions = await queries.decisionsOf(tx.db, row.pk);
    const approvals = decisions.filter((each) => each.decision === "approved").length;
    if (approvals >= it.needed) {
      // An agent still has to make its key for this one.
      const awaitsCsr = row.agent_pk !== null && !row.input.includes('"csr"');
      const event = awaitsCsr ? "awaitCsr" : "approve";
      if (!(await jobs.moveIdle(tx.db, row.pk, event, tx.now))) throw new Lost("the job");
      tx.wakes.add("jobs");
      if (row.agent_pk !== null) tx.wakes.add(`agent:${row.agent_pk}`);
    }
    return await view(tx, row);
  },
});

export function rejectWith(kinds: () => ReadonlyMap<string, JobKind>) {
  return write(workApi.reject, {
    prepare: (ctx, { id }) => prepareDecision(ctx, id),
    async commit(tx, it, { note }) {
      await decide(tx, it, "rejected", note);
      const { row, person } = it;
      const name = await nameOfPerson(tx.db, person);
      const error = `rejected by ${name}${note ? `: ${note}` : ""}`;
      const moved = await jobs.moveIdle(tx.db, row.pk, "reject", tx.now, { error, isFinal: true });
      if (!moved) throw new Lost("the job");
      await kinds().get(row.kind)?.cancelled?.(tx, jobs.toJob(row));
      return await view(tx, row);
    },
  });
}
