/** Users and their roles. */
import { windowOf } from "#base/page.ts";
import { notFound, Problem } from "#base/problem.ts";
import { isUniqueViolation } from "#db/portable.ts";
import { matchRevision } from "../context.ts";
import { read, write } from "../handler.ts";
import { accessApi } from "./api.ts";
import * as grantsSql from "./grant-queries.ts";
import { grantsOf } from "./keys.ts";
import { hashPassword } from "./password.ts";
import * as queries from "./queries.ts";
import * as sessionsSql from "./session-queries.ts";

export const listUsers = read(accessApi.listUsers, async (ctx, input) => {
  const page = await queries.listUsers(ctx.reader, windowOf(input, "name"));
  return { ...page, data: [...page.data] };
});

export const getUser = read(accessApi.getUser, async (ctx, { id }) => {
  const user = await queries.findUser(ctx.reader, { id });
  if (!user) throw notFound("user", id);
  return await queries.userView(ctx.reader, user);
});

export const createUser = write(accessApi.createUser, {
  async prepare(ctx, input) {
    return {
      grants: await grantsOf(ctx, input.grants),
      passwordHash: await hashPassword(input.password),
    };
  },
  async commit(tx, { grants, passwordHash }, input) {
    const id = tx.newId("user");
    try {
      const pk = await queries.insertUser(tx.db, {
        id,
        name: input.name,
        email: input.email ?? null,
        passwordHash,
        now: tx.now,
      });
      await grantsSql.replaceGrants(tx.db, "user_pk", pk, grants);
    } catch (cause) {
      if (!isUniqueViolation(cause)) throw cause;
      throw new Problem("already-exists", `there is a user ${input.name} already`, { cause });
    }
    tx.subject({ id, teamPk: null, details: { name: input.name, grants: input.grants } });
    await tx.emit("user.created", { id, teamPk: null }, { name: input.name });
    const user = await queries.findUser(tx.db, { id });
    if (!user) throw notFound("user", id);
    return await queries.userView(tx.db, user);
  },
});

export const updateUser = write(accessApi.updateUser, {
  async prepare(ctx, input) {
    const user = await queries.findUser(ctx.reader, { id: input.id });
    if (!user) throw notFound("user", input.id);
    matchRevision(ctx, user.revision);
    return {
      user,
      grants: input.grants && (await grantsOf(ctx, input.grants)),
      passwordHash: input.password && (await hashPassword(input.password)),
    };
  },
  async commit(tx, { user, grants, passwordHash }, input) {
    const disabled = input.disabled === undefined ? user.disabled_at : null;
    await queries.updateUser(
      tx.db,
      user,
      {
        email: input.email === undefined ? user.email : input.email,
        disabled_at: input.disabled ? tx.now : disabled,
        ...(passwordHash ? { password_hash: passwordHash } : {}),
      },
      tx.now,
    );
    if (grants) await grantsSql.replaceGrants(tx.db, "user_pk", user.pk, grants);
    // A new password or a lock ends what was signed in with the old one.
    if (passwordHash || input.disabled) await sessionsSql.endSessions(tx.db, user.pk);
    tx.subject({
      id: user.id,
      teamPk: null,
      details: {
        grants: input.grants,
        disabled: input.disabled,
        password: passwordHash !== undefined,
      },
    });
    await tx.emit("user.changed", { id: user.id, teamPk: null }, { name: user.name });
    const changed = await queries.findUser(tx.db, { id: user.id });
    if (!changed) throw notFound("user", user.id);
    return await queries.userView(tx.db, changed);
  },
});
