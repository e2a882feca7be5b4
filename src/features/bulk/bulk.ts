/**
 * Bulk work: what was matched is kept as items of one parent job, and each item runs the single operation as whoever asked,
 * with its own result. See docs/decisions/2026-11-23-bulk.md.
 */
import { z } from "zod";
import type { Contract, Input, Output } from "#base/contract.ts";
import { invalid, Problem } from "#base/problem.ts";
import type { KindRef } from "#jobs/tx.ts";
import { type Context, requireTeam, type TeamScope } from "../context.ts";
import { type Write, write } from "../handler.ts";
import { type BulkAnswer, mostItems } from "./answer.ts";
import { insertItems } from "./item-queries.ts";

export const BulkInput = z.strictObject({
  /** The bulk operation; its contract says which single one runs for each item. */
  operation: z.string(),
  /** The single operation's input without its id, decoded. */
  change: z.record(z.string(), z.unknown()),
});

/** What enqueueing needs to know; `job.ts` has the rest, which needs the composed product. */
export const bulkKind = {
  kind: "bulk.operation",
  type: "Bulk",
  executor: "server",
  attempts: 10,
  input: BulkInput,
} as const satisfies KindRef;

export interface Subject {
  readonly id: string;
  /** Undefined: the caller named it and cannot see it; its result will say so. */
  readonly teamPk: number | null | undefined;
}

export interface BulkHalves<C extends Contract> {
  /** The wire name of the field that names subjects. */
  readonly named: string;
  /** What is matched now, at most `mostItems` and one more. */
  select(ctx: Context, input: Input<C>): Promise<readonly Subject[]>;
  /** May it be done with these? Throws `invalid-input`. */
  check?(input: Input<C>, subjects: readonly Subject[]): void;
  /** The single operation's input without its id. */
  change(input: Input<C>): Readonly<Record<string, unknown>>;
}

type BulkContract = Contract & { readonly output: typeof BulkAnswer };

interface Selected {
  readonly subjects: readonly Subject[];
  readonly teamPk: number | null;
}

/** The handler of a bulk operation. */
export function bulk<C extends BulkContract>(
  contract: C,
  halves: BulkHalves<C>,
): Write<C, Selected> {
  return write<C, Selected>(contract, {
    async prepare(ctx, input) {
      const subjects = await halves.select(ctx, input);
      if (subjects.length > mostItems) {
        throw invalid(
          halves.named,
          `more than ${mostItems} match, which is the most for one bulk job; narrow the criteria`,
        );
      }
      halves.check?.(input, subjects);
      return { subjects, teamPk: teamOf(ctx.scope, subjects) };
    },
    async commit(tx, { subjects, teamPk }, input) {
      const change = halves.change(input);
      const job = await tx.enqueue(bulkKind, {
        input: { operation: contract.name, change },
        teamPk,
        priority: 5,
      });
      await insertItems(
        tx.db,
        job.pk,
        subjects.map((it) => it.id),
      );
      const totalMatched = subjects.length;
      tx.subject({ type: "jobs", id: job.id, teamPk, details: { ...change, totalMatched } });
      const answer: z.output<typeof BulkAnswer> = {
        status: "accepted",
        totalMatched,
        jobId: job.id,
        jobUrl: `/api/v1/jobs/${job.id}`,
      };
      // The contract's output is BulkAnswer, by the type of C.
      return answer as Output<C>;
    },
  });
}

/**
 * The job shows what it did to whoever sees the job. So it belongs to the one team of all that was matched; and whoever
 * sees some teams only cannot mix them.
 */
function teamOf(scope: TeamScope, subjects: readonly Subject[]): number | null {
  const teams = new Set(subjects.flatMap(({ teamPk }) => (teamPk === undefined ? [] : [teamPk])));
  const [first] = teams;
  if (teams.size === 1 && first !== undefined) return first;
  if (scope === "all") return null;
  if (teams.size > 1) {
    throw new Problem("forbidden", "this is about several teams; ask for one team at a time");
  }
  const [own] = scope;
  requireTeam(scope, own ?? null);
  return own ?? null;
}
