/** Handlers: a read is one function; a write has two halves, and only the second has a transaction. */
import { type Api, type Contract, type Input, type Output, resourceType } from "#base/contract.ts";
import type { JobKind } from "#jobs/job.ts";
import type { Recurring } from "#jobs/recurring.ts";
import type { JobType } from "#jobs/state.ts";
import type { Requester, Subscription, Tx } from "#jobs/tx.ts";
import type { World } from "#jobs/world.ts";
import type { Context } from "./context.ts";
import type { Later } from "./later.ts";
import type { Refused } from "./refused.ts";

/** Approval that an operation needs before its commit. */
export interface Demand {
  /** How many other people. */
  readonly approvers: number;
  readonly reason: string;
  readonly type: JobType;
  readonly certificatePk: number | null;
  readonly teamPk: number | null;
  /** What the approvers see; its digest must be the same at execution. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

export interface WriteTx extends Tx {
  /** Names what the audit row is about. Without a call it is the input's or the output's `id`. */
  subject(it: {
    /** Another kind of thing than the contract's name says. */
    readonly type?: string;
    readonly id: string;
    readonly teamPk: number | null;
    /** Who did it, where the call itself does not say. */
    readonly actor?: Requester;
    readonly details?: Readonly<Record<string, unknown>>;
  }): void;
}

export interface Read<C extends Contract> {
  readonly effect: "read";
  run(ctx: Context, input: Input<C>): Promise<Output<C>>;
}

export interface Write<C extends Contract, Prepared> {
  readonly effect: "write";
  /** Reads, decides, lints, signs; may wait; holds no transaction. */
  prepare(ctx: Context, input: Input<C>): Promise<Prepared>;
  demands?(ctx: Context, prepared: Prepared, input: Input<C>): Demand | undefined;
  /** Waits for nothing but `tx`; guards every row by what `prepare` saw, throwing `Lost`. */
  commit(tx: WriteTx, prepared: Prepared, input: Input<C>): Promise<Output<C> | Refused>;
}

/** Polls and heartbeats: gets the world itself, and nothing is audited. */
export interface Direct<C extends Contract> {
  readonly effect: "direct";
  run(world: World, ctx: Context, input: Input<C>): Promise<Output<C> | Later<Output<C>>>;
}

/** Declares the handler of a poll or heartbeat. */
export function direct<C extends Contract>(_contract: C, run: Direct<C>["run"]): Direct<C> {
  return { effect: "direct", run };
}

/** Declares the handler of a read. */
export function read<C extends Contract>(
  _contract: C,
  run: (ctx: Context, input: Input<C>) => Promise<Output<C>>,
): Read<C> {
  return { effect: "read", run };
}

/** Declares the handler of a write. */
export function write<C extends Contract, Prepared>(
  _contract: C,
  halves: Omit<Write<C, Prepared>, "effect">,
): Write<C, Prepared> {
  return { effect: "write", ...halves };
}

// biome-ignore lint/suspicious/noExplicitAny: what is prepared is private to its handler; the runner only carries it
type Handler<C extends Contract> = Read<C> | Write<C, any> | Direct<C>;
export type Handlers<A extends Api> = { readonly [K in keyof A]: Handler<A[K]> };

/** A contract with its handler. */
export interface Operation {
  readonly contract: Contract;
  readonly handler: Handler<Contract>;
  readonly resourceType: string;
}

/** Binds every contract of an api to its handler; a missing or extra handler is a type error. */
export function bind<A extends Api>(api: A, handlers: Handlers<A>): readonly Operation[] {
  return Object.entries(api).map(([key, contract]) => {
    // `handlers` has every key of `api` with a handler of that contract: its type says so.
    const handler = handlers[key as keyof A] as unknown as Handler<Contract>;
    if (handler.effect !== contract.effect) {
      throw new Error(
        `${contract.name} is declared as ${contract.effect}, handled as ${handler.effect}`,
      );
    }
    return { contract, handler, resourceType: resourceType(contract) };
  });
}

/** What a feature adds to the product. */
export interface Feature {
  readonly name: string;
  readonly operations: readonly Operation[];
  readonly jobs?: readonly JobKind[];
  readonly subscriptions?: readonly Subscription[];
  readonly recurring?: readonly Recurring[];
}
