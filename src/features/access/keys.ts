/** API keys: made, listed and revoked in the product; only a hash is stored. */
import { windowOf } from "#base/page.ts";
import type { Role } from "#base/permission.ts";
import { invalid, notFound } from "#base/problem.ts";
import { newToken } from "#base/random.ts";
import type { World } from "#jobs/world.ts";
import { type Context, requesterOf } from "../context.ts";
import { read, write } from "../handler.ts";
import { accessApi } from "./api.ts";
import * as grantsSql from "./grant-queries.ts";
import * as keysSql from "./key-queries.ts";
import { personOf } from "./person-queries.ts";
import { hashToken, hintOf } from "./principal.ts";

export const listKeys = read(accessApi.listKeys, async (ctx, input) => {
  const page = await keysSql.listKeys(ctx.reader, windowOf(input, "-created_at"));
  return { ...page, data: [...page.data] };
});

/** Team ids to keys. Throws `invalid-input` for a team that is not there. */
export async function grantsOf(
  ctx: Context,
  grants: readonly { role: Role; teamId: string | null }[],
): Promise<readonly grantsSql.NewGrant[]> {
  return await Promise.all(
    grants.map(async ({ role, teamId }, index) => {
      if (teamId === null) return { role, teamPk: null };
      const teamPk = await grantsSql.findTeamPk(ctx.reader, teamId);
      if (teamPk === undefined)
        throw invalid(`grants.${index}.team_id`, `there is no team ${teamId}`);
      return { role, teamPk };
    }),
  );
}

export const createKey = write(accessApi.createKey, {
  async prepare(ctx, input) {
    if (input.expiresAt !== undefined && input.expiresAt <= ctx.clock.now()) {
      throw invalid("expires_at", "must lie in the future");
    }
    return {
      grants: await grantsOf(ctx, input.grants),
      createdBy: ctx.actor.name,
      person: await personOf(ctx.reader, requesterOf(ctx.actor)),
    };
  },
  async commit(tx, { grants, createdBy, person }, input) {
    const key = newToken("cck", tx.random);
    const id = tx.newId("apiKey");
    const pk = await keysSql.insertKey(tx.db, {
      id,
      name: input.name,
      hash: hashToken(key),
      hint: hintOf(key),
      source: "api",
      createdBy,
      person: person ?? null,
      expiresAt: input.expiresAt ?? null,
      now: tx.now,
    });
    // 256 random bits do not collide; a key without a row would be a defect.
    if (pk === undefined) throw new Error("a fresh API key was there already");
    await grantsSql.replaceGrants(tx.db, "api_key_pk", pk, grants);
    tx.subject({ id, teamPk: null, details: { name: input.name, grants: input.grants } });
    await tx.emit("key.created", { id, teamPk: null }, { name: input.name });
    return { id, name: input.name, key };
  },
});

export const revokeKey = write(accessApi.revokeKey, {
  async prepare() {
    return undefined;
  },
  async commit(tx, _, { id }) {
    const name = await keysSql.revokeKey(tx.db, id, tx.now);
    if (name === undefined) throw notFound("API key", id);
    await tx.emit("key.revoked", { id, teamPk: null }, { name });
    return null;
  },
});

/** A key named in the environment, as the seeds write it: `name:key[:admin]`. */
export interface NamedKey {
  readonly name: string;
  readonly key: string;
  readonly admin: boolean;
}

/** Makes rows for keys of the environment that have none yet. A revoked one stays revoked. */
export async function seedKeys(world: World, named: readonly NamedKey[]): Promise<number> {
  if (named.length === 0) return 0;
  const now = world.clock.now();
  return await world.database.transaction(async (db) => {
    let added = 0;
    for (const it of named) {
      const id = `key-env-${Buffer.from(hashToken(it.key)).toString("hex").slice(0, 16)}`;
      const pk = await keysSql.insertKey(db, {
        id,
        name: it.name,
        hash: hashToken(it.key),
        hint: hintOf(it.key),
        source: "env",
        createdBy: "environment",
        // Made by nobody in particular: a person of its own.
        person: `key:${id}`,
        expiresAt: null,
        now,
      });
      if (pk === undefined) continue;
      const role = it.admin ? "admin" : "operator";
      await grantsSql.replaceGrants(db, "api_key_pk", pk, [{ role, teamPk: null }]);
      added++;
    }
    return added;
  });
}
