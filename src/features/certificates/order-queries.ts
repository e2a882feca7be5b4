/** SQL on issuance orders: the same request sent again finds its order. */
import type { Kysely } from "kysely";
import type { Instant } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";

type Db = Kysely<Tables>;

export interface OrderKey {
  /** `rest`, `est`, …: where the request came in. */
  readonly edge: string;
  /** Who sent it. */
  readonly client: string;
  readonly requestHash: Uint8Array;
}

export async function findOrder(db: Db, key: OrderKey) {
  return await db
    .selectFrom("orders")
    .select(["pk", "id", "state", "certificate_pk", "version_pk", "job_pk"])
    .where("request_hash", "=", key.requestHash)
    .where("edge", "=", key.edge)
    .where("client", "=", key.client)
    .executeTakeFirst();
}

export async function insertOrder(
  db: Db,
  order: OrderKey & {
    readonly id: string;
    readonly state: "issued" | "pending";
    readonly certificatePk: number;
    readonly versionPk: number | null;
    readonly jobPk: number | null;
  },
  now: Instant,
): Promise<void> {
  await db
    .insertInto("orders")
    .values({
      id: order.id,
      edge: order.edge,
      client: order.client,
      request_hash: order.requestHash,
      state: order.state,
      reason: null,
      certificate_pk: order.certificatePk,
      version_pk: order.versionPk,
      job_pk: order.jobPk,
      created_at: now,
      updated_at: now,
    })
    .execute();
}

/** Ends the pending order of a job. */
export async function endOrder(
  db: Db,
  jobPk: number,
  end: {
    readonly state: "issued" | "refused";
    readonly versionPk: number | null;
    readonly reason: string | null;
  },
  now: Instant,
): Promise<void> {
  await db
    .updateTable("orders")
    .set({ state: end.state, version_pk: end.versionPk, reason: end.reason, updated_at: now })
    .where("job_pk", "=", jobPk)
    .where("state", "=", "pending")
    .execute();
}
