/** Certificate profiles. */
import { z } from "zod";
import { crud } from "#base/crud.ts";
import { ProfileFields, ProfileView } from "./profile.ts";

export const profilesApi = crud({
  noun: "profiles",
  one: "profile",
  read: "profiles:read",
  write: "profiles:write",
  scope: "shared",
  fields: ProfileFields,
  view: ProfileView,
  sorts: ["name", "created_at"],
  filters: z.strictObject({}),
});
