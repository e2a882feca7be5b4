/** Every table and column of the schema, as data; the row types are derived from it and a test compares it with both engines. */
import { access } from "./tables/access.ts";
import type { Row } from "./tables/column.ts";
import { inventory } from "./tables/inventory.ts";
import { issuing } from "./tables/issuing.ts";
import { work } from "./tables/work.ts";

export type { Flag, Json } from "./tables/column.ts";

export const tables = { ...access, ...issuing, ...inventory, ...work };

export type TableName = keyof typeof tables;

/** What Kysely knows of the database. `Selectable<Tables["jobs"]>` is a row as read, `Insertable<…>` as written. */
export type Tables = { [T in TableName]: Row<(typeof tables)[T]> };
