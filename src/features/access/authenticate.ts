/** Who is calling: an API key, a session, or nobody. Uses are gathered in memory and written once a minute. */
import type { Instant } from "#base/time.ts";
import type { World } from "#jobs/world.ts";
import { type Actor, nobodyInParticular } from "../context.ts";
import * as keysSql from "./key-queries.ts";
import { hashToken } from "./principal.ts";
import * as queries from "./queries.ts";
import * as sessionsSql from "./session-queries.ts";

export interface Authenticator {
  /** The principal of a Bearer token; undefined when it is unknown, revoked or expired. */
  byToken(token: string, address: string | null): Promise<Actor | undefined>;
  /** `quietly`: a look in the background, which is no use of the session and does not keep it from idling out. */
  bySession(token: string, options?: { readonly quietly?: boolean }): Promise<Actor | undefined>;
  /** The present rights of whoever asked for a deferred operation. */
  byId(type: string, id: string): Promise<Actor | undefined>;
  /** Writes the gathered last uses. */
  flush(): Promise<void>;
}

export function authenticator(
  world: World,
  authType: "api-key" | "none" = "api-key",
): Authenticator {
  const { reader } = world.database;
  let keys = new Map<number, { at: Instant; address: string | null }>();
  let sessions = new Map<number, Instant>();
  return {
    async byToken(token, address) {
      const now = world.clock.now();
      const actor = await keysSql.actorOfKey(reader, { hash: hashToken(token) }, now);
      if (actor) keys.set(actor.pk, { at: now, address });
      else world.metrics.count("certctl_sign_in_failures_total", { kind: "api_key" });
      return actor;
    },
    async bySession(token, { quietly = false } = {}) {
      const now = world.clock.now();
      const found = await sessionsSql.actorOfSession(reader, hashToken(token), now);
      if (found && !quietly) sessions.set(found.sessionPk, now);
      return found?.actor;
    },
    async byId(type, id) {
      if (id === nobodyInParticular.id) {
        return authType === "none" ? nobodyInParticular : undefined;
      }
      if (type === "user") return await queries.actorOfUser(reader, id);
      if (type === "api_key") return await keysSql.actorOfKey(reader, { id }, world.clock.now());
      return undefined;
    },
    async flush() {
      if (keys.size === 0 && sessions.size === 0) return;
      const [usedKeys, seenSessions] = [keys, sessions];
      keys = new Map();
      sessions = new Map();
      await world.database.transaction((db) => sessionsSql.saveUses(db, usedKeys, seenSessions));
    },
  };
}
