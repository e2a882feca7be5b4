/** Who may do what. */

import { permissions } from "#base/permission.ts";
import { minutes } from "#base/time.ts";
import { scopeOf } from "../context.ts";
import { bind, type Feature, read } from "../handler.ts";
import { accessApi } from "./api.ts";
import * as grantsSql from "./grant-queries.ts";
import { createKey, listKeys, revokeKey } from "./keys.ts";
import { changePassword, endSession, sessions } from "./own.ts";
import { ownApi } from "./own-api.ts";
import * as sessionsSql from "./session-queries.ts";
import { signIn, signOut } from "./sessions.ts";
import { setup, setupStatus } from "./setup.ts";
import { createUser, getUser, listUsers, updateUser } from "./users.ts";

const check = read(accessApi.check, async (ctx) => {
  const { actor } = ctx;
  const teams = await Promise.all(
    actor.grants.map(async (grant) => ({
      role: grant.role,
      teamId: grant.teamPk === null ? null : await grantsSql.findTeamId(ctx.reader, grant.teamPk),
    })),
  );
  const held = Object.keys(permissions) as (keyof typeof permissions)[];
  return {
    status: "authenticated" as const,
    user: actor.name,
    type: actor.type,
    id: actor.id,
    admin: actor.grants.some((grant) => grant.role === "admin" && grant.teamPk === null),
    grants: teams,
    permissions: held.filter((permission) => scopeOf(actor, permission) !== undefined),
  };
});

/** `auth.info` depends on a setting, so the feature is made with it. */
export function accessFeature(authType: "api-key" | "none"): Feature {
  const info = read(accessApi.info, async () => ({ authType, required: authType !== "none" }));
  return {
    name: "access",
    operations: [
      ...bind(ownApi, { sessions, endSession, changePassword }),
      ...bind(accessApi, {
        setupStatus,
        setup,
        info,
        check,
        signIn,
        signOut,
        listKeys,
        createKey,
        revokeKey,
        listUsers,
        getUser,
        createUser,
        updateUser,
      }),
    ],
    recurring: [
      {
        name: "session-cleanup",
        summary: "Forget ended sessions",
        setting: "CERTCTL_SESSION_CLEANUP_INTERVAL",
        interval: minutes(60),
        timeout: minutes(1),
        async run(ctx) {
          const now = ctx.clock.now();
          const n = await ctx.commit((tx) => sessionsSql.deleteExpiredSessions(tx.db, now));
          return `${n} sessions forgotten`;
        },
      },
    ],
  };
}
