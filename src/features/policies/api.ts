/** Renewal policies. */
import { z } from "zod";
import { crud } from "#base/crud.ts";
import { RenewalPolicyFields, RenewalPolicyView } from "./renewal-policy.ts";

export const renewalPoliciesApi = crud({
  noun: "renewal-policies",
  one: "renewal policy",
  read: "policies:read",
  write: "policies:write",
  scope: "shared",
  fields: RenewalPolicyFields,
  view: RenewalPolicyView,
  sorts: ["name", "created_at"],
  filters: z.strictObject({}),
});
