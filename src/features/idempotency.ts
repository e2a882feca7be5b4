/** Idempotency-Key: 24 hours per principal, route and body; the answer is stored in the commit it belongs to. */
import { createHash } from "node:crypto";
import type { Kysely } from "kysely";
import type { Contract } from "#base/contract.ts";
import { Problem } from "#base/problem.ts";
import { hours, type Instant, later } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import type { Call, Outcome } from "./call.ts";

export interface Key {
  readonly principal: string;
  readonly route: string;
  readonly key: string;
  readonly bodyHash: Uint8Array;
}

export const lifetime = hours(24);

/** The key of a call; undefined when it sent none. Keys are 1 to 255 visible characters. */
export function keyOf(call: Call, contract: Contract, raw: unknown): Key | undefined {
  if (call.idempotencyKey === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(call.idempotencyKey)) {
    throw new Problem(
      "invalid-input",
      "Idempotency-Key: must be 1 to 255 visible ASCII characters",
      {
        errors: [{ path: "Idempotency-Key", message: "must be 1 to 255 visible ASCII characters" }],
      },
    );
  }
  return {
    principal: `${call.actor.type}:${call.actor.id}`,
    route: contract.name,
    key: call.idempotencyKey,
    // Of the input as sent; the hash alone is stored, so that no secret of the body is kept.
    bodyHash: new Uint8Array(createHash("sha256").update(JSON.stringify(raw)).digest()),
  };
}

export async function findAnswer(db: Kysely<Tables>, key: Key): Promise<Outcome | undefined> {
  const row = await db
    .selectFrom("idempotency_keys")
    .select(["body_hash", "answer", "resource_id"])
    .where("principal", "=", key.principal)
    .where("route", "=", key.route)
    .where("idempotency_key", "=", key.key)
    .executeTakeFirst();
  if (!row) return undefined;
  if (!Buffer.from(row.body_hash).equals(Buffer.from(key.bodyHash))) {
    throw new Problem("idempotency-mismatch", "this Idempotency-Key was used with another body");
  }
  if (row.answer === null) {
    throw new Problem(
      "replay-withheld",
      "this was done before; its answer held a secret and is not repeated",
      {
        extra: { id: row.resource_id },
      },
    );
  }
  return { kind: "replayed", output: JSON.parse(row.answer) };
}

export async function saveAnswer(
  db: Kysely<Tables>,
  key: Key,
  contract: Contract,
  output: unknown,
  now: Instant,
): Promise<void> {
  const id =
    typeof output === "object" && output !== null && "id" in output ? String(output.id) : null;
  await db
    .insertInto("idempotency_keys")
    .values({
      principal: key.principal,
      route: key.route,
      idempotency_key: key.key,
      body_hash: key.bodyHash,
      status: 0,
      answer: contract.secret ? null : JSON.stringify(output ?? null),
      resource_id: id,
      created_at: now,
    })
    .execute();
}

/** Forgets keys older than a day. */
export async function forgetOld(db: Kysely<Tables>, now: Instant): Promise<number> {
  const result = await db
    .deleteFrom("idempotency_keys")
    .where("created_at", "<", later(now, -lifetime))
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
