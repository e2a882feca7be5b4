/** What goes in comes out, constraints say the same, and the audit trail stays as it is, on both engines. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Insertable, sql } from "kysely";
import { z } from "zod";
import { instant } from "#base/time.ts";
import type { Database } from "#db/database.ts";
import {
  engineOf,
  insertOrFind,
  isForeignKeyViolation,
  isUniqueViolation,
  json,
  parseJson,
  skipLocked,
} from "#db/portable.ts";
import { statement } from "#db/statement.ts";
import type { Tables } from "#db/tables.ts";
import { eachEngine } from "./engines.ts";
import { failure } from "./failure.ts";

const revised = { revision: 1, created_at: instant(1), updated_at: instant(1) };

const team = (name: string) => ({ id: `t-${name}`, name, description: "", ...revised });

const profile = (id: string, rules: unknown) => ({
  id,
  name: id,
  description: "",
  rules: json(rules),
  enabled: 1 as const,
  ...revised,
});

const audit = (id: string) => ({
  id,
  created_at: instant(1),
  actor_type: "user",
  actor_id: "u-1",
  actor_name: "ada",
  action: "teams.create",
  resource_type: "team",
  resource_id: "t-1",
  outcome: "success",
  details: json({}),
});

const write = (database: Database, work: Parameters<Database["transaction"]>[0]) =>
  database.transaction(work);

/** Text that both engines hold: whole characters, none of them U+0000. */
const text = fc.string({ unit: "grapheme", maxLength: 40 }).filter((it) => !it.includes("\0"));

eachEngine("values", (open) => {
  test("of every kind come back as they went in", async () => {
    const database = await open();
    const row = fc.record({
      text,
      bytes: fc.uint8Array({ maxLength: 300 }),
      big: fc.maxSafeInteger(),
      document: fc.dictionary(
        text,
        fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(text)),
      ),
      flag: fc.constantFrom(0 as const, 1 as const),
    });
    let n = 0;
    await fc.assert(
      fc.asyncProperty(row, async (it) => {
        const id = `prof-${++n}`;
        const hash = Uint8Array.from([...new TextEncoder().encode(id), 0, ...it.bytes]);
        await write(database, async (tx) => {
          await tx
            .insertInto("profiles")
            .values({
              ...profile(id, it.document),
              description: it.text,
              enabled: it.flag,
              created_at: instant(it.big),
            })
            .execute();
          await tx.insertInto("chains").values({ hash, certificates: it.bytes }).execute();
        });
        for (const db of [database.reader, database.scanner]) {
          const found = await db
            .selectFrom("profiles")
            .select(["description", "rules", "enabled", "created_at"])
            .where("id", "=", id)
            .executeTakeFirstOrThrow();
          expect(found.description).toBe(it.text);
          expect(typeof found.rules).toBe("string");
          expect(parseJson(found.rules, z.unknown())).toEqual({ ...it.document });
          expect([found.enabled, Number(found.created_at)]).toEqual([it.flag, it.big]);
          const chain = await db
            .selectFrom("chains")
            .select("certificates")
            .where("hash", "=", hash)
            .executeTakeFirstOrThrow();
          expect(Object.getPrototypeOf(chain.certificates)).toBe(Uint8Array.prototype);
          expect(Buffer.compare(chain.certificates, it.bytes)).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("of JSON are reached with ->>", async () => {
    const database = await open();
    await write(database, (tx) =>
      tx
        .insertInto("profiles")
        .values(profile("prof-1", { kind: "web" }))
        .execute(),
    );
    const found = await database.reader
      .selectFrom("profiles")
      .select("id")
      .where(sql<string>`rules ->> 'kind'`, "=", "web")
      .execute();
    expect(found).toEqual([{ id: "prof-1" }]);
  });

  test("fill a statement that was compiled once, and NULL is one of them", async () => {
    const database = await open();
    const add = statement((db, it: Insertable<Tables["events"]>) =>
      db
        .insertInto("events")
        .values({
          type: it.type,
          subject_id: it.subject_id,
          team_pk: it.team_pk,
          payload: it.payload,
          created_at: it.created_at,
        })
        .returning(["pk", "type"]),
    );
    const rows = await database.transaction(async (tx) => {
      const a = await add(tx, {
        type: "a",
        subject_id: "x",
        team_pk: 7,
        payload: json({}),
        created_at: instant(1),
      });
      const b = await add(tx, {
        type: "b",
        subject_id: "y",
        payload: json([1]),
        created_at: instant(2),
      });
      return [...a.rows, ...b.rows].map((it) => it.type);
    });
    expect(rows).toEqual(["a", "b"]);
    const found = await database.reader
      .selectFrom("events")
      .select(["subject_id", "team_pk", "payload"])
      .orderBy("pk")
      .execute();
    expect(found.map((it) => ({ ...it, payload: JSON.parse(it.payload) }))).toEqual([
      { subject_id: "x", team_pk: 7, payload: {} },
      { subject_id: "y", team_pk: null, payload: [1] },
    ]);
  });
});

eachEngine("constraints", (open) => {
  test("name what was there already", async () => {
    const database = await open();
    const add = (name: string, id = `t-${name}`) =>
      write(database, (tx) =>
        tx
          .insertInto("teams")
          .values({ ...team(name), id })
          .execute(),
      );
    await add("a");
    expect(isUniqueViolation(await failure(add("a", "t-other")))).toMatchObject({
      table: "teams",
      columns: ["name"],
    });
    expect(isUniqueViolation(await failure(add("b", "t-a")))).toMatchObject({
      table: "teams",
      columns: ["id"],
    });
    const setting = () =>
      write(database, (tx) => tx.insertInto("settings").values({ name: "x" }).execute());
    await setting();
    expect(isUniqueViolation(await failure(setting()))).toMatchObject({
      table: "settings",
      columns: ["name"],
    });
    const key = () =>
      write(database, (tx) =>
        tx
          .insertInto("idempotency_keys")
          .values({
            principal: "p",
            route: "r",
            idempotency_key: "k",
            body_hash: new Uint8Array(),
            status: 200,
            created_at: instant(1),
          })
          .execute(),
      );
    await key();
    const violation = isUniqueViolation(await failure(key()));
    expect(violation?.columns).toEqual(["principal", "route", "idempotency_key"]);
    expect(isForeignKeyViolation(await failure(key()))).toBe(false);
  });

  test("name the columns of a partial index", async () => {
    const database = await open();
    const job = (id: string, state: string) =>
      write(database, (tx) =>
        tx
          .insertInto("jobs")
          .values({
            id,
            state,
            kind: "k",
            type: "t",
            executor: "server",
            input: json({}),
            attempts: 0,
            max_attempts: 1,
            priority: 0,
            run_after: instant(1),
            dedupe_key: "once",
            cancel_requested: 0,
            retried: 0,
            is_final: 0,
            requested_by: "u-1",
            created_at: instant(1),
            updated_at: instant(1),
          })
          .execute(),
      );
    await job("job-1", "Completed");
    await job("job-2", "Pending");
    expect(isUniqueViolation(await failure(job("job-3", "Running")))?.columns).toEqual([
      "dedupe_key",
    ]);
  });

  test("hold references on insert and on delete", async () => {
    const database = await open();
    const owner = (team_pk: number) =>
      write(database, (tx) =>
        tx
          .insertInto("owners")
          .values({ id: "o-1", name: "o", email: "", team_pk, ...revised })
          .execute(),
      );
    const error = await failure(owner(99));
    expect([isForeignKeyViolation(error), isUniqueViolation(error)]).toEqual([true, undefined]);
    await write(database, (tx) =>
      tx
        .insertInto("teams")
        .values({ ...team("a"), pk: 99 })
        .execute(),
    );
    await owner(99);
    expect(
      isForeignKeyViolation(
        await failure(write(database, (tx) => tx.deleteFrom("teams").execute())),
      ),
    ).toBe(true);
  });

  test("let an audit row be written once and never again", async () => {
    const database = await open();
    await write(database, (tx) => tx.insertInto("audit_events").values(audit("evt-1")).execute());
    expect(
      await failure(
        write(database, (tx) => tx.updateTable("audit_events").set({ outcome: "x" }).execute()),
      ),
    ).toBeInstanceOf(Error);
    expect(
      await failure(write(database, (tx) => tx.deleteFrom("audit_events").execute())),
    ).toBeInstanceOf(Error);
    if (database.engine === "postgres") {
      expect(
        await failure(write(database, (tx) => sql`truncate audit_events`.execute(tx))),
      ).toBeInstanceOf(Error);
      await write(database, (tx) => tx.updateTable("audit_events").set({ position: 1 }).execute());
      expect(
        await failure(
          write(database, (tx) => tx.updateTable("audit_events").set({ position: 2 }).execute()),
        ),
      ).toBeInstanceOf(Error);
    }
    const rows = await database.reader
      .selectFrom("audit_events")
      .select(["position", "outcome"])
      .execute();
    expect(rows).toEqual([{ position: 1, outcome: "success" }]);
  });
});

eachEngine("writing together", (open) => {
  test("inserts a row once and finds it otherwise", async () => {
    const database = await open();
    const hash = Uint8Array.of(1, 2, 3);
    const all = Array.from({ length: 20 }, () =>
      database.transaction((tx) =>
        insertOrFind(
          tx
            .insertInto("chains")
            .values({ hash, certificates: hash })
            .onConflict((it) => it.column("hash").doNothing())
            .returning("pk"),
          tx.selectFrom("chains").select("pk").where("hash", "=", hash),
        ),
      ),
    );
    expect(new Set((await Promise.all(all)).map((it) => it.pk)).size).toBe(1);
  });

  test("claims every row once", async () => {
    const database = await open();
    const names = Array.from({ length: 60 }, (_, i) => `n${i}`);
    await write(database, (tx) => tx.insertInto("teams").values(names.map(team)).execute());
    const claim = async () => {
      const rows = await database.transaction((tx) =>
        tx
          .updateTable("teams")
          .set({ description: "claimed" })
          .where(
            "pk",
            "in",
            skipLocked(
              engineOf(tx),
              tx
                .selectFrom("teams")
                .select("pk")
                .where("description", "=", "")
                .orderBy("pk")
                .limit(7),
            ),
          )
          .where("description", "=", "")
          .returning("name")
          .execute(),
      );
      return rows.map((it) => it.name);
    };
    const claimed: string[] = [];
    for (let i = 0; i < 10 && claimed.length < names.length; i++) {
      claimed.push(...(await Promise.all(Array.from({ length: 8 }, claim))).flat());
    }
    expect(claimed).toHaveLength(names.length);
    expect(new Set(claimed)).toEqual(new Set(names));
  });
});
