/** SQL on the items of bulk jobs. */
import { type Kysely, sql } from "kysely";
import type { Window } from "#base/page.ts";
import { Lost } from "#base/problem.ts";
import { engineOf } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import { type Listing, listPage } from "../list.ts";
import { type ItemCounts, ItemState, type ItemView } from "./answer.ts";

type Db = Kysely<Tables>;

export interface Item {
  readonly pk: number;
  readonly subjectId: string;
}

/** Adds an item for each subject, in their order, in one statement. */
export async function insertItems(db: Db, jobPk: number, ids: readonly string[]): Promise<void> {
  const all = JSON.stringify(ids);
  const texts =
    engineOf(db) === "postgres"
      ? sql`select ${jobPk}::bigint, value, 'waiting' from json_array_elements_text(${all}::text::json) with ordinality as it (value, place) order by place`
      : sql`select ${jobPk}, value, 'waiting' from json_each(${all}) order by key`;
  await sql`insert into job_items (job_pk, subject_id, state) ${texts}`.execute(db);
}

export async function listWaiting(db: Db, jobPk: number, limit: number): Promise<readonly Item[]> {
  const rows = await db
    .selectFrom("job_items")
    .select(["pk", "subject_id"])
    .where("job_pk", "=", jobPk)
    .where("state", "=", "waiting")
    .orderBy("pk")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ pk: row.pk, subjectId: row.subject_id }));
}

export interface ItemResult {
  readonly state: Exclude<ItemState, "waiting">;
  readonly message: string | null;
  readonly resultId: string | null;
}

/** An item ends once; throws Lost when it has. */
export async function endItem(db: Db, item: Item, result: ItemResult): Promise<void> {
  const done = await db
    .updateTable("job_items")
    .set({
      state: result.state,
      message: result.message?.slice(0, 1_000) ?? null,
      result_id: result.resultId,
    })
    .where("pk", "=", item.pk)
    .where("state", "=", "waiting")
    .executeTakeFirst();
  if (done.numUpdatedRows !== 1n) throw new Lost("the item");
}

/** What has not been done will not be. */
export async function cancelItems(db: Db, jobPk: number): Promise<void> {
  await db
    .updateTable("job_items")
    .set({ state: "cancelled" })
    .where("job_pk", "=", jobPk)
    .where("state", "=", "waiting")
    .execute();
}

export async function countItems(db: Db, jobPk: number): Promise<ItemCounts> {
  const rows = await db
    .selectFrom("job_items")
    .select(["state", (eb) => eb.fn.countAll<number>().as("n")])
    .where("job_pk", "=", jobPk)
    .groupBy("state")
    .execute();
  const counts = new Map(rows.map((row) => [row.state, Number(row.n)]));
  const of = (state: ItemState) => counts.get(state) ?? 0;
  return {
    total: [...counts.values()].reduce((sum, n) => sum + n, 0),
    waiting: of("waiting"),
    succeeded: of("succeeded"),
    skipped: of("skipped"),
    failed: of("failed"),
    awaitingApproval: of("awaiting_approval"),
    cancelled: of("cancelled"),
  };
}

export async function listItems(
  db: Db,
  jobPk: number,
  window: Window,
  status: ItemState | undefined,
): Promise<Listing<ItemView>> {
  const all = db.selectFrom("job_items").where("job_pk", "=", jobPk);
  const matching = status === undefined ? all : all.where("state", "=", status);
  return await listPage(
    {
      window,
      key: "job_items.pk",
      columns: { position: { ref: "job_items.pk" } },
      matching,
      rows: matching.select(["subject_id", "state", "message", "result_id"]),
    },
    (row) => ({
      subjectId: row.subject_id,
      status: ItemState.parse(row.state),
      message: row.message,
      jobId: row.result_id,
    }),
  );
}
