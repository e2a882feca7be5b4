/** What an agent's own calls have in common: the path must name the agent whose credential is used. */
import type { Kysely } from "kysely";
import { Problem } from "#base/problem.ts";
import type { Tables } from "#db/tables.ts";
import { hashToken } from "../access/principal.ts";
import type { Actor } from "../context.ts";
import * as queries from "./queries.ts";

/** The agent of a credential. Throws `gone` when it was retired: it ends cleanly then. */
export async function actorOfCredential(
  reader: Kysely<Tables>,
  credential: string,
): Promise<Actor | undefined> {
  const agent = await queries.findByCredential(reader, hashToken(credential));
  if (!agent) return undefined;
  if (agent.retired_at !== null) {
    throw new Problem("gone", `the agent ${agent.id} was retired`, {
      extra: { retired_reason: agent.retired_reason },
    });
  }
  return { type: "agent", id: agent.id, name: agent.name, pk: agent.pk, grants: [] };
}

/** Throws `forbidden` when the path names another agent. */
export function requireSelf(actor: Actor, id: string): void {
  if (actor.type === "agent" && actor.id === id) return;
  throw new Problem("forbidden", "an agent's credential is for its own work only");
}
