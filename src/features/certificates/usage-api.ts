/** How many certificates an owner, a team, a profile or a renewal policy has, and how they stand. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { Id } from "#base/id.ts";

export const UsedBy = z.enum(["owner", "team", "profile", "policy"]);
export type UsedBy = z.infer<typeof UsedBy>;

/** Nobody asks for more than a page of a list. */
const mostIds = 500;

const Count = (title: string) => z.int().meta({ title });

export const Usage = z.object({
  id: z.string(),
  used: Count("Certificates that are not archived"),
  failed: Count("With the status Failed"),
  expired: Count("With the status Expired"),
  expiring: Count("With the status Expiring"),
  archived: Count("Archived; they still refer to it"),
});
export type Usage = z.output<typeof Usage>;

export const usageApi = {
  usage: contract({
    name: "certificates.usage",
    summary:
      "Count the certificates of owners, teams, profiles or renewal policies, and how they stand",
    description:
      "Of the certificates that the caller may see. What may not be seen itself is left out. A count ends at `most`: it is that or more.",
    method: "GET",
    path: "/api/v1/certificates/usage",
    permission: "certificates:read",
    scope: "team",
    effect: "read",
    answer: "json",
    input: z.strictObject({
      by: UsedBy.meta({ title: "Of what" }),
      ids: z.array(Id).min(1).max(mostIds).meta({ title: "Ids" }),
    }),
    output: z.object({ data: z.array(Usage), most: z.int() }),
    problems: [],
    cli: { noun: "certs", verb: "usage" },
  }),
};
