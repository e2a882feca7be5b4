/** SQL on audit events: reading only; they are written by `src/jobs` in the transaction of what they tell. */
import type { Kysely, Selectable } from "kysely";
import { z } from "zod";
import type { Window } from "#base/page.ts";
import type { Instant } from "#base/time.ts";
import { parseJson } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import type { TeamScope } from "../context.ts";
import { boundOf, type Counting, type Listing, listPage } from "../list.ts";
import { type AuditView, detailsOnWire } from "./event.ts";

type Db = Kysely<Tables>;

export interface AuditFilter {
  readonly scope: TeamScope;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly resourceType?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly outcome?: string | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
}

function matching(db: Db, filter: AuditFilter) {
  let query = db.selectFrom("audit_events");
  if (filter.scope !== "all") query = query.where("team_pk", "in", filter.scope);
  const { actor } = filter;
  if (actor !== undefined) {
    query = query.where((eb) => eb.or([eb("actor_id", "=", actor), eb("actor_name", "=", actor)]));
  }
  if (filter.action !== undefined) query = query.where("action", "=", filter.action);
  if (filter.resourceType !== undefined) {
    query = query.where("resource_type", "=", filter.resourceType);
  }
  if (filter.resourceId !== undefined) query = query.where("resource_id", "=", filter.resourceId);
  if (filter.outcome !== undefined) query = query.where("outcome", "=", filter.outcome);
  if (filter.from !== undefined) query = query.where("created_at", ">=", filter.from);
  if (filter.to !== undefined) query = query.where("created_at", "<=", filter.to);
  return query;
}

function auditView(row: Selectable<Tables["audit_events"]>): AuditView {
  return {
    id: row.id,
    position: row.position,
    timestamp: row.created_at,
    actor: row.actor_name,
    actorType: row.actor_type,
    actorId: row.actor_id,
    action: row.action,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    // The column holds what `insertAudit` wrote.
    outcome: row.outcome as AuditView["outcome"],
    requestId: row.request_id,
    address: row.address,
    details: detailsOnWire(parseJson(row.details, z.record(z.string(), z.unknown()))),
  };
}

export async function findEvent(
  db: Db,
  id: string,
  scope: TeamScope,
): Promise<AuditView | undefined> {
  const row = await matching(db, { scope }).selectAll().where("id", "=", id).executeTakeFirst();
  return row && auditView(row);
}

export async function listEvents(
  db: Db,
  window: Window,
  filter: AuditFilter & Counting,
): Promise<Listing<AuditView>> {
  return await listPage(
    {
      window,
      key: "audit_events.pk",
      columns: { timestamp: { ref: "audit_events.pk" } },
      matching: matching(db, filter),
      rows: matching(db, filter).selectAll(),
      bound: boundOf(db, filter),
    },
    auditView,
  );
}

/** One page of an export, in the order of the trail. */
export async function pageAfter(
  db: Db,
  filter: AuditFilter,
  after: number,
  limit: number,
): Promise<readonly (AuditView & { readonly pk: number })[]> {
  const rows = await matching(db, filter)
    .selectAll()
    .where("pk", ">", after)
    .orderBy("pk")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...auditView(row), pk: row.pk }));
}
