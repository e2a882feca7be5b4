/** Lists as people have kept them: a name for a query. */
import type { Migration } from "./dialect.ts";
import { types } from "./dialect.ts";

export const savedViews: Migration = {
  name: "0008-saved-views",
  statements: (engine) => {
    const { key, int, strict } = types[engine];
    return [
      // The person as in `api_keys`: `user:` or `key:` and an id.
      `CREATE TABLE saved_views (
        pk ${key}, id TEXT NOT NULL UNIQUE, person TEXT NOT NULL, list TEXT NOT NULL, name TEXT NOT NULL,
        query TEXT NOT NULL, position ${int} NOT NULL, created_at ${int} NOT NULL,
        UNIQUE (person, list, name)
      ) ${strict}`,
    ];
  },
};
