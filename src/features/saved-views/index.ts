/** Saved views: each person has their own. */
import { invalid, notFound, Problem } from "#base/problem.ts";
import { type Person, personOf } from "../access/person-queries.ts";
import { unlessTaken } from "../conflicts.ts";
import { type Context, nobodyInParticular, requesterOf } from "../context.ts";
import { bind, type Feature, read, write } from "../handler.ts";
import { longestQuery, mostViews, viewsApi } from "./api.ts";
import { deleteView, insertView, listViews, placeFor } from "./queries.ts";
import { viewQuery } from "./view-query.ts";

/** Where nobody signs in everybody is one person. Undefined: it cannot be told whose a key is. */
async function callerOf({ actor, reader }: Context): Promise<Person | undefined> {
  return actor.id === nobodyInParticular.id
    ? `user:${actor.id}`
    : await personOf(reader, requesterOf(actor));
}

async function requirePerson(ctx: Context): Promise<Person> {
  const person = await callerOf(ctx);
  if (person) return person;
  throw new Problem(
    "forbidden",
    "views are kept for people; nobody is known to be behind this key",
  );
}

const list = read(viewsApi.list, async (ctx, input) => {
  const person = await callerOf(ctx);
  const data = person ? await listViews(ctx.reader, person, input.list) : [];
  return { data: [...data], total: data.length };
});

const create = write(viewsApi.create, {
  async prepare(ctx, input) {
    const query = viewQuery(input.query.replace(/^\?/, ""));
    if (query === "") throw invalid("query", "must narrow or arrange the list");
    if (query.length > longestQuery) {
      throw invalid("query", `must have at most ${longestQuery} characters`);
    }
    return { person: await requirePerson(ctx), query };
  },
  async commit(tx, { person, query }, { list: of, name }) {
    const { count, position } = await placeFor(tx.db, person);
    if (count >= mostViews) {
      throw invalid("name", `you have ${count} views already; remove one first`);
    }
    const view = { id: tx.newId("view"), list: of, name, query, position, createdAt: tx.now };
    await unlessTaken("view", () => insertView(tx.db, person, view));
    tx.subject({ id: view.id, teamPk: null });
    return view;
  },
});

const remove = write(viewsApi.delete, {
  prepare: requirePerson,
  async commit(tx, person, { id }) {
    if (!(await deleteView(tx.db, person, id))) throw notFound("view", id);
    tx.subject({ id, teamPk: null });
    return null;
  },
});

export const savedViews: Feature = {
  name: "saved-views",
  operations: bind(viewsApi, { list, create, delete: remove }),
};
