/** Very many certificates with a word in common, written straight into the tables. */
import { sql } from "kysely";
import type { Database } from "#db/database.ts";
import { tables } from "#db/tables.ts";

/** Repeats the one certificate there is as `mc-1` to `mc-<many>`, named `host-<n>` and found by `staging`. */
export async function repeatCertificate(database: Database, many: number): Promise<void> {
  const own = ["pk", "id", "name"];
  const others = Object.keys(tables.certificates).filter((it) => !own.includes(it));
  await database.transaction(async (db) => {
    await sql`insert into certificates (pk, id, name, ${sql.join(others.map((it) => sql.ref(it)))})
      with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${many})
      select 1000 + n, 'mc-' || n, 'host-' || n, ${sql.join(others.map((it) => sql.ref(it)))}
      from numbers cross join certificates`.execute(db);
    await sql`insert into certificate_search (rowid, text)
      with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${many})
      select 1000 + n, 'host-' || n || '.staging.test' from numbers`.execute(db);
  });
}
