/** Teams and owners. */
import { z } from "zod";
import { crud } from "#base/crud.ts";
import { Id } from "#base/id.ts";
import { OwnerFields, OwnerView, TeamFields, TeamView } from "./ownership.ts";

export const teamsApi = crud({
  noun: "teams",
  one: "team",
  read: "ownership:read",
  write: "teams:write",
  scope: "shared",
  fields: TeamFields,
  view: TeamView,
  sorts: ["name", "created_at"],
  filters: z.strictObject({}),
});

export const ownersApi = crud({
  noun: "owners",
  one: "owner",
  read: "ownership:read",
  write: "ownership:write",
  scope: "team",
  fields: OwnerFields,
  view: OwnerView,
  sorts: ["name", "created_at"],
  filters: z.strictObject({ teamId: Id.optional().meta({ title: "Team" }) }),
});
