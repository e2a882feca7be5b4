/** The first schema: integer keys inside, public ids outside, instants as milliseconds, no deferred constraints. */
import { access } from "./0001-initial/access.ts";
import { inventory } from "./0001-initial/inventory.ts";
import { issuing } from "./0001-initial/issuing.ts";
import { work } from "./0001-initial/work.ts";
import type { Migration } from "./dialect.ts";
import { types } from "./dialect.ts";

export const initial: Migration = {
  name: "0001-initial",
  statements: (engine) => [
    ...access(types[engine]),
    ...issuing(types[engine]),
    ...inventory(types[engine], engine),
    ...work(types[engine], engine),
  ],
};
