/** What whoever asked for something earlier may do now: asked again when it is done. */
import type { Contract } from "#base/contract.ts";
import type { Requester } from "#jobs/tx.ts";
import { type Actor, scopeOf, type TeamScope } from "../context.ts";
import type { Authenticator } from "./authenticate.ts";

export interface Rights {
  readonly actor: Actor;
  readonly scope: TeamScope;
}

/** Undefined when the requester is gone, or may not call `contract` any more. */
export async function presentRights(
  authenticator: Authenticator,
  by: Requester,
  { permission }: Contract,
): Promise<Rights | undefined> {
  if (permission === "public" || permission === "self" || permission === "agent") return undefined;
  const actor = await authenticator.byId(by.type, by.id);
  const scope = actor && scopeOf(actor, permission);
  return actor && scope !== undefined ? { actor, scope } : undefined;
}
