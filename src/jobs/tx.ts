/** What a commit may touch: one transaction, the time of it, and the rows that every change leaves. No network, no signer. */
import type { Kysely } from "kysely";
import type { DomainEvent, EventPayload, EventType } from "#base/event.ts";
import { type Kind, prefixes } from "#base/id.ts";
import { newId, type Random } from "#base/random.ts";
import type { Instant } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import type { JobKind, Requester } from "./job.ts";
import * as queries from "./queries.ts";
import type { JobState } from "./state.ts";

/** What a change leaves in the audit trail. */
export interface AuditEntry {
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly outcome: "success" | "failure" | "denied";
  readonly teamPk: number | null;
  /** Never a secret: rows cannot be changed or deleted. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Enqueue {
  readonly state?: Extract<JobState, "Pending" | "AwaitingCSR" | "AwaitingApproval">;
  readonly input?: unknown;
  readonly sealedInput?: Uint8Array;
  readonly digest?: Uint8Array;
  /** The wire type, when it differs from the kind's. */
  readonly type?: "Issuance" | "Renewal" | "Deployment" | "Validation";
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
  enqueue(kind: JobKind, options: Enqueue): Promise<{ pk: number; id: string; isNew: boolean }>;
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

export interface TxParts {
  readonly random: Random;
  readonly now: Instant;
  readonly subscriptions: readonly Subscription[];
}

/** Builds the `tx` that a commit half gets around an open database transaction. */
export function txOf(db: Kysely<Tables>, origin: Origin, parts: TxParts): Tx {
  const { now, random, subscriptions } = parts;
  const wakes = new Set<string>();
  const tx: Tx = {
    db,
    now,
    random,
    wakes,
    actor: origin.actor,
    newId: (kind) => newId(prefixes[kind], now, random),
    async emit(type, subject, payload) {
      const event: DomainEvent = { type, subjectId: subject.id, teamPk: subject.teamPk, payload };
      await queries.insertEvent(db, event, now);
      wakes.add("events");
      for (const it of subscriptions) {
        if (it.event === type) await it.run(tx, event);
      }
    },
    async enqueue(kind, options) {
      const added = await queries.insertJob(db, kind, options, {
        now,
        id: newId(prefixes.job, now, random),
        requestedBy: origin.actor,
        requestId: origin.requestId,
      });
      wakes.add("jobs");
      if (options.agentPk) wakes.add(`agent:${options.agentPk}`);
      return added;
    },
    audit: (entry) =>
      queries.insertAudit(db, { ...entry, ...origin, id: newId(prefixes.event, now, random) }, now),
  };
  return tx;
}
