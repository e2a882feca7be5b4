/** Text search finds the same on both engines: every word, as it stands. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { sql } from "kysely";
import type { Database } from "#db/database.ts";
import { keysMatching, searchable } from "#db/search.ts";
import { eachEngine } from "./engines.ts";

const texts: readonly string[] = [
  "api.example.com API Production platform",
  "www.example.org web 100% uptime",
  'quo"ted under_score back\\slash',
  "münchen.example straße",
  "AND OR NOT near(x) col:on -minus",
  "ab",
];

/** Certificates stand in for themselves: only the key and a name matter here. */
async function fill(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    for (const [i, text] of texts.entries()) {
      await tx
        .insertInto("certificate_search")
        .values({ rowid: i, text: searchable(text) })
        .execute();
      const name = text.split(" ")[0] ?? "";
      await tx
        .insertInto("settings")
        .values({ name, value: String(i) })
        .execute();
    }
  });
}

async function search(database: Database, query: string): Promise<readonly number[]> {
  const from = sql`(select cast(value as integer) as key, name from settings) as s`;
  const keys = keysMatching(database.reader, query, { from, key: "s.key", names: ["s.name"] });
  const condition = keys === undefined ? sql`1 = 1` : sql`s.key in (${keys})`;
  const { rows } = await sql<{ key: number }>`
    select s.key from ${from} where ${condition} order by s.key`.execute(database.scanner);
  return rows.map((it) => it.key);
}

const expected = (query: string): readonly number[] => {
  const words = query.split(/\s+/).filter(Boolean);
  return [...texts.keys()].filter((i) =>
    words.every((word) => {
      const text = texts[i] ?? "";
      if ([...word].length >= 3) return text.toLowerCase().includes(word.toLowerCase());
      return [word, word.toLowerCase()].some((it) => text.startsWith(it));
    }),
  );
};

eachEngine("search", (open) => {
  test("takes what people type as it stands", async () => {
    const database = await open();
    await fill(database);
    const queries = [
      "example",
      "EXAMPLE com",
      "api prod",
      'quo"t',
      "100%",
      "%%%",
      "r_s",
      "___",
      "back\\s",
      "\\\\\\",
      "münch",
      "and",
      "NOT",
      "near(x)",
      "col:on",
      "-minus",
      "ab",
      "AB",
      "a",
      "w",
      "w example",
      '"',
      "'",
      "",
      "  ",
      "nothing at all",
    ];
    for (const query of queries)
      expect({ query, found: await search(database, query) }).toEqual({
        query,
        found: expected(query),
      });
  });

  test("never fails, and finds what contains the words, whatever is typed", async () => {
    const database = await open();
    await fill(database);
    const fragment = fc
      .constantFrom(...texts)
      .chain((text) =>
        fc
          .nat(text.length)
          .chain((from) => fc.nat(12).map((length) => text.slice(from, from + length))),
      );
    // ASCII: beyond it the engines fold case by their own tables.
    const query = fc.oneof(fragment, fc.string({ unit: "grapheme-ascii", maxLength: 12 }));
    await fc.assert(
      fc.asyncProperty(query, async (it) =>
        expect(await search(database, it)).toEqual([...expected(it)]),
      ),
      { numRuns: 150 },
    );
  });

  test("forgets a text that was replaced or deleted", async () => {
    const database = await open();
    await fill(database);
    await database.transaction(async (tx) => {
      await tx
        .updateTable("certificate_search")
        .set({ text: "something else" })
        .where("rowid", "=", 0)
        .execute();
      await tx.deleteFrom("certificate_search").where("rowid", "=", 1).execute();
    });
    expect(await search(database, "example")).toEqual([3]);
    expect(await search(database, "something")).toEqual([0]);
  });
});
