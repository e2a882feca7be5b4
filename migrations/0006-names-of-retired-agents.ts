/**
 * A retired agent frees its name, which is usually that of its host: the machine can join again. A unique index of the
 * agents that are not retired would say the same, but SQLite cannot drop the constraint of the column, and making the
 * table again needs foreign keys that are checked at the end. So a name in use stays unique, and what a retired agent was
 * called stands in a column of its own.
 */
import type { Migration } from "./dialect.ts";

export const namesOfRetiredAgents: Migration = {
  name: "0006-names-of-retired-agents",
  statements: () => [
    "ALTER TABLE agents ADD COLUMN retired_name TEXT",
    `UPDATE agents SET retired_name = name, name = name || ' (retired ' || id || ')'
      WHERE retired_at IS NOT NULL`,
  ],
};
