/** Handlers of the five usual operations, from how one kind of thing is found, checked, saved and shown. */
import type { Kysely } from "kysely";
import type { Api } from "#base/contract.ts";
import { prefixes } from "#base/id.ts";
import { type ListQuery, type Window, windowOf } from "#base/page.ts";
import { notFound } from "#base/problem.ts";
import { newId } from "#base/random.ts";
import { applyPatch, defaultsOf } from "#base/schema.ts";
import type { Instant } from "#base/time.ts";
import type { Tables } from "#db/tables.ts";
import type { Tx } from "#jobs/tx.ts";
import { refuseTakenId, unlessTaken, unlessUsed } from "./conflicts.ts";
import { type Context, matchRevision, type TeamScope } from "./context.ts";
import { bind, type Operation, read, type WriteTx, write } from "./handler.ts";
import type { Listing } from "./list.ts";

type Db = Kysely<Tables>;

export interface CrudRow {
  readonly pk: number;
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  readonly team_pk?: number | null;
}

/** How events name such things. */
const subjects = {
  owner: "owner",
  team: "team",
  profile: "profile",
  renewalPolicy: "policy",
  issuer: "issuer",
  target: "target",
} as const;

/** The row that is changed, if there is one, and the id it has or will have. */
export interface About<Row> {
  readonly id: string;
  readonly row: Row | undefined;
}

/** `Fields` is what a caller may set, `Resolved` the same with references turned into keys. */
export interface Store<Row extends CrudRow, Fields extends object, Resolved, View, Filter> {
  /** `team`, for messages. */
  readonly what: string;
  readonly kind: keyof typeof subjects;
  readonly defaultSort: string;
  find(db: Db, id: string, scope: TeamScope): Promise<Row | undefined>;
  fieldsOf(row: Row): Fields;
  viewOf(row: Row): View;
  /** Checks beyond the schema, keys for references, seals for secrets. Throws `invalid-input`. */
  resolve(ctx: Context, fields: Fields, about: About<Row>): Promise<Resolved>;
  insert(db: Db, id: string, it: Resolved, now: Instant): Promise<void>;
  /** Guarded by the row's revision; throws `Lost`. */
  update(db: Db, row: Row, it: Resolved, now: Instant): Promise<void>;
  remove(db: Db, row: Row): Promise<void>;
  list(
    db: Db,
    window: Window,
    filter: Filter & { readonly scope: TeamScope },
  ): Promise<Listing<View>>;
  /** The team of what is saved. */
  teamOf?(it: Resolved): number | null;
}

interface Changed<Row, Resolved> {
  readonly row: Row;
  readonly it: Resolved;
}

/** Binds the contracts of `crud()` to handlers over `store`. */
export function crudOperations<
  A extends Api,
  Row extends CrudRow,
  Fields extends object,
  Resolved,
  View,
  Filter,
>(api: A, store: Store<Row, Fields, Resolved, View, Filter>): readonly Operation[] {
  const load = async (ctx: Context, id: string): Promise<Row> => {
    const row = await store.find(ctx.reader, id, ctx.scope);
    if (!row) throw notFound(store.what, id);
    matchRevision(ctx, row.revision);
    return row;
  };
  const teamOf = (it: Resolved) => store.teamOf?.(it) ?? null;
  const saved = async (tx: Tx, what: "created" | "changed", id: string): Promise<View> => {
    const row = await store.find(tx.db, id, "all");
    if (!row) throw notFound(store.what, id);
    await tell(tx, `${subjects[store.kind]}.${what}`, row);
    return store.viewOf(row);
  };
  const change = async (tx: WriteTx, { row, it }: Changed<Row, Resolved>): Promise<View> => {
    tx.subject({ id: row.id, teamPk: teamOf(it) });
    await unlessTaken(store.what, () => store.update(tx.db, row, it, tx.now));
    return await saved(tx, "changed", row.id);
  };
  // What a PATCH clears becomes what it would be on create: the default, or nothing.
  const cleared = (api["replace"] ? defaultsOf(api["replace"].input) : {}) as Partial<Fields>;
  // `crud()` built the contracts from the same fields, view and filters that `store` is typed by; the
  // generic types of the contracts cannot say so, hence the casts of inputs in this one function.
  const handlers = {
    list: read(anyContract, async (ctx, input) => {
      const query = input as unknown as ListQuery & Filter;
      const window = windowOf(query, store.defaultSort);
      const page = await store.list(ctx.reader, window, { ...query, scope: ctx.scope });
      return { ...page, data: [...page.data] };
    }),
    get: read(anyContract, async (ctx, input) => store.viewOf(await load(ctx, idOf(input)))),
    create: write(anyContract, {
      async prepare(ctx, input) {
        const { id: chosen, ...fields } = input as { id?: string } & Fields;
        const id = chosen ?? newId(prefixes[store.kind], ctx.clock.now(), ctx.random);
        const about = { id, row: undefined };
        return { id, chosen, it: await store.resolve(ctx, fields as unknown as Fields, about) };
      },
      async commit(tx, { id, chosen, it }) {
        if (chosen !== undefined) {
          refuseTakenId(store.what, await store.find(tx.db, chosen, "all"));
        }
        await unlessTaken(store.what, () => store.insert(tx.db, id, it, tx.now));
        tx.subject({ id, teamPk: teamOf(it) });
        return await saved(tx, "created", id);
      },
    }),
    update: write(anyContract, {
      async prepare(ctx, input) {
        const row = await load(ctx, idOf(input));
        const { id: _, ...patch } = input as { id: string } & Fields;
        const fields = applyPatch(store.fieldsOf(row), patch as Partial<Fields>, cleared);
        return { row, it: await store.resolve(ctx, fields, { id: row.id, row }) };
      },
      commit: change,
    }),
    replace: write(anyContract, {
      async prepare(ctx, input) {
        const row = await load(ctx, idOf(input));
        const { id, ...fields } = input as { id: string } & Fields;
        return { row, it: await store.resolve(ctx, fields as unknown as Fields, { id, row }) };
      },
      commit: change,
    }),
    remove: write(anyContract, {
      prepare: async (ctx, input) => await load(ctx, idOf(input)),
      async commit(tx, row) {
        tx.subject({ id: row.id, teamPk: row.team_pk ?? null });
        await unlessUsed(store.what, () => store.remove(tx.db, row));
        await tell(tx, `${subjects[store.kind]}.deleted`, row);
        return null;
      },
    }),
  };
  return bind(api, handlers as unknown as Parameters<typeof bind<A>>[1]);
}

type Told = `${(typeof subjects)[keyof typeof subjects]}.${"created" | "changed" | "deleted"}`;

async function tell(tx: Tx, event: Told, { id, name, team_pk }: CrudRow): Promise<void> {
  await tx.emit(event, { id, teamPk: team_pk ?? null }, { name });
}

// Only its type is used: handlers here take any input.
const anyContract = {} as Api[string];

const idOf = (input: unknown): string => (input as { id: string }).id;
