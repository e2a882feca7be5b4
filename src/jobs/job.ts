/** Job kinds: what a durable job is made of, and how it runs in two halves like an operation. */
import type { Kysely } from "kysely";
import type { z } from "zod";
import type { Instant, Milliseconds } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import type { JobState, JobType } from "./state.ts";
import type { Requester, Tx } from "./tx.ts";
import type { World } from "./world.ts";

/** A job as the engine sees it. */
export interface Job {
  readonly pk: number;
  readonly id: string;
  readonly kind: string;
  readonly type: JobType;
  readonly state: JobState;
  readonly certificatePk: number | null;
  readonly targetPk: number | null;
  readonly agentPk: number | null;
  readonly issuerPk: number | null;
  readonly teamPk: number | null;
  readonly parentPk: number | null;
  readonly input: unknown;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly retrySeconds: number | null;
  readonly deadline: Instant | null;
  readonly leaseToken: string | null;
  readonly requestedBy: Requester;
}

export const system: Requester = { type: "system", id: "system", name: "certctl" };

export interface JobContext extends World {
  /** Aborts on cancel, on time-out, on a lost lease, and when the process stops. */
  readonly signal: AbortSignal;
  /** Runs and records one step with its time; a failure is recorded with its message and flies on. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Throws when the lease was lost; call it right before an outside effect. */
  confirmLease(): Promise<void>;
  /** Commits a part of the work as the job's requester; throws when the lease was lost. What it recorded stays, however the attempt ends. */
  record<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

/** What went wrong, in words for a person, and whether another attempt may help. */
export interface Failure {
  readonly message: string;
  readonly retryable: boolean;
  /** The peer said when to come back. */
  readonly retryAfter?: Milliseconds;
}

/** At most this many jobs of a kind at once for one issuer or target. */
export interface Concurrency {
  readonly per: "issuer" | "target";
  /** The same for all, or what the row with this key may have, asked in the transaction that claims. */
  readonly limit: number | ((db: Kysely<Tables>, pk: number) => Promise<number>);
}

/** An issuer or target that has as many jobs of a kind as it may have. */
export interface Full {
  readonly kind: string;
  readonly per: Concurrency["per"];
  readonly pk: number;
}

interface KindBase<In> {
  /** `certificates.issue`; stable, stored in rows. */
  readonly kind: string;
  readonly type: JobType;
  readonly input: z.ZodType<In>;
  readonly attempts: number;
  /** One attempt may take this long. */
  readonly timeout: Milliseconds;
  readonly concurrency?: Concurrency;
  /** Its run records in parts, and the next attempt goes on behind them: it can be paused, and a cancellation counts at once. */
  readonly inParts?: boolean;
  /** In the transaction that records the final failure. */
  failed?(tx: Tx, job: Job, failure: Failure): Promise<void>;
  /** In the transaction that records the cancellation. */
  cancelled?(tx: Tx, job: Job): Promise<void>;
}

/** Runs in the server: `run` waits and decides, `commit` records in the transaction that finishes the job. */
export interface ServerKind<In = unknown, Prepared = unknown> extends KindBase<In> {
  readonly executor: "server";
  run(ctx: JobContext, job: Job, input: In): Promise<Prepared>;
  commit(
    tx: Tx,
    job: Job,
    prepared: Prepared,
    input: In,
  ): Promise<Readonly<Record<string, unknown>>>;
}

/** Runs on an agent: taken by its poll, finished by its report. */
export interface AgentKind<In = unknown> extends KindBase<In> {
  readonly executor: "agent";
}

// biome-ignore lint/suspicious/noExplicitAny: a registry of kinds with different inputs; each is called with its own parsed input
export type JobKind = ServerKind<any, any> | AgentKind<any>;

/** The kinds that workers run, by name. */
export const serverKinds = (kinds: ReadonlyMap<string, JobKind>): readonly string[] =>
  [...kinds.values()].filter((it) => it.executor === "server").map((it) => it.kind);

export function serverJob<In, Prepared>(it: ServerKind<In, Prepared>): ServerKind<In, Prepared> {
  return it;
}

export function agentJob<In>(it: AgentKind<In>): AgentKind<In> {
  return it;
}

/** A failure a person can act on; anything else that is thrown counts as a defect and is retried as one. */
export class JobFailure extends Error {
  readonly retryable: boolean;
  readonly retryAfter: Milliseconds | undefined;
  constructor(
    message: string,
    options: { retryable: boolean; retryAfter?: Milliseconds; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = "JobFailure";
    this.retryable = options.retryable;
    this.retryAfter = options.retryAfter;
  }
}
