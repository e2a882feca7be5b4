/** SQL on agents and join tokens. */
import { type Kysely, type Selectable, sql } from "kysely";
import { z } from "zod";
import type { Window } from "#base/page.ts";
import { type Instant, later } from "#base/time.ts";
import { json, pairs, parseJson } from "#db/portable.ts";
import { statement } from "#db/statement.ts";
import type { Tables } from "#db/tables.ts";
import type { TeamScope } from "../context.ts";
import { type Listing, listPage } from "../list.ts";
import {
  type AgentStatus,
  type AgentView,
  type Metadata,
  offlineAfter,
  statusOf,
} from "./agent.ts";

type Db = Kysely<Tables>;
export type AgentRow = Selectable<Tables["agents"]>;
type Joined = AgentRow & { team_id: string | null };

export function agentView(row: Joined, now: Instant): AgentView {
  return {
    id: row.id,
    name: row.retired_name ?? row.name,
    teamId: row.team_id,
    status: statusOf({ lastHeartbeatAt: row.last_heartbeat_at, retiredAt: row.retired_at }, now),
    hostname: row.hostname,
    os: row.os,
    architecture: row.architecture,
    ipAddress: row.ip_address,
    version: row.version,
    capabilities: parseJson(row.capabilities, z.array(z.string())),
    lastHeartbeatAt: row.last_heartbeat_at,
    registeredAt: row.created_at,
    retiredAt: row.retired_at,
    retiredReason: row.retired_reason,
    revision: row.revision,
  };
}

function agents(db: Db, scope: TeamScope) {
  const query = db.selectFrom("agents").leftJoin("teams", "teams.pk", "agents.team_pk");
  return scope === "all" ? query : query.where("agents.team_pk", "in", scope);
}

export async function findAgent(db: Db, id: string, scope: TeamScope): Promise<Joined | undefined> {
  return await agents(db, scope)
    .selectAll("agents")
    .select("teams.id as team_id")
    .where("agents.id", "=", id)
    .executeTakeFirst();
}

const byPk = statement((db, it: { readonly pk: number }) =>
  db.selectFrom("agents").selectAll().where("pk", "=", it.pk),
);

/** For heartbeats, of which there are hundreds a second. */
export async function findAgentByPk(db: Db, pk: number): Promise<AgentRow | undefined> {
  return (await byPk(db, { pk })).rows[0];
}

const byCredential = statement((db, it: { readonly hash: Uint8Array }) =>
  db.selectFrom("agents").selectAll().where("credential_hash", "=", it.hash),
);

export async function findByCredential(db: Db, hash: Uint8Array): Promise<AgentRow | undefined> {
  return (await byCredential(db, { hash })).rows[0];
}

export interface AgentFilter {
  readonly scope: TeamScope;
  readonly now: Instant;
  readonly status?: AgentStatus | undefined;
  /** `linux/amd64`. */
  readonly platform?: string | undefined;
  readonly version?: string | undefined;
  readonly teamId?: string | undefined;
}

function ofKind(db: Db, { scope, platform, version, teamId }: AgentFilter) {
  let query = agents(db, scope);
  if (version !== undefined) query = query.where("agents.version", "=", version);
  if (teamId !== undefined) query = query.where("teams.id", "=", teamId);
  if (platform === undefined) return query;
  return query.where(sql<string>`agents.os || '/' || agents.architecture`, "=", platform);
}

export async function listAgents(
  db: Db,
  window: Window,
  filter: AgentFilter,
): Promise<Listing<AgentView>> {
  const alive = later(filter.now, -offlineAfter);
  const narrow = () => {
    const query = ofKind(db, filter);
    if (filter.status === "Retired") return query.where("agents.retired_at", "is not", null);
    const present = query.where("agents.retired_at", "is", null);
    if (filter.status === "Online") return present.where("agents.last_heartbeat_at", ">=", alive);
    if (filter.status === undefined) return present;
    return present.where((eb) =>
      eb.or([
        eb("agents.last_heartbeat_at", "<", alive),
        eb("agents.last_heartbeat_at", "is", null),
      ]),
    );
  };
  const matching = narrow();
  return await listPage(
    {
      window,
      key: "agents.pk",
      columns: {
        name: { ref: "agents.name" },
        created_at: { ref: "agents.created_at" },
        last_heartbeat_at: { ref: "agents.last_heartbeat_at", nullable: true },
      },
      search: ["agents.name", "agents.id", "agents.hostname", "agents.ip_address"],
      matching,
      rows: matching.selectAll("agents").select("teams.id as team_id"),
    },
    (row) => agentView(row, filter.now),
  );
}

function described(it: Metadata) {
  return {
    hostname: it.hostname,
    os: it.os,
    architecture: it.architecture,
    ip_address: it.ipAddress,
    version: it.version,
    capabilities: json(it.capabilities),
  };
}

export async function insertAgent(
  db: Db,
  agent: {
    id: string;
    name: string;
    teamPk: number | null;
    credentialHash: Uint8Array;
    encryptionKey: string;
    metadata: Metadata;
    now: Instant;
  },
): Promise<number> {
  const { pk } = await db
    .insertInto("agents")
    .values({
      id: agent.id,
      name: agent.name,
      team_pk: agent.teamPk,
      ...described(agent.metadata),
      credential_hash: agent.credentialHash,
      encryption_key: agent.encryptionKey,
      last_heartbeat_at: agent.now,
      offline_since: null,
      retired_at: null,
      retired_reason: null,
      revision: 1,
      created_at: agent.now,
      updated_at: agent.now,
    })
    .returning("pk")
    .executeTakeFirstOrThrow();
  return pk;
}

export async function saveMetadata(db: Db, pk: number, it: Metadata, now: Instant): Promise<void> {
  await db
    .updateTable("agents")
    .set((eb) => ({ ...described(it), updated_at: now, revision: eb("revision", "+", 1) }))
    .where("pk", "=", pk)
    .execute();
}

const heartbeats = statement((db, it: { readonly seen: string }) =>
  db
    .updateTable("agents")
    .from(pairs(db, it.seen).as("seen"))
    .set((eb) => ({ last_heartbeat_at: eb.ref("seen.value").$castTo<Instant>() }))
    .whereRef("agents.pk", "=", "seen.key"),
);

/** Coalesced heartbeats, written together. */
export async function saveHeartbeats(db: Db, seen: readonly [number, Instant][]): Promise<void> {
  await heartbeats(db, { seen: JSON.stringify(seen) });
}

/** Agents whose heartbeats stopped and of whom it is not yet said, and those that are back. */
export async function listChangedPresence(
  db: Db,
  now: Instant,
): Promise<readonly { pk: number; id: string; team_pk: number | null; online: boolean }[]> {
  const alive = later(now, -offlineAfter);
  const rows = await db
    .selectFrom("agents")
    .select(["pk", "id", "team_pk", "offline_since"])
    .where("retired_at", "is", null)
    .where((eb) =>
      eb.or([
        eb.and([eb("offline_since", "is", null), eb("last_heartbeat_at", "<", alive)]),
        eb.and([eb("offline_since", "is not", null), eb("last_heartbeat_at", ">=", alive)]),
      ]),
    )
    .limit(10_000)
    .execute();
  return rows.map((row) => ({ ...row, online: row.offline_since !== null }));
}

export async function setPresence(
  db: Db,
  pk: number,
  online: boolean,
  now: Instant,
): Promise<boolean> {
  const result = await db
    .updateTable("agents")
    .set({ offline_since: online ? null : now })
    .where("pk", "=", pk)
    .where("offline_since", online ? "is not" : "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export function metadataOf(row: AgentRow): Metadata {
  return {
    hostname: row.hostname,
    os: row.os,
    architecture: row.architecture,
    ipAddress: row.ip_address,
    version: row.version,
    capabilities: parseJson(row.capabilities, z.array(z.string())),
  };
}
