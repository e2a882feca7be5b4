/**
 * The second half of a write in an open transaction: the commit half with its audit row, or the job that waits for
 * approval. The same for a request, an approved operation and an item of bulk work.
 */
import type { Contract, Input } from "#base/contract.ts";
import type { Problem } from "#base/problem.ts";
import type { AuditEntry, Requester, Tx } from "#jobs/tx.ts";
import type { Outcome } from "./call.ts";
import type { Demand, Operation, WriteTx } from "./handler.ts";
import { Refused } from "./refused.ts";

/** Stores an operation that needs approval as a job; composed in, because approvals are a feature. */
export type Defer = (
  tx: Tx,
  operation: Operation,
  deferred: { readonly input: unknown; readonly demand: Demand },
) => Promise<{ readonly id: string }>;

export interface Prepared {
  readonly input: Input<Contract>;
  readonly prepared: unknown;
  readonly demand: Demand | undefined;
  /** What the audit row says beside what the handler does. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export type CarriedOut =
  | Extract<Outcome, { kind: "done" | "deferred" }>
  /** To be thrown when the transaction is through. */
  | { readonly kind: "refused"; readonly problem: Problem };

export async function carryOut(
  base: Tx,
  operation: Operation,
  it: Prepared,
  defer: Defer,
): Promise<CarriedOut> {
  const { handler } = operation;
  if (handler.effect !== "write") throw new Error(`${operation.contract.name} is no write`);
  const about: About = { id: undefined, teamPk: null, details: {} };
  const tx: WriteTx = { ...base, subject: (of) => Object.assign(about, of) };
  if (it.demand) {
    const job = await defer(tx, operation, { input: it.input, demand: it.demand });
    const details = { ...it.details, deferred: true };
    await appendAudit(tx, operation, "success", { ...about, type: "jobs", id: job.id, details });
    return { kind: "deferred", jobId: job.id };
  }
  const output: unknown = await handler.commit(tx, it.prepared, it.input);
  const refused = output instanceof Refused;
  await appendAudit(tx, operation, refused ? "failure" : "success", {
    ...about,
    id: about.id ?? idIn(it.input) ?? idIn(output),
    details: { ...about.details, ...it.details },
  });
  return refused ? { kind: "refused", problem: output.problem } : { kind: "done", output };
}

interface About {
  type?: string;
  id: string | undefined;
  teamPk: number | null;
  actor?: Requester;
  details: Readonly<Record<string, unknown>>;
}

async function appendAudit(
  tx: WriteTx,
  operation: Operation,
  outcome: AuditEntry["outcome"],
  about: About,
): Promise<void> {
  await tx.audit({
    action: operation.contract.name,
    resourceType: about.type ?? operation.resourceType,
    resourceId: about.id ?? "",
    outcome,
    teamPk: about.teamPk,
    ...(about.actor ? { actor: about.actor } : {}),
    details: about.details,
  });
}

/** The `id` of an input or output that has one. */
export function idIn(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("id" in value)) return undefined;
  return typeof value.id === "string" ? value.id : undefined;
}
