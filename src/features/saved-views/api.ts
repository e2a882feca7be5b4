/** Views of lists that people keep for themselves: a name for a query. All of a view is in its query; it is a link. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { Id } from "#base/id.ts";
import { Timestamp } from "#base/time.ts";

/** The lists that can be kept, as the first part of their page's path. */
export const KeptList = z.enum(["certificates", "jobs", "agents", "targets", "audit"]);
export type KeptList = z.infer<typeof KeptList>;

export const mostViews = 50;
export const longestQuery = 2_000;

export const SavedView = z.object({
  id: z.string(),
  list: KeptList,
  name: z.string(),
  query: z.string().meta({ title: "Query", description: "Of the list's page, without `?`" }),
  position: z.int().meta({ title: "Position", description: "The smallest is shown first" }),
  createdAt: Timestamp,
});
export type SavedView = z.output<typeof SavedView>;

const own = { permission: "self", scope: "global" } as const;

export const viewsApi = {
  list: contract({
    ...own,
    name: "views.list",
    summary: "List the views that you have saved, in their order",
    description: "An API key has those of the person who made it.",
    method: "GET",
    path: "/api/v1/views",
    effect: "read",
    answer: "json",
    input: z.strictObject({ list: KeptList.optional().meta({ title: "Of this list" }) }),
    output: z.object({ data: z.array(SavedView), total: z.int() }),
    problems: [],
    cli: { noun: "views", verb: "list" },
  }),
  create: contract({
    ...own,
    name: "views.create",
    summary: "Save a view of a list for yourself",
    done: "The view {} was saved",
    description: `At most ${mostViews}. What belongs to one page alone (cursor, page, what is chosen) is left out.`,
    method: "POST",
    path: "/api/v1/views",
    effect: "write",
    answer: "created",
    input: z.strictObject({
      list: KeptList.meta({ title: "List" }),
      name: z.string().trim().min(1).max(64).meta({ title: "Name of the view" }),
      query: z
        .string()
        .min(1)
        .max(longestQuery)
        .meta({ title: "Query", examples: ["status=Expiring&team_id=t-web"] }),
    }),
    output: SavedView,
    problems: ["forbidden", "already-exists"],
    cli: { noun: "views", verb: "create" },
  }),
  delete: contract({
    ...own,
    name: "views.delete",
    summary: "Remove one of your saved views",
    done: "The view was removed",
    method: "DELETE",
    path: "/api/v1/views/:id",
    effect: "write",
    answer: "none",
    input: z.strictObject({ id: Id }),
    output: z.null(),
    problems: ["not-found"],
    cli: { noun: "views", verb: "delete", positional: "id" },
  }),
};
