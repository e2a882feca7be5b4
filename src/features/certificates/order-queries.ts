/** SQL on issuance orders: the same request sent again finds its order. */
import type { Insertable, Kysely } from "kysely";
import { Lost } from "#base/problem.ts";
import type { Instant } from "#base/time.ts";
import { statement } from "#db/statement.ts";
import type { Tables } from "#db/tables.ts";

type Db = Kysely<Tables>;

export interface OrderKey {
  /** `rest`, `est`, …: where the request came in. */
  readonly edge: string;
  /** Who sent it. */
  readonly client: string;
  readonly requestHash: Uint8Array;
}

const orderOf = statement((db, key: OrderKey) =>
  db
    .selectFrom("orders")
    .select(["orders.state", "orders.certificate_pk", "orders.version_pk"])
    // No join: SQLite plans those anew whenever a value is bound.
    .select((eb) =>
      eb
        .selectFrom("jobs")
        .select("jobs.id")
        .whereRef("jobs.pk", "=", "orders.job_pk")
        .as("job_id"),
    )
    .where("orders.request_hash", "=", key.requestHash)
    .where("orders.edge", "=", key.edge)
    .where("orders.client", "=", key.client),
);

export async function findOrder(db: Db, key: OrderKey) {
  return (await orderOf(db, key)).rows[0];
}

const addOrder = statement((db, it: Omit<Insertable<Tables["orders"]>, "pk">) =>
  db
    .insertInto("orders")
    .values({
      id: it.id,
      edge: it.edge,
      client: it.client,
      request_hash: it.request_hash,
      state: it.state,
      reason: it.reason,
      certificate_pk: it.certificate_pk,
      version_pk: it.version_pk,
      job_pk: it.job_pk,
      created_at: it.created_at,
      updated_at: it.updated_at,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["request_hash", "edge", "client"])
        .doUpdateSet((eb) => ({
          id: eb.ref("excluded.id"),
          state: eb.ref("excluded.state"),
          reason: eb.ref("excluded.reason"),
          certificate_pk: eb.ref("excluded.certificate_pk"),
          version_pk: eb.ref("excluded.version_pk"),
          job_pk: eb.ref("excluded.job_pk"),
          created_at: eb.ref("excluded.created_at"),
          updated_at: eb.ref("excluded.updated_at"),
        }))
        .where("orders.state", "=", "refused"),
    )
    .returning("pk"),
);

/** In place of one that was refused. Throws `Lost` when the same request has an order that was not. */
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
  const { rows } = await addOrder(db, {
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
  });
  if (rows.length === 0) throw new Lost("the order of this request");
}

/** Ends the pending order of a job; a job that was tried again by hand may still fulfil a refused one. */
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
    .where("state", "in", end.state === "issued" ? ["pending", "refused"] : ["pending"])
    .execute();
}
