/** SQL that every write ends with: its events and its audit row. */
import type { Insertable, Kysely } from "kysely";
import type { DomainEvent } from "#base/event.ts";
import type { Instant } from "#base/time.ts";
import { json } from "#db/portable.ts";
import { statement } from "#db/statement.ts";
import type { Tables } from "#db/tables.ts";
import type { AuditEntry, Requester } from "./tx.ts";

type Db = Kysely<Tables>;

const addEvent = statement((db, it: Omit<Insertable<Tables["events"]>, "pk" | "position">) =>
  db.insertInto("events").values({
    type: it.type,
    subject_id: it.subject_id,
    team_pk: it.team_pk,
    payload: it.payload,
    created_at: it.created_at,
    actor_type: it.actor_type,
    actor_name: it.actor_name,
  }),
);

export async function insertEvent(
  db: Db,
  event: DomainEvent,
  actor: Requester,
  now: Instant,
): Promise<void> {
  await addEvent(db, {
    type: event.type,
    subject_id: event.subjectId,
    team_pk: event.teamPk,
    payload: json(event.payload),
    created_at: now,
    actor_type: actor.type,
    actor_name: actor.name,
  });
}

const addAudit = statement((db, it: Omit<Insertable<Tables["audit_events"]>, "pk" | "position">) =>
  db.insertInto("audit_events").values({
    id: it.id,
    created_at: it.created_at,
    actor_type: it.actor_type,
    actor_id: it.actor_id,
    actor_name: it.actor_name,
    action: it.action,
    resource_type: it.resource_type,
    resource_id: it.resource_id,
    outcome: it.outcome,
    team_pk: it.team_pk,
    request_id: it.request_id,
    address: it.address,
    details: it.details,
  }),
);

export async function insertAudit(
  db: Db,
  entry: AuditEntry & {
    id: string;
    actor: Requester;
    requestId: string | null;
    address: string | null;
  },
  now: Instant,
): Promise<void> {
  await addAudit(db, {
    id: entry.id,
    created_at: now,
    actor_type: entry.actor.type,
    actor_id: entry.actor.id,
    actor_name: entry.actor.name,
    action: entry.action,
    resource_type: entry.resourceType,
    resource_id: entry.resourceId,
    outcome: entry.outcome,
    team_pk: entry.teamPk,
    request_id: entry.requestId,
    address: entry.address,
    details: json(entry.details),
  });
}
