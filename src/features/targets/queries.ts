/** SQL on targets. A target belongs to the team of its agent. */
import type { Kysely } from "kysely";
import type { Window } from "#base/page.ts";
import { Lost } from "#base/problem.ts";
import type { Instant } from "#base/time.ts";
import { json, parseJson } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import type { TeamScope } from "../context.ts";
import { type Listing, listPage } from "../list.ts";
import { TargetConfig, type TargetView } from "./target.ts";

type Db = Kysely<Tables>;

const columns = [
  "targets.pk",
  "targets.id",
  "targets.name",
  "targets.type",
  "targets.agent_pk",
  "targets.config",
  "targets.enabled",
  "targets.source",
  "targets.last_tested_at",
  "targets.test_status",
  "targets.test_message",
  "targets.retired_at",
  "targets.retired_reason",
  "targets.created_at",
  "targets.updated_at",
  "targets.revision",
  "agents.id as agent_id",
  "agents.name as agent_name",
  "agents.retired_name as retired_agent_name",
  "agents.team_pk",
  "agents.retired_at as agent_retired_at",
] as const;

function targets(db: Db, scope: TeamScope) {
  const query = db.selectFrom("targets").innerJoin("agents", "agents.pk", "targets.agent_pk");
  return scope === "all" ? query : query.where("agents.team_pk", "in", scope);
}

export async function findTarget(db: Db, id: string, scope: TeamScope) {
  return await targets(db, scope).select(columns).where("targets.id", "=", id).executeTakeFirst();
}

export type TargetRow = NonNullable<Awaited<ReturnType<typeof findTarget>>>;

export async function findTargetByPk(db: Db, pk: number): Promise<TargetRow | undefined> {
  return await targets(db, "all").select(columns).where("targets.pk", "=", pk).executeTakeFirst();
}

export const configOf = (row: Pick<TargetRow, "config">): TargetConfig =>
  parseJson(row.config, TargetConfig);

export const targetView = (row: TargetRow): TargetView => ({
  id: row.id,
  name: row.name,
  type: row.type,
  agentId: row.agent_id,
  agentName: row.retired_agent_name ?? row.agent_name,
  config: configOf(row),
  enabled: row.enabled === 1,
  source: row.source,
  // The column holds what this module wrote.
  testStatus: row.test_status as TargetView["testStatus"],
  testMessage: row.test_message,
  lastTestedAt: row.last_tested_at,
  retiredAt: row.retired_at,
  retiredReason: row.retired_reason,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  revision: row.revision,
});

export interface SavedTarget {
  readonly name: string;
  readonly type: string;
  readonly agentPk: number;
  readonly teamPk: number | null;
  readonly config: TargetConfig;
  readonly enabled: boolean;
}

export async function insertTarget(
  db: Db,
  id: string,
  it: SavedTarget,
  now: Instant,
): Promise<void> {
  await db
    .insertInto("targets")
    .values({
      id,
      name: it.name,
      type: it.type,
      agent_pk: it.agentPk,
      config: json(it.config),
      enabled: it.enabled ? 1 : 0,
      source: "database",
      last_tested_at: null,
      test_status: "untested",
      test_message: null,
      retired_at: null,
      retired_reason: null,
      revision: 1,
      created_at: now,
      updated_at: now,
    })
    .execute();
}

export async function updateTarget(
  db: Db,
  row: TargetRow,
  it: SavedTarget,
  now: Instant,
): Promise<void> {
  const result = await db
    .updateTable("targets")
    .set({
      name: it.name,
      type: it.type,
      agent_pk: it.agentPk,
      config: json(it.config),
      enabled: it.enabled ? 1 : 0,
      test_status: "untested",
      test_message: null,
      revision: row.revision + 1,
      updated_at: now,
    })
    .where("pk", "=", row.pk)
    .where("revision", "=", row.revision)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new Lost("the target");
}

export async function deleteTarget(db: Db, pk: number): Promise<void> {
  await db.deleteFrom("targets").where("pk", "=", pk).execute();
}

export async function saveTest(
  db: Db,
  pk: number,
  test: { readonly status: TargetView["testStatus"]; readonly message: string | null },
  now: Instant,
): Promise<void> {
  await db
    .updateTable("targets")
    .set({ test_status: test.status, test_message: test.message, last_tested_at: now })
    .where("pk", "=", pk)
    .execute();
}

export async function findAgentForTarget(db: Db, id: string, scope: TeamScope) {
  const query = db
    .selectFrom("agents")
    .select(["pk", "team_pk", "retired_at"])
    .where("id", "=", id);
  return await (scope === "all" ? query : query.where("team_pk", "in", scope)).executeTakeFirst();
}

export interface TargetFilter {
  readonly scope: TeamScope;
  readonly agentId?: string | undefined;
  readonly type?: string | undefined;
}

export async function listTargets(
  db: Db,
  window: Window,
  filter: TargetFilter,
): Promise<Listing<TargetView>> {
  let matching = targets(db, filter.scope);
  if (filter.agentId !== undefined) matching = matching.where("agents.id", "=", filter.agentId);
  if (filter.type !== undefined) matching = matching.where("targets.type", "=", filter.type);
  return await listPage(
    {
      window,
      key: "targets.pk",
      columns: { name: { ref: "targets.name" }, created_at: { ref: "targets.created_at" } },
      search: ["targets.name", "targets.id"],
      matching,
      rows: matching.select(columns),
    },
    targetView,
  );
}
