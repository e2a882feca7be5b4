/** The five usual operations on a named thing, as contracts: list, get, create, update (PATCH), delete. */
import { z } from "zod";
import { withArticle } from "./article.ts";
import { contract, type Scope } from "./contract.ts";
import { Id } from "./id.ts";
import { listOf, listQuery, searchQuery } from "./page.ts";
import type { Permission } from "./permission.ts";
import { patchOf } from "./schema.ts";

export interface Crud<
  Fields extends z.ZodRawShape,
  View extends z.ZodType,
  Filters extends z.ZodRawShape,
> {
  /** `teams`: the resource, the path's last part (with `-`) and the CLI noun. */
  readonly noun: string;
  /** `team`, for summaries. */
  readonly one: string;
  readonly read: Permission;
  readonly write: Permission;
  readonly scope: Scope;
  readonly fields: z.ZodObject<Fields>;
  readonly view: View;
  readonly sorts: readonly [string, ...string[]];
  readonly filters: z.ZodObject<Filters>;
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a table of six contracts; splitting it would hide that they belong together
export function crud<
  Fields extends z.ZodRawShape,
  View extends z.ZodType,
  Filters extends z.ZodRawShape,
>(it: Crud<Fields, View, Filters>) {
  const resource = it.noun.replaceAll("-", "_");
  const one = withArticle(it.one);
  const path = `/api/v1/${it.noun}`;
  const shared = { scope: it.scope, permission: it.write, effect: "write" } as const;
  const byId = z.strictObject({ id: Id });
  return {
    list: contract({
      name: `${resource}.list`,
      summary: `List ${it.noun.replaceAll("-", " ")}`,
      method: "GET",
      path,
      permission: it.read,
      scope: it.scope,
      effect: "read",
      answer: "json",
      input: z.strictObject({ ...listQuery(it.sorts), ...searchQuery, ...it.filters.shape }),
      output: listOf(it.view),
      problems: [],
      cli: { noun: it.noun, verb: "list" },
    }),
    get: contract({
      name: `${resource}.get`,
      summary: `Show one ${it.one}`,
      method: "GET",
      path: `${path}/:id`,
      permission: it.read,
      scope: it.scope,
      effect: "read",
      answer: "json",
      input: byId,
      output: it.view,
      problems: ["not-found"],
      cli: { noun: it.noun, verb: "get", positional: "id" },
    }),
    create: contract({
      name: `${resource}.create`,
      summary: `Add ${one}`,
      done: "{} was added",
      method: "POST",
      path,
      ...shared,
      answer: "created",
      input: z.strictObject({
        id: Id.optional().meta({ title: "Id", description: "Made when empty" }),
        ...it.fields.shape,
      }),
      output: it.view,
      problems: ["already-exists"],
      cli: { noun: it.noun, verb: "create" },
    }),
    update: contract({
      name: `${resource}.update`,
      summary: `Change ${one}; what is not named stays, null clears`,
      done: "{} was changed",
      method: "PATCH",
      path: `${path}/:id`,
      ...shared,
      answer: "json",
      input: z.strictObject({ id: Id, ...patchOf(it.fields).shape }),
      output: it.view,
      problems: ["not-found", "already-exists", "precondition-failed", "conflict"],
      cli: { noun: it.noun, verb: "update", positional: "id" },
    }),
    replace: contract({
      name: `${resource}.replace`,
      summary: `Replace ${one} as a whole`,
      done: "{} was changed",
      method: "PUT",
      path: `${path}/:id`,
      ...shared,
      answer: "json",
      input: z.strictObject({ id: Id, ...it.fields.shape }),
      output: it.view,
      problems: ["not-found", "already-exists", "precondition-failed", "conflict"],
    }),
    remove: contract({
      name: `${resource}.delete`,
      summary: `Delete ${one} that nothing uses`,
      done: "{} was deleted",
      method: "DELETE",
      path: `${path}/:id`,
      ...shared,
      answer: "none",
      input: byId,
      output: z.null(),
      problems: ["not-found", "in-use", "precondition-failed"],
      cli: { noun: it.noun, verb: "delete", positional: "id" },
    }),
  };
}
