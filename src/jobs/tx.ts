/** What a commit may touch: one transaction, the time of it, and the rows that every change leaves. No network, no signer. */
import type { Kysely } from "kysely";
import type { z } from "zod";
import type { DomainEvent, EventPayload, EventType } from "#base/event.ts";
import type { Kind } from "#base/id.ts";
import type { Random } from "#base/random.ts";
import type { Instant } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import type { JobState, JobType } from "./state.ts";

/** Who asked for a change; audit rows and jobs name them. */
export interface Requester {
  readonly type: "user" | "api_key" | "agent" | "system";
  readonly id: string;
  readonly name: string;
}

/** What enqueueing needs to know of a job kind. */
export interface KindRef {
  readonly kind: string;
  readonly type: JobType;
  readonly executor: "server" | "agent";
  readonly attempts: number;
  readonly input: z.ZodType;
}

/** What a change leaves in the audit trail. */
export interface AuditEntry {
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly outcome: "success" | "failure" | "denied";
  readonly teamPk: number | null;
  /** Who did it, where that is known only now: somebody who signs in. Else the caller. */
  readonly actor?: Requester | undefined;
  /** Never a secret: rows cannot be changed or deleted. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Enqueue {
  readonly state?: Extract<JobState, "Pending" | "AwaitingCSR" | "AwaitingApproval">;
  readonly input?: unknown;
  readonly sealedInput?: Uint8Array;
  readonly digest?: Uint8Array;
  /** The wire type, when it differs from the kind's. */
  readonly type?: JobType;
  readonly certificatePk?: number | null;
  readonly targetPk?: number | null;
  readonly agentPk?: number | null;
  readonly issuerPk?: number | null;
  readonly teamPk?: number | null;
  readonly parentPk?: number | null;
  /** One active job per key; the existing one is returned instead. */
  readonly dedupeKey?: string;
  /** Higher first; 0 is usual, 10 a person is waiting. */
  readonly priority?: number;
  readonly runAfter?: Instant;
  readonly deadline?: Instant | null;
  readonly maxAttempts?: number;
  readonly retrySeconds?: number | null;
}

export interface Tx {
  readonly db: Kysely<Tables>;
  readonly now: Instant;
  readonly actor: Requester;
  newId(kind: Kind): string;
  /** A fresh lease token, nonce or other chance. */
  readonly random: Random;
  /** Writes the outbox row and enqueues what subscribes to it, in this transaction. */
  emit<T extends EventType>(
    type: T,
    subject: { id: string; teamPk: number | null },
    payload: EventPayload<T>,
  ): Promise<void>;
  /** Adds a job, or finds the active one with the same dedupe key. */
  enqueue(kind: KindRef, options: Enqueue): Promise<{ pk: number; id: string; isNew: boolean }>;
  audit(entry: AuditEntry): Promise<void>;
  /** Topics to wake when the commit is durable. */
  readonly wakes: Set<string>;
}

/** A feature's answer to an event, in the transaction of the event: usually jobs to enqueue. */
export interface Subscription {
  readonly event: EventType;
  run(tx: Tx, event: DomainEvent): Promise<void>;
}

/** Declares a subscription with the payload's type. */
export function on<T extends EventType>(
  event: T,
  run: (tx: Tx, event: DomainEvent<T>) => Promise<void>,
): Subscription {
  // `txOf` calls it with events of this type only.
  return { event, run: (tx, it) => run(tx, it as DomainEvent<T>) };
}

export interface Origin {
  readonly actor: Requester;
  readonly requestId: string | null;
  readonly address: string | null;
}
