/** What an operation may touch: the world without a way to write, and the caller. It never carries a domain service. */
import type { Kysely } from "kysely";
import { type Permission, type Role, roleHas } from "#base/permission.ts";
import { Problem } from "#base/problem.ts";
import type { Tables } from "#db/tables.ts";
import type { Requester } from "#jobs/tx.ts";
import type { World } from "#jobs/world.ts";

export interface Grant {
  readonly role: Role;
  /** Null: for all teams. */
  readonly teamPk: number | null;
}

export interface Actor {
  readonly type: "user" | "api_key" | "agent" | "system" | "anonymous";
  readonly id: string;
  readonly name: string;
  /** The row: `users.pk`, `api_keys.pk` or `agents.pk`; 0 for system and anonymous. */
  readonly pk: number;
  readonly grants: readonly Grant[];
}

export const anonymous: Actor = {
  type: "anonymous",
  id: "anonymous",
  name: "anonymous",
  pk: 0,
  grants: [],
};

/** Everybody, when `CERTCTL_AUTH_TYPE=none`: allowed on loopback only, and said on every page. */
export const nobodyInParticular: Actor = {
  type: "user",
  id: "auth-none",
  name: "nobody in particular",
  pk: 0,
  grants: [{ role: "admin", teamPk: null }],
};

/** The teams whose rows the caller may see: all, or those with these keys. */
export type TeamScope = "all" | readonly number[];

/** The teams for which `actor` has `permission`; undefined when for none. */
export function scopeOf(actor: Actor, permission: Permission): TeamScope | undefined {
  if (actor.type === "system") return "all";
  const grants = actor.grants.filter((grant) => roleHas(grant.role, permission));
  if (grants.length === 0) return undefined;
  if (grants.some((grant) => grant.teamPk === null)) return "all";
  return grants.flatMap((grant) => (grant.teamPk === null ? [] : [grant.teamPk]));
}

/** Is a row of this team inside? A row without team belongs to nobody and is seen with an unrestricted role only. */
export function inScope(scope: TeamScope, teamPk: number | null): boolean {
  return scope === "all" || (teamPk !== null && scope.includes(teamPk));
}

/** May a new or changed row belong to `teamPk`? Throws `forbidden`. */
export function requireTeam(scope: TeamScope, teamPk: number | null): void {
  if (inScope(scope, teamPk)) return;
  throw new Problem("forbidden", "your role covers some teams only; name one of them as team_id");
}

export interface Context extends Omit<World, "database"> {
  /** Short reads, in place. */
  readonly reader: Kysely<Tables>;
  /** Reads that may take longer than 5 ms, off the main loop. */
  readonly scanner: Kysely<Tables>;
  readonly actor: Actor;
  readonly scope: TeamScope;
  readonly requestId: string;
  readonly address: string | null;
  readonly signal: AbortSignal;
  /** The operation runs after its approval. */
  readonly approved: boolean;
  /** The revision that `If-Match` names. */
  readonly ifMatch: number | undefined;
}

/** Compares `If-Match` with the row. Throws `precondition-failed`. */
export function matchRevision(ctx: Pick<Context, "ifMatch">, revision: number): void {
  if (ctx.ifMatch === undefined || ctx.ifMatch === revision) return;
  throw new Problem(
    "precondition-failed",
    `it was changed by somebody else: the present revision is ${revision}, not ${ctx.ifMatch}`,
    { extra: { revision } },
  );
}

/** The caller as jobs and audit rows name them. */
export function requesterOf(actor: Actor): Requester {
  if (actor.type === "anonymous") return { type: "system", id: "anonymous", name: "anonymous" };
  return { type: actor.type, id: actor.id, name: actor.name };
}
