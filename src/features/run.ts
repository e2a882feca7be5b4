/**
 * The runner: permission, parse, prepare, demands, commit with audit row and events.
 * A handler never calls it; every edge does.
 */
import { type Contract, type Input, travelsInQuery } from "#base/contract.ts";
import { Id } from "#base/id.ts";
import { type FieldError, Lost, Problem } from "#base/problem.ts";
import { check } from "#base/rule.ts";
import { requireStorable } from "#base/storable.ts";
import { fromWire, wirePath } from "#base/wire.ts";
import { commit } from "#jobs/attempt.ts";
import type { Subscription } from "#jobs/tx.ts";
import type { World } from "#jobs/world.ts";
import type { Call, Outcome, Waits } from "./call.ts";
import { carryOut, type Defer, idIn, type Prepared } from "./carry-out.ts";
import { type Context, requesterOf, scopeOf, type TeamScope } from "./context.ts";
import type { Operation, Write } from "./handler.ts";
import * as idempotency from "./idempotency.ts";
import { Later } from "./later.ts";

export interface Runner {
  readonly world: World;
  readonly subscriptions: readonly Subscription[];
  readonly defer: Defer;
}

const attempts = 3;

/** Runs `operation` with wire input (snake_case, already coerced where it came as text). */
export async function run(
  runner: Runner,
  operation: Operation,
  call: Call,
  raw: unknown,
): Promise<Outcome | Waits> {
  const { contract, handler } = operation;
  const scope = await authorize(runner, operation, call, raw);
  const input = parseInput(contract, raw);
  const ctx = contextOf(runner.world, call, scope);
  if (handler.effect === "direct") {
    const output = await handler.run(runner.world, ctx, input);
    return output instanceof Later ? { kind: "waiting", later: output } : { kind: "done", output };
  }
  if (handler.effect === "read") {
    const output = await handler.run(ctx, input);
    if (contract.audited) await auditRead(runner, operation, call, input);
    return { kind: "done", output };
  }
  const key = idempotency.keyOf(call, contract, raw);
  const replay = key && (await idempotency.findAnswer(ctx.reader, key));
  return replay ?? (await runWrite(runner, operation, call, { ctx, input, handler, key }));
}

interface WriteCall {
  readonly ctx: Context;
  readonly input: Input<Contract>;
  readonly handler: Write<Contract, unknown>;
  readonly key: idempotency.Key | undefined;
}

/** Prepare and commit; a lost race is prepared again, three times in all. */
async function runWrite(
  runner: Runner,
  operation: Operation,
  call: Call,
  it: WriteCall,
): Promise<Outcome> {
  const { ctx, input, handler, key } = it;
  for (let attempt = 1; ; attempt++) {
    const prepared = await handler.prepare(ctx, input);
    const demand = handler.demands?.(ctx, prepared, input);
    try {
      return await commitOnce(runner, operation, call, { input, prepared, demand, key });
    } catch (error) {
      // Another request with the same key may have done it this moment, and that is why this one failed.
      const answer = key && (await idempotency.findAnswer(ctx.reader, key));
      if (answer) return answer;
      if (!(error instanceof Lost)) throw error;
      if (attempt < attempts) continue;
      throw new Problem("conflict", `${error.message}; try again`, { cause: error });
    }
  }
}

/** What a call of this contract may see; throws `unauthenticated` or `forbidden`. */
async function authorize(
  runner: Runner,
  operation: Operation,
  call: Call,
  raw: unknown,
): Promise<TeamScope> {
  const { permission, scope, effect } = operation.contract;
  if (permission === "public") return "all";
  if (call.actor.type === "anonymous") {
    throw new Problem("unauthenticated", "sign in, or send an API key as a Bearer token");
  }
  if (permission === "agent") {
    if (call.actor.type === "agent") return "all";
    throw new Problem("forbidden", "this is for agents with their own credential");
  }
  if (call.actor.type === "agent") {
    throw new Problem("forbidden", "an agent's credential is for its own work only");
  }
  if (permission === "self") return "all";
  const granted = scopeOf(call.actor, permission);
  // What belongs to nobody may be seen by whoever has the permission for some team, and changed by nobody of those.
  const forSome = scope === "team" || (scope === "shared" && effect === "read");
  if (granted === "all" || (granted !== undefined && forSome)) return granted;
  if (effect === "write") await auditDenied(runner, operation, call, raw);
  throw new Problem(
    "forbidden",
    `needs the permission ${permission}${granted ? " for all teams" : ""}`,
  );
}

export function parseInput<C extends Contract>(contract: C, raw: unknown): Input<C> {
  const parsed = check(contract.input, fromWire(contract.input, raw));
  if (parsed.success) {
    requireStorable(raw);
    // The schema of C was applied, so the data is of its output type.
    return parsed.data as Input<C>;
  }
  const errors = parsed.error.issues.flatMap((issue): FieldError[] => {
    if (issue.code === "unrecognized_keys") {
      const what = travelsInQuery(contract) ? "parameter" : "field";
      return issue.keys.map((key) => ({
        path: wirePath([...issue.path, key]),
        message: `is not a ${what} of ${contract.name}`,
      }));
    }
    return [{ path: wirePath(issue.path), message: issue.message }];
  });
  const first = errors[0];
  throw new Problem("invalid-input", first ? `${first.path}: ${first.message}` : "invalid input", {
    errors,
  });
}

export function contextOf(world: World, call: Call, scope: TeamScope): Context {
  const { database, ...rest } = world;
  return {
    ...rest,
    reader: database.reader,
    scanner: database.scanner,
    actor: call.actor,
    scope,
    requestId: call.requestId,
    address: call.address,
    signal: call.signal,
    approved: false,
    ifMatch: call.ifMatch,
  };
}

interface Decided extends Prepared {
  readonly key: idempotency.Key | undefined;
}

async function commitOnce(
  runner: Runner,
  operation: Operation,
  call: Call,
  decided: Decided,
): Promise<Outcome> {
  const origin = {
    actor: requesterOf(call.actor),
    requestId: call.requestId,
    address: call.address,
  };
  const carried = await commit(runner.world, runner.subscriptions, origin, async (tx) => {
    const outcome = await carryOut(tx, operation, decided, runner.defer);
    if (decided.key && outcome.kind === "done") {
      await idempotency.saveAnswer(tx.db, decided.key, operation.contract, outcome.output, tx.now);
    }
    return outcome;
  });
  if (carried.kind === "refused") throw carried.problem;
  return carried;
}

async function auditRead(
  runner: Runner,
  operation: Operation,
  call: Call,
  input: Input<Contract>,
): Promise<void> {
  const origin = { ...call, actor: requesterOf(call.actor) };
  await commit(runner.world, [], origin, (tx) =>
    tx.audit({
      action: operation.contract.name,
      resourceType: operation.resourceType,
      resourceId: idIn(input) ?? "",
      outcome: "success",
      teamPk: null,
      details: {},
    }),
  );
}

async function auditDenied(
  runner: Runner,
  operation: Operation,
  call: Call,
  raw: unknown,
): Promise<void> {
  // The input is not parsed for whoever may not do it; only what is an id is kept.
  const id = "id" in operation.contract.input.shape ? Id.safeParse(idIn(raw)).data : undefined;
  const origin = { ...call, actor: requesterOf(call.actor) };
  await commit(runner.world, [], origin, (tx) =>
    tx.audit({
      action: operation.contract.name,
      resourceType: operation.resourceType,
      resourceId: id ?? "",
      outcome: "denied",
      teamPk: null,
      details: { permission: operation.contract.permission },
    }),
  );
}
