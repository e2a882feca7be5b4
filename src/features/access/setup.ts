/** The first administrator: made with the one-time code that the first start prints. There is never a default password. */
import { timingSafeEqual } from "node:crypto";
import { Problem } from "#base/problem.ts";
import { newToken } from "#base/random.ts";
import type { World } from "#jobs/world.ts";
import { read, write } from "../handler.ts";
import { loadSetting, saveSetting } from "../settings/store.ts";
import { accessApi } from "./api.ts";
import * as grantsSql from "./grant-queries.ts";
import * as keysSql from "./key-queries.ts";
import { hashPassword } from "./password.ts";
import { hashToken, hintOf } from "./principal.ts";
import * as queries from "./queries.ts";

const setting = "setup-code-hash";

/** A fresh setup code while there is no user, else undefined. The code of an earlier start is void then. */
export async function newSetupCode(world: World): Promise<string | undefined> {
  if ((await queries.countUsers(world.database.reader)) > 0) return undefined;
  const code = newToken("setup", world.random, 12);
  const hash = Buffer.from(hashToken(code)).toString("hex");
  await world.database.transaction((db) => saveSetting(db, setting, hash));
  return code;
}

export const setupStatus = read(accessApi.setupStatus, async (ctx) => ({
  required: (await queries.countUsers(ctx.reader)) === 0,
}));

export const setup = write(accessApi.setup, {
  async prepare(ctx, input) {
    if ((await queries.countUsers(ctx.reader)) > 0) {
      throw new Problem("wrong-state", "this installation has its first administrator already");
    }
    const expected = await loadSetting(ctx.reader, setting);
    const given = hashToken(input.code.trim());
    if (expected === null || !timingSafeEqual(given, Buffer.from(expected, "hex"))) {
      throw new Problem(
        "forbidden",
        "the setup code is wrong; the server printed it when it started",
      );
    }
    return { passwordHash: await hashPassword(input.password) };
  },
  async commit(tx, { passwordHash }, input) {
    // Checked again inside: two browsers with the same code must not make two administrators.
    if ((await queries.countUsers(tx.db)) > 0) {
      throw new Problem("wrong-state", "this installation has its first administrator already");
    }
    const id = tx.newId("user");
    const pk = await queries.insertUser(tx.db, {
      id,
      name: input.name,
      email: null,
      passwordHash,
      now: tx.now,
    });
    const admin = [{ role: "admin", teamPk: null }] as const;
    await grantsSql.replaceGrants(tx.db, "user_pk", pk, admin);
    await saveSetting(tx.db, setting, null);
    tx.subject({ id, teamPk: null, details: { name: input.name } });
    await tx.emit("user.created", { id, teamPk: null }, { name: input.name });
    if (input.apiKeyName === undefined) return { id, name: input.name, apiKey: null };
    const apiKey = newToken("cck", tx.random);
    const keyId = tx.newId("apiKey");
    const keyPk = await keysSql.insertKey(tx.db, {
      id: keyId,
      name: input.apiKeyName,
      hash: hashToken(apiKey),
      hint: hintOf(apiKey),
      source: "setup",
      createdBy: input.name,
      person: `user:${id}`,
      expiresAt: null,
      now: tx.now,
    });
    if (keyPk !== undefined) await grantsSql.replaceGrants(tx.db, "api_key_pk", keyPk, admin);
    await tx.emit("key.created", { id: keyId, teamPk: null }, { name: input.apiKeyName });
    return { id, name: input.name, apiKey };
  },
});
