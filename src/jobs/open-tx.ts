/** Opens the `tx` of a commit half around a database transaction. */
import type { Kysely } from "kysely";
import type { DomainEvent } from "#base/event.ts";
import { prefixes } from "#base/id.ts";
import { newId, type Random } from "#base/random.ts";
import type { Instant } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import { announce } from "./announce.ts";
import * as queries from "./queries.ts";
import * as trail from "./trail-queries.ts";
import type { Origin, Subscription, Tx } from "./tx.ts";

export interface TxParts {
  readonly random: Random;
  readonly now: Instant;
  readonly subscriptions: readonly Subscription[];
  /** Gets what is emitted, to be told when it is durable. */
  readonly events?: DomainEvent[];
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
      await trail.insertEvent(db, event, origin.actor, now);
      parts.events?.push(event);
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
      if (added.isNew) await announce(tx, added);
      wakes.add("jobs");
      if (options.agentPk) wakes.add(`agent:${options.agentPk}`);
      return added;
    },
    audit: (entry) =>
      trail.insertAudit(
        db,
        {
          ...entry,
          ...origin,
          actor: entry.actor ?? origin.actor,
          id: newId(prefixes.event, now, random),
        },
        now,
      ),
  };
  return tx;
}
