/** Sign-in and sign-out. A wrong password is recorded and slows the next attempt; it never says which part was wrong. */
import { Problem } from "#base/problem.ts";
import { newToken } from "#base/random.ts";
import { later, seconds } from "#base/time.ts";
import { write } from "../handler.ts";
import { Refused } from "../refused.ts";
import { accessApi } from "./api.ts";
import { verifyPassword } from "./password.ts";
import { hashToken, lockedUntil, sessionLength } from "./principal.ts";
import * as queries from "./queries.ts";
import * as sessionsSql from "./session-queries.ts";

export const signIn = write(accessApi.signIn, {
  async prepare(ctx, input) {
    const user = await queries.findUser(ctx.reader, { name: input.name });
    const now = ctx.clock.now();
    const locked = user?.locked_until && user.locked_until > now ? user.locked_until : null;
    // While locked the password is not looked at, so that guessing on is of no use.
    const usable = user !== undefined && locked === null && user.disabled_at === null;
    const right = await verifyPassword(input.password, usable ? user.password_hash : undefined);
    if (!right) ctx.metrics.count("certctl_sign_in_failures_total", { kind: "password" });
    return { user, locked, right, address: ctx.address ?? "" };
  },
  async commit(tx, { user, locked, right, address }, input) {
    // A name that nobody has may be a password that somebody typed into the wrong field: it is not kept.
    tx.subject({ id: user?.id ?? "", teamPk: null, details: { name: user?.name ?? "unknown" } });
    if (!user) return wrong();
    if (locked !== null) return tooSoon(Math.ceil((locked - tx.now) / seconds(1)));
    if (!right) {
      const failures = user.failed_sign_ins + 1;
      const until = lockedUntil(failures, tx.now);
      const change = { failed_sign_ins: failures, locked_until: until };
      await queries.updateUser(tx.db, user, change, tx.now);
      return wrong();
    }
    const person = { type: "user", id: user.id, name: user.name } as const;
    tx.subject({ id: user.id, teamPk: null, actor: person, details: {} });
    const token = newToken("ccs", tx.random);
    const expiresAt = later(tx.now, sessionLength);
    const change = { failed_sign_ins: 0, locked_until: null, last_sign_in_at: tx.now };
    await queries.updateUser(tx.db, user, change, tx.now);
    await sessionsSql.insertSession(tx.db, {
      token_hash: hashToken(token),
      user_pk: user.pk,
      created_at: tx.now,
      last_seen_at: tx.now,
      expires_at: expiresAt,
      address,
      user_agent: input.userAgent.slice(0, 300),
    });
    return { token, expiresAt };
  },
});

const wrong = () => new Refused(new Problem("unauthenticated", "name or password is wrong"));

function tooSoon(wait: number): Refused {
  const detail = `too many wrong passwords: wait ${wait} second${wait === 1 ? "" : "s"}, then try again`;
  return new Refused(new Problem("too-many-requests", detail, { extra: { retry_after: wait } }));
}

export const signOut = write(accessApi.signOut, {
  async prepare(ctx) {
    return ctx.actor;
  },
  async commit(tx, actor) {
    if (actor.type === "user") await sessionsSql.endSessions(tx.db, actor.pk);
    tx.subject({ id: actor.id, teamPk: null });
    return null;
  },
});
