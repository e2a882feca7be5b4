/** Jobs that failed, what waits for the caller's approval, and what recurs and failed. */
import { z } from "zod";
import type { Instant } from "#base/time.ts";
import type { Requester } from "#jobs/tx.ts";
import { personOf } from "../access/person-queries.ts";
import { type Context, requesterOf, scopeOf, type TeamScope } from "../context.ts";
import { type Attention, attention, earliest, grouped, markOf, type Subject } from "./attention.ts";
import * as queries from "./attention-work-queries.ts";
import type { Helper } from "./help.ts";

/** What a job that waits for approval carries, as far as it is told here. */
const Carried = z.object({
  operation: z.string(),
  evidence: z.object({ commonName: z.string().optional() }).optional(),
});

const carriedBy = (row: queries.JobRow): Partial<z.output<typeof Carried>> =>
  Carried.safeParse(JSON.parse(row.input)).data ?? {};

/** What a job is about in a name: its certificate or target, else what is asked for. */
function jobName(row: queries.JobRow): string {
  const known = row.certificate_name ?? row.target_name;
  if (known !== null) return known;
  const { operation, evidence } = carriedBy(row);
  return evidence?.commonName || operation || row.kind;
}

const operationOf = (row: queries.JobRow): string | null => carriedBy(row).operation ?? null;

const jobSubject = (row: queries.JobRow, due: Instant | null): Subject => ({
  type: "job",
  id: row.id,
  name: jobName(row),
  due,
});

/** The same kind of job that failed with the same words is one thing. */
export async function failedJobs(ctx: Context, now: Instant, help: Helper): Promise<Attention[]> {
  const { rows, total } = await queries.listFailedJobs(ctx.scanner, ctx.scope, now);
  const found = grouped(rows, (row) => `${row.kind}\n${row.last_error}`).map(([key, some]) => {
    const isOne = some.length === 1;
    return attention({
      key: `job_failed/${isOne ? some[0].id : markOf(key)}`,
      kind: "job_failed",
      severity: "warn",
      count: some.length,
      subjects: some.map((row) => jobSubject(row, null)),
      cause: some[0].kind,
      reason: some[0].last_error,
      since: earliest(some.map((row) => row.completed_at)),
      facts: { operation: operationOf(some[0]) },
      path: isOne ? `/jobs/${some[0].id}` : `/jobs?status=Failed&type=${some[0].type}`,
      isExact: isOne,
      actions: isOne ? help("jobs.retry", { id: some[0].id }) : [],
    });
  });
  if (total === rows.length) return found;
  const rest = attention({
    key: "job_failed/less_urgent",
    kind: "job_failed",
    severity: "warn",
    count: total - rows.length,
    subjects: [],
    cause: "less_urgent",
    path: "/jobs?status=Failed",
    isExact: false,
    among: rows.length,
  });
  return [...found, rest];
}

/** Rows of both scopes. */
function both(a: TeamScope, b: TeamScope): TeamScope {
  if (a === "all") return b;
  return b === "all" ? a : a.filter((it) => b.includes(it));
}

/** What others asked for and this caller may decide: as `jobs.approve` would. */
export async function approvals(ctx: Context, help: Helper): Promise<Attention[]> {
  const may = scopeOf(ctx.actor, "jobs:approve");
  if (may === undefined) return [];
  const me = await personOf(ctx.reader, requesterOf(ctx.actor));
  if (me === undefined) return [];
  const waiting = await queries.listAwaiting(ctx.scanner, both(ctx.scope, may));
  const theirs: (readonly [queries.JobRow, string])[] = [];
  const persons = new Map<string, string | undefined>();
  for (const row of waiting) {
    // The column holds what `insertJob` wrote.
    const requester = JSON.parse(row.requested_by) as Requester;
    const known = `${requester.type}:${requester.id}`;
    if (!persons.has(known)) persons.set(known, await personOf(ctx.reader, requester));
    const person = persons.get(known);
    if (person !== undefined && person !== me) theirs.push([row, requester.name]);
  }
  const [first] = theirs;
  if (!first) return [];
  const rows = theirs.map(([row]) => row);
  const { id } = first[0];
  const isOne = rows.length === 1;
  return [
    attention({
      key: `approval/${isOne ? id : "all"}`,
      kind: "approval",
      severity: "run",
      count: rows.length,
      subjects: rows.map((row) => jobSubject(row, row.deadline)),
      due: earliest(rows.map((row) => row.deadline)),
      since: earliest(rows.map((row) => row.created_at)),
      facts: {
        operation: isOne ? operationOf(first[0]) : null,
        requestedBy: [...new Set(theirs.map(([, name]) => name))],
      },
      path: isOne ? `/jobs/${id}` : "/jobs?status=AwaitingApproval",
      actions: isOne ? [...help("jobs.approve", { id }), ...help("jobs.reject", { id })] : [],
    }),
  ];
}

/** What the caller asked for and others have to approve: it waits, and can be withdrawn. */
export async function ownRequests(ctx: Context, help: Helper): Promise<Attention[]> {
  const me = await personOf(ctx.reader, requesterOf(ctx.actor));
  if (me === undefined) return [];
  const waiting = await queries.listAwaiting(ctx.scanner, ctx.scope);
  const persons = new Map<string, string | undefined>();
  const mine: queries.JobRow[] = [];
  for (const row of waiting) {
    // The column holds what `insertJob` wrote.
    const requester = JSON.parse(row.requested_by) as Requester;
    const known = `${requester.type}:${requester.id}`;
    if (!persons.has(known)) persons.set(known, await personOf(ctx.reader, requester));
    if (persons.get(known) === me) mine.push(row);
  }
  const [first] = mine;
  if (!first) return [];
  const isOne = mine.length === 1;
  return [
    attention({
      key: `approval_awaited/${isOne ? first.id : "all"}`,
      kind: "approval_awaited",
      severity: "run",
      count: mine.length,
      subjects: mine.map((row) => jobSubject(row, row.deadline)),
      due: earliest(mine.map((row) => row.deadline)),
      since: earliest(mine.map((row) => row.created_at)),
      facts: { operation: isOne ? operationOf(first) : null },
      path: isOne ? `/jobs/${first.id}` : "/jobs?status=AwaitingApproval",
      isExact: isOne,
      actions: isOne ? help("jobs.cancel", { id: first.id }) : [],
    }),
  ];
}

export async function failedSchedules(ctx: Context, help: Helper): Promise<Attention[]> {
  const rows = await queries.listFailedSchedules(ctx.scanner);
  return rows.map((row) =>
    attention({
      key: `schedule_failed/${row.name}`,
      kind: "schedule_failed",
      severity: "warn",
      count: 1,
      subjects: [{ type: "schedule", id: row.name, name: row.name, due: null }],
      reason: row.last_message,
      since: row.last_started_at,
      facts: { nextRenewalAt: row.next_run_at },
      path: "/schedules",
      actions: help("schedules.run", { name: row.name }),
    }),
  );
}
