/** Bulk work: jobs can be paused, and an item names the job it led to. */
import type { Migration } from "./dialect.ts";

export const bulk: Migration = {
  name: "0002-bulk",
  statements: () => [
    "ALTER TABLE job_items ADD COLUMN result_id TEXT",
    "DROP INDEX job_items_job",
    "CREATE INDEX job_items_job ON job_items (job_pk, state, pk)",
    "DROP INDEX jobs_dedupe",
    `CREATE UNIQUE INDEX jobs_dedupe ON jobs (dedupe_key)
      WHERE state IN ('Pending', 'AwaitingCSR', 'AwaitingApproval', 'Running', 'Paused')`,
  ],
};
