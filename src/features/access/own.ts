/** The caller's own sessions and password. */
import { invalid, notFound, Problem } from "#base/problem.ts";
import type { Actor } from "../context.ts";
import { read, write } from "../handler.ts";
import { ownApi } from "./own-api.ts";
import { hashPassword, verifyPassword } from "./password.ts";
import * as queries from "./queries.ts";
import * as sessionsSql from "./session-queries.ts";

/** Keys and agents have no sessions. */
const userPk = (actor: Actor): number | undefined => (actor.type === "user" ? actor.pk : undefined);

export const sessions = read(ownApi.sessions, async (ctx) => {
  const pk = userPk(ctx.actor);
  const data =
    pk === undefined ? [] : await sessionsSql.listSessions(ctx.reader, pk, ctx.clock.now());
  return { data: [...data], total: data.length };
});

export const endSession = write(ownApi.endSession, {
  async prepare(ctx) {
    return { pk: userPk(ctx.actor) };
  },
  async commit(tx, { pk }, { id }) {
    const ended = pk !== undefined && (await sessionsSql.endSession(tx.db, pk, id));
    if (!ended) throw notFound("session", id);
    tx.subject({ id, teamPk: null });
    return null;
  },
});

export const changePassword = write(ownApi.changePassword, {
  async prepare(ctx, input) {
    const pk = userPk(ctx.actor);
    const user =
      pk === undefined ? undefined : await queries.findUser(ctx.reader, { id: ctx.actor.id });
    if (!user) throw new Problem("forbidden", "only a user has a password");
    if (!(await verifyPassword(input.currentPassword, user.password_hash))) {
      throw invalid("current_password", "is not your password");
    }
    return { user, passwordHash: await hashPassword(input.newPassword) };
  },
  async commit(tx, { user, passwordHash }) {
    await queries.updateUser(tx.db, user, { password_hash: passwordHash }, tx.now);
    await sessionsSql.endSessions(tx.db, user.pk);
    tx.subject({ id: user.id, teamPk: null });
    return null;
  },
});
