/** `tables.ts` against the migrated schema: the same tables, columns, kinds and NULLs on both engines. */
import { expect, test } from "bun:test";
import { sql } from "kysely";
import type { Engine } from "#db/database.ts";
import type { Column, Kind } from "#db/tables/column.ts";
import { type TableName, tables } from "#db/tables.ts";
import { migrations } from "#migrations/index.ts";
import { eachEngine } from "./engines.ts";

interface ActualColumn {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: number;
}

const actual = {
  sqlite: sql<ActualColumn>`
    select t.name as "table", c.name as "column", lower(c.type) as type, not (c."notnull" or c.pk > 0) as nullable
    from sqlite_schema t join pragma_table_xinfo(t.name) c
    where t.type = 'table' and t.name not like 'sqlite_%' and t.name not like 'certificate_search%'`,
  postgres: sql<ActualColumn>`
    select table_name as "table", column_name as "column", data_type as type,
      (is_nullable = 'YES')::int as nullable
    from information_schema.columns
    where table_schema = 'public' and table_name <> 'certificate_search'`,
};

const types = {
  sqlite: {
    key: "integer",
    int: "integer",
    flag: "integer",
    instant: "integer",
    text: "text",
    bytes: "blob",
    json: "text",
  },
  postgres: {
    key: "bigint",
    int: "bigint",
    flag: "bigint",
    instant: "bigint",
    text: "text",
    bytes: "bytea",
    json: "jsonb",
  },
} as const satisfies Record<Engine, Record<Exclude<Kind, "position">, string>>;

function expected(engine: Engine, column: Column): Omit<ActualColumn, "table" | "column"> {
  const kind = column === "position" ? "int" : column.replace("?", "");
  const nullable = column === "position" || column.endsWith("?") ? 1 : 0;
  return { type: types[engine][kind as Exclude<Kind, "position">], nullable };
}

eachEngine("the tables", (open) => {
  test("have the columns that tables.ts gives them", async () => {
    const database = await open();
    const { rows } = await actual[database.engine].execute(database.reader);
    const found: Record<string, object> = {};
    for (const { table, column, type, nullable } of rows)
      found[`${table}.${column}`] = { type, nullable };
    const wanted: Record<string, object> = {};
    for (const [table, columns] of Object.entries(tables)) {
      if (table === "certificate_search") continue;
      for (const [column, kind] of Object.entries(columns)) {
        wanted[`${table}.${column}`] = expected(database.engine, kind);
      }
    }
    expect(found).toEqual(wanted);
  });

  test("can all be selected from, column by column", async () => {
    const database = await open();
    for (const table of Object.keys(tables) as TableName[]) {
      const columns = Object.keys(tables[table]).map((it) => sql.ref(it));
      const { rows } = await sql`select ${sql.join(columns)} from ${sql.table(table)}`.execute(
        database.reader,
      );
      expect(rows).toHaveLength(table === "schema_migrations" ? migrations.length : 0);
    }
  });
});

test("no migration says what would end a group of transactions", () => {
  for (const migration of migrations) {
    const text = [...migration.statements("sqlite"), ...migration.statements("postgres")].join(
      "\n",
    );
    expect(text).not.toMatch(/initially\s+deferred|or\s+rollback|raise\s*\(\s*rollback/i);
  }
});

test("migrations have names that sort as they are listed", () => {
  const names = migrations.map((it) => it.name);
  expect(names).toEqual([...new Set(names)].sort((a, b) => (a < b ? -1 : 1)));
  for (const name of names) expect(name).toMatch(/^\d{4}-[a-z0-9-]+$/);
});
